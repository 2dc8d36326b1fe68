"""Stations from the text of a post to the row of numbers that a network sees."""

import re
from collections import Counter

import numpy as np

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Comparison, Values, heat, number, table
from minimtl.text import tokenize

_SHOWN = 12  # words of a table


def text(lesson: Lesson) -> Values:
    """The post, both tasks, and the classes of the main task's posts."""
    corpus, sample = lesson.study.corpus, lesson.samples[lesson.pair.main]
    positive = corpus.topic_names.index(lesson.pair.main.positive)
    looked_up = corpus.train.topics[sample.train_rows] == positive
    classes = Comparison(
        "classes y of the main task's training posts", sample.train_labels, looked_up.astype(int),
        "drawn sample", "topics looked up", 0.0,
    )  # fmt: skip

    post = corpus.train.texts[lesson.post]
    shown = post if len(post) < 600 else post[:600] + " …"
    topic = corpus.topic_names[corpus.train.topics[lesson.post]]
    tasks = [
        (role, *task, len(lesson.samples[task].train_rows), len(lesson.samples[task].test_rows))
        for role, task in zip(("main", "auxiliary"), lesson.pair, strict=True)
    ]
    head = ("task", "positive (1)", "negative (0)", "training posts", "test posts")

    share = sample.test_labels.mean()
    numbers = {"n": len(sample.test_labels), "share": share, "right": max(share, 1 - share)}
    return Values(
        [classes],
        [
            *table(f"the post, of {topic}, in alphabetical order", (), [(shown,)]),
            *table("the two tasks", head, tasks),
        ],
        numbers,
    )


def _words_by_pattern(text: str) -> list[str]:
    return re.findall(r"\b\w\w+\b", text.lower())


def tokens(lesson: Lesson) -> Values:
    """The words of the post."""
    post = lesson.study.corpus.train.texts[lesson.post]
    words = tokenize(post)
    twin = np.array(_words_by_pattern(post))

    n_characters = sum(not character.isspace() for character in post)
    n_in_words = sum(map(len, words))
    numbers = {
        "n": n_characters,
        "in_words": n_in_words,
        "dropped": 1 - n_in_words / n_characters,
    }
    return Values(
        [Comparison("W", np.array(words), twin, "tokenize", "regular expression", 0.0)],
        [*table(f"the first of {number(len(words))} words", (), [("  ".join(words[:40]),)])],
        numbers,
    )


def counts(lesson: Lesson) -> Values:
    """The counts of the post's words, and what all counts take."""
    matrix, vocabulary = lesson.words.counts, lesson.words.vocabulary
    row = matrix[lesson.post]
    by_hand = Counter(_words_by_pattern(lesson.study.corpus.train.texts[lesson.post]))
    twin = np.array([by_hand[vocabulary[column]] for column in row.indices])
    largest = np.argsort(-row.data, kind="stable")[:_SHOWN]

    n_docs, n_words = matrix.shape
    numbers = {
        "rows": n_docs,
        "columns": n_words,
        "share": matrix.nnz / (n_docs * n_words),
        "dense": n_docs * n_words * 8 / 1e9,
        "sparse": (matrix.data.nbytes + matrix.indices.nbytes) / 1e6,
    }
    return Values(
        [Comparison("N of this post", row.data, twin, "count_matrix", "Counter", 0.0)],
        [
            *table(
                f"{number(row.nnz)} entries are not zero; the largest are",
                ("word", "column", "count"),
                [(vocabulary[row.indices[i]], row.indices[i], row.data[i]) for i in largest],
            )
        ],
        numbers,
    )


def tfidf(lesson: Lesson) -> Values:
    """The post's row of X by the formula in float64, and as the study has it."""
    matrix, columns = lesson.words.counts, lesson.words.columns
    row = matrix[lesson.post][:, columns]
    df = np.bincount(matrix.indices, minlength=matrix.shape[1])[columns[row.indices]]
    idf = np.log((1 + matrix.shape[0]) / (1 + df)) + 1
    weights = row.data * idf
    twin = weights / np.sqrt(np.sum(weights**2))

    x = lesson.study.data.train[lesson.post]
    length = np.array([np.linalg.norm(x.data.astype(float))])
    by = "TfidfVectorizer, float32"
    comparisons = [
        Comparison("x", x.toarray().ravel()[row.indices], twin, by, "the formula, float64", 1e-6),
        Comparison("length of x", length, np.ones(1), by, "1", 1e-6),
    ]

    names = [lesson.word(column) for column in row.indices]
    heaviest = np.argsort(-twin)[:_SHOWN]
    top, common = int(np.argmax(twin)), int(np.argmin(idf))
    numbers: dict[str, str | float] = {"top": names[top], "common": names[common]}
    for word, i in (("top", top), ("common", common)):
        numbers |= {f"{word}_n": row.data[i], f"{word}_idf": idf[i], f"{word}_x": twin[i]}
    return Values(
        comparisons,
        [
            *table(
                "the words that weigh most",
                ("word", "count N", "idf", "x"),
                [(names[i], row.data[i], idf[i], twin[i]) for i in heaviest],
            ),
            heat("the whole row x, without its zeros", twin[np.newaxis], "post", "words"),
        ],
        numbers,
    )
