"""Features computed from document ids: on a small corpus by hand, and on the released ids."""

import re
from dataclasses import replace

import numpy as np
import pytest

from minimtl.audit.kerinecdocuments import audit_documents
from minimtl.audit.kerineclogs import parse_document_ids
from minimtl.audit.kerinecruns import read_released
from minimtl.corpora import load_corpus
from minimtl.corpora.corpus import build_corpus
from minimtl.corpora.newsgroups import TOPIC_TREE, TOPICS
from minimtl.errors import MinimtlError
from minimtl.tasks.printedtables import AUTHORS_FEATURES
from tests.audit.madeup import ids_npz


@pytest.fixture(scope="module")
def corpus():
    """Twelve documents a topic and partition, in the order of names."""
    rng = np.random.default_rng(0)
    words = [*"abcdefgh", "é-è", "x'y", "B"]

    def rows():
        return [
            (topic, " ".join(rng.choice(words, 20)) + rng.choice(["", "!"]))
            for topic in TOPICS
            for _ in range(12)
        ]

    return build_corpus("bydate", "made up", "", TOPIC_TREE, rows(), rows())


def in_authors_order(task, partition, names):
    """Rows of a task's documents, as scikit-learn's loader shuffles them, twice."""
    every = np.arange(len(partition.texts))
    np.random.RandomState(0).shuffle(every)
    own = np.array([row for row in every if names[partition.topics[row]] in task])
    np.random.RandomState(42).shuffle(own)
    return own


def by_hand(main, aux):
    """The ten features from lists of texts, (negative, positive, test), without this package."""

    def divergence(one, other):
        p, q = ("".join(texts).split() for texts in (one, other))
        total = 0.0
        for word in {*p, *q}:
            a, b = p.count(word) / len(p), q.count(word) / len(q)
            total += sum(x / 2 * np.log(2 * x / (a + b)) for x in (a, b) if x)
        return total

    def distinct(*parts):
        return {word for texts in parts for text in texts for word in re.split(r"(?a)\W+", text)}

    known, seen = distinct(*main[:2]), distinct(main[2])
    return {
        "jsd_between_classes_main": divergence(main[0], main[1]),
        "jsd_between_classes_aux": divergence(aux[0], aux[1]),
        "n_words_train_main": len(known),
        "n_words_train_aux": len(distinct(*aux[:2])),
        "n_words_test_main": len(seen),
        "jsd_test_train_positive_main": divergence(main[2], main[1]),
        "jsd_test_train_negative_main": divergence(main[2], main[0]),
        "jsd_main_aux_positive": divergence(main[1], aux[1]),
        "jsd_main_aux_negative": divergence(main[0], aux[0]),
        "oov_rate_main": len(seen - known) / len(seen),
    }


@pytest.fixture
def experiment(made_up_experiment, root, corpus):
    """An experiment whose document features are those of documents drawn from the corpus."""
    made_up_experiment(n_pairs=4)
    (experiment,) = read_released(root)
    rng = np.random.default_rng(1)
    documents, texts = {}, {}
    for task in experiment.single:
        parts, labels, drawn = [], [], []
        for partition in (corpus.train, corpus.test):
            rows = in_authors_order(task, partition, corpus.topic_names)
            ids = rng.permutation(len(rows))[:15]
            later = np.array(
                [corpus.topic_names[partition.topics[row]] == max(task) for row in rows[ids]]
            )
            parts.append([partition.texts[row] for row in rows[ids]])
            labels.append(later)
            drawn += [ids, later.astype(int)]
        documents[task] = parse_document_ids(ids_npz(*drawn), "array.npz")
        train = [
            [text for text, later in zip(parts[0], labels[0], strict=True) if later == wanted]
            for wanted in (False, True)
        ]
        texts[task] = (*train, parts[1])
    features = experiment.features.copy()
    for row, pair in enumerate(experiment.pairs):
        for name, value in by_hand(texts[pair.main], texts[pair.aux]).items():
            features[row, AUTHORS_FEATURES.index(name)] = value
    return replace(experiment, documents=documents, features=features)


def test_the_features_come_out(experiment, corpus):
    findings = audit_documents([experiment], corpus).findings
    assert len(findings) == 11
    assert {finding.verdict for finding in findings} == {"agrees"}
    assert findings[0].derived == 1


def test_another_value_is_found_out(experiment, corpus):
    experiment.features[2, AUTHORS_FEATURES.index("oov_rate_main")] += 1e-6
    findings = audit_documents([experiment], corpus).findings
    wrong = [finding.item for finding in findings if finding.verdict == "differs"]
    assert wrong == ["oov_rate_main"]


def test_another_order_of_the_corpus_shows_in_the_labels(experiment, corpus):
    turned = replace(
        corpus,
        train=replace(
            corpus.train, texts=corpus.train.texts[::-1], topics=corpus.train.topics[::-1]
        ),
    )
    labels = audit_documents([experiment], turned).findings[0]
    assert (labels.verdict, labels.derived < 1) == ("differs", True)


def test_what_is_missing_is_said(experiment, corpus):
    (finding,) = audit_documents([experiment], None).findings
    assert (finding.verdict, "--corpus bydate" in finding.reason) == ("missing", True)
    experiment.documents.popitem()
    (finding,) = audit_documents([experiment], corpus).findings
    assert "the document ids of 1 tasks are not there" in finding.reason


def test_an_id_of_no_document(experiment, corpus):
    next(iter(experiment.documents.values())).train[3] = 24
    with pytest.raises(MinimtlError, match="name document 24 of 24"):
        audit_documents([experiment], corpus)


@pytest.mark.corpus
@pytest.mark.slow
def test_the_released_ids(data_dir):
    corpus = load_corpus(str(data_dir / "20news-bydate.tar.gz"), announce=lambda line: None)
    experiments = read_released(data_dir / "investigationMTL-all.tar.gz")
    findings = audit_documents(experiments, corpus).findings
    assert [f.experiments for f in findings if f.verdict == "agrees"] == ["exp1_0"] * 11
    assert max(f.derived for f in findings[1:11]) < 1e-14
    assert sum(f.verdict == "missing" for f in findings) == 5
