"""TF-IDF of all training posts, 10,000 words: minimtl beside scikit-learn, and by two threads."""

import numpy as np

from bench.harness import Contestant, Timing, interleave
from bench.rows import Row, beside_sklearn
from bench.settings import Settings
from minimtl.text.tfidf import TfidfVectorizer

SECTION = "TF-IDF of the training documents"
OPTIONS = {"max_features": 10_000, "dtype": np.float32}
THREADS = "TF-IDF by threads (wall time)"
ONE, TWO = "minimtl, n_jobs=1", "minimtl, n_jobs=2"


def measure(settings: Settings) -> list[Row]:
    """Seconds of CPU for ``fit_transform`` beside scikit-learn's; wall time of one thread and two.

    Two threads use no less CPU time than one.
    """
    texts = settings.corpus.train.texts
    what = f"{len(texts):,} documents, 10,000 words"
    rounds = settings.choose(9, 2)

    def ours(n_jobs: int) -> Contestant:
        return lambda: TfidfVectorizer(**OPTIONS, n_jobs=n_jobs).fit_transform(texts)

    def peers() -> dict[str, Contestant]:
        from sklearn.feature_extraction.text import TfidfVectorizer as Peer

        return {"scikit-learn TfidfVectorizer": lambda: Peer(**OPTIONS).fit_transform(texts)}

    by_threads = interleave({ONE: ours(1), TWO: ours(2)}, 3 * rounds)
    return [
        *beside_sklearn(SECTION, what, ours(1), peers, rounds),
        *(_wall_row(what, who, timing) for who, timing in by_threads.items()),
    ]


def _wall_row(what: str, who: str, timing: Timing) -> Row:
    low, median, high = np.percentile(timing.wall, [25, 50, 75]).tolist()
    note = f"{np.median(timing.cpu):.3f} s of CPU"
    return Row(THREADS, what, who, "s", median, low, high, len(timing.wall), note=note)
