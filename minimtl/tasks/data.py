"""What every training job of a study needs: documents as TF-IDF, their topics, the protocol."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.corpora import Corpus
from minimtl.tasks.jobs import StudyIdentity
from minimtl.tasks.protocol import Protocol
from minimtl.text import TfidfVectorizer


@dataclass(frozen=True)
class StudyData:
    """The data of all jobs; each worker gets it once.

    Attributes
    ----------
    train, test : CSR float32 (n_documents, n_terms), rows of unit length
    train_topics, test_topics : int64 (n_documents,), indices into `topic_names`
    backend : which code trains, ``"numba"`` or ``"numpy"``
    """

    protocol: Protocol
    corpus_digest: str
    seed: int
    backend: str
    topic_names: tuple[str, ...]
    train: csr_matrix
    test: csr_matrix
    train_topics: np.ndarray
    test_topics: np.ndarray

    @classmethod
    def of(cls, corpus: Corpus, protocol: Protocol, seed: int, backend: str) -> "StudyData":
        """Turn a corpus into numbers: vocabulary and idf from the whole training partition."""
        vectorizer = TfidfVectorizer(max_features=protocol.model.max_features, dtype=np.float32)
        train = vectorizer.fit_transform(corpus.train.texts)
        test = vectorizer.transform(corpus.test.texts)
        return cls(
            protocol, corpus.digest, seed, backend, corpus.topic_names, train, test,
            corpus.train.topics, corpus.test.topics,
        )  # fmt: skip

    @property
    def identity(self) -> StudyIdentity:
        """What a job's numbers depend on beside the job."""
        return StudyIdentity.of(self.protocol, self.corpus_digest, self.seed)
