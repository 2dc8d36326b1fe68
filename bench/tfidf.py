"""TF-IDF of all training posts, 10,000 words: minimtl beside scikit-learn."""

import numpy as np

from bench.harness import Contestant
from bench.rows import Row, beside_sklearn
from bench.settings import Settings
from minimtl.text.tfidf import TfidfVectorizer

SECTION = "TF-IDF of the training documents"
OPTIONS = {"max_features": 10_000, "dtype": np.float32}


def measure(settings: Settings) -> list[Row]:
    """Seconds of CPU for ``fit_transform`` beside scikit-learn's."""
    texts = settings.corpus.train.texts

    def ours() -> object:
        return TfidfVectorizer(**OPTIONS).fit_transform(texts)

    def peers() -> dict[str, Contestant]:
        from sklearn.feature_extraction.text import TfidfVectorizer as Peer

        return {"scikit-learn TfidfVectorizer": lambda: Peer(**OPTIONS).fit_transform(texts)}

    what = f"{len(texts):,} documents, 10,000 words"
    return beside_sklearn(SECTION, what, ours, peers, settings.choose(9, 2))
