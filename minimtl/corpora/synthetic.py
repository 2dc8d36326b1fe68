"""A small generated corpus with the same tree of topics, for tests and demonstrations.

Each word of a document of topic t is drawn from one of four Zipf distributions, those of: the
language, t's class, t's subclass, and t itself, in the shares `SHARES`. Topics of one subclass thus
share most of what they do not share with all, and are the hardest to tell apart.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from minimtl.corpora.archives import ContentDigest
from minimtl.corpora.editions import Corpus, build_corpus
from minimtl.corpora.newsgroups import TOPIC_TREE, TOPICS

# Protocol `paper` draws 200 training documents per class; test partitions are smaller so that
# whole studies run in a test.
N_TRAIN = 220
N_TEST = 60
SEED = 20
WORDS_PER_DOCUMENT = 30
N_COMMON, N_OWN = 1500, 120
SHARES = {"language": 0.85, "class": 0.06, "subclass": 0.05, "topic": 0.04}
ONSETS = ("b", "br", "d", "f", "gr", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v")
VOWELS = ("a", "e", "i", "o", "u", "ea")
CODAS = ("", "", "l", "n", "r", "s")


def generate_synthetic() -> Corpus:
    """The corpus, always the same: 220 training and 60 test documents of each of 20 topics."""
    rng = np.random.default_rng(SEED)
    words = _words(rng)
    vocabularies = _vocabularies(words)
    train: list[tuple[str, str]] = []
    test: list[tuple[str, str]] = []
    for topic in TOPICS:
        documents = [(topic, text) for text in _documents(vocabularies[topic], rng)]
        train += documents[:N_TRAIN]
        test += documents[N_TRAIN:]
    digest = ContentDigest()
    digest.add(*(text for _, text in train + test))
    return build_corpus("synthetic", "generated", digest.hexdigest(), TOPIC_TREE, train, test)


def _words(rng: np.random.Generator) -> Iterator[str]:
    """Words of two or three syllables, each once; the iterator does not end."""
    seen: set[str] = set()
    while True:
        n_syllables = int(rng.integers(2, 4))
        word = "".join(
            ONSETS[rng.integers(len(ONSETS))]
            + VOWELS[rng.integers(len(VOWELS))]
            + CODAS[rng.integers(len(CODAS))]
            for _ in range(n_syllables)
        )
        if word not in seen:
            seen.add(word)
            yield word


def _vocabularies(words: Iterator[str]) -> dict[str, list[list[str]]]:
    """Per topic its four vocabularies, in the order of `SHARES`, most frequent word first."""

    def take(n: int) -> list[str]:
        return [next(words) for _ in range(n)]

    vocabularies = {}
    common = take(N_COMMON)
    for subclasses in TOPIC_TREE.values():
        of_class = take(N_OWN)
        for topics in subclasses.values():
            of_subclass = take(N_OWN)
            for topic in topics:
                vocabularies[topic] = [common, of_class, of_subclass, take(N_OWN)]
    return vocabularies


def _documents(vocabularies: list[list[str]], rng: np.random.Generator) -> list[str]:
    """All documents of one topic, their lengths Poisson-distributed, at least one word."""
    lengths = np.maximum(1, rng.poisson(WORDS_PER_DOCUMENT, N_TRAIN + N_TEST))
    words = np.array([word for vocabulary in vocabularies for word in vocabulary])
    probabilities = np.concatenate(
        [
            share * _zipf(len(vocabulary))
            for share, vocabulary in zip(SHARES.values(), vocabularies, strict=True)
        ]
    )
    drawn = words[rng.choice(len(words), size=lengths.sum(), p=probabilities)]
    return [" ".join(part) for part in np.split(drawn, np.cumsum(lengths)[:-1])]


def _zipf(n: int) -> npt.NDArray[np.float64]:
    """Probabilities proportional to 1/rank, (n,)."""
    weights = 1.0 / np.arange(1, n + 1)
    return weights / weights.sum()
