"""TF-IDF of all training posts, 10,000 words: minimtl beside scikit-learn."""

from collections.abc import Callable

import numpy as np

from bench.harness import interleave
from bench.rows import OURS, Row, missing_row, needs, timing_rows
from bench.settings import Settings
from minimtl.text.tfidf import TfidfVectorizer

SECTION = "TF-IDF of the training documents"
SKLEARN = "scikit-learn TfidfVectorizer"


def measure(settings: Settings) -> list[Row]:
    """Seconds of CPU for ``fit_transform``."""
    texts = settings.corpus.train.texts
    what = f"{len(texts):,} documents, 10,000 words"
    contestants: dict[str, Callable[[], object]] = {
        OURS: lambda: TfidfVectorizer(max_features=10_000, dtype=np.float32).fit_transform(texts)
    }
    missing = needs("sklearn", "oracles")
    if not missing:
        from sklearn.feature_extraction.text import TfidfVectorizer as Peer

        contestants[SKLEARN] = lambda: Peer(max_features=10_000, dtype=np.float32).fit_transform(
            texts
        )
    rows = timing_rows(
        SECTION, what, interleave(contestants, settings.choose(9, 2), warm_up=0), "s"
    )
    return rows + ([missing_row(SECTION, what, SKLEARN, missing)] if missing else [])
