"""Stations from the text of a post to the row of numbers that a network sees."""

import re
from collections import Counter

import numpy as np

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Values
from minimtl.text import tokenize

_SHOWN = 12  # words of a table


def text(lesson: Lesson) -> Values:
    """The post, both tasks, and the classes of the main task's posts."""
    here, corpus, sample = Values(), lesson.study.corpus, lesson.samples[lesson.pair.main]
    positive = corpus.topic_names.index(lesson.pair.main.positive)
    looked_up = (corpus.train.topics[sample.train_rows] == positive).astype(int)
    name = "classes y of the main task's training posts"
    here.compare(name, sample.train_labels, looked_up, "drawn sample", "topics looked up")

    post = corpus.train.texts[lesson.post]
    topic = corpus.topic_names[corpus.train.topics[lesson.post]]
    shown = post if len(post) < 600 else post[:600] + " …"
    here.words(f"the post, of {topic}, in alphabetical order", shown)
    head = ("task", "positive (1)", "negative (0)", "training posts", "test posts")
    rows = [
        (role, *task, len(lesson.samples[task].train_rows), len(lesson.samples[task].test_rows))
        for role, task in zip(("main", "auxiliary"), lesson.pair, strict=True)
    ]
    here.table("the two tasks", head, rows)

    share = sample.test_labels.mean()
    here.answer = {"n": len(sample.test_labels), "share": share, "right": max(share, 1 - share)}
    return here


def _words_by_pattern(text: str) -> list[str]:
    return re.findall(r"\b\w\w+\b", text.lower())


def tokens(lesson: Lesson) -> Values:
    """The words of the post."""
    here, post = Values(), lesson.study.corpus.train.texts[lesson.post]
    words = tokenize(post)
    here.compare("W", words, _words_by_pattern(post), "tokenize", "regular expression")
    here.words(f"the first of {len(words)} words", "  ".join(words[:40]))

    n = sum(not character.isspace() for character in post)
    in_words = sum(map(len, words))
    here.answer = {"n": n, "in_words": in_words, "dropped": 1 - in_words / n}
    return here


def counts(lesson: Lesson) -> Values:
    """The counts of the post's words, and what all counts take."""
    here, matrix, vocabulary = Values(), lesson.words.counts, lesson.words.vocabulary
    row = matrix[lesson.post]
    by_hand = Counter(_words_by_pattern(lesson.study.corpus.train.texts[lesson.post]))
    twin = [by_hand[vocabulary[column]] for column in row.indices]
    here.compare("N of this post", row.data, twin, "count_matrix", "Counter")

    largest = np.argsort(-row.data, kind="stable")[:_SHOWN]
    rows = [(vocabulary[row.indices[i]], row.indices[i], row.data[i]) for i in largest]
    title = f"{row.nnz} entries are not zero; the largest are"
    here.table(title, ("word", "column", "count"), rows)

    n_docs, n_words = matrix.shape
    here.answer = {
        "rows": n_docs,
        "columns": n_words,
        "share": matrix.nnz / (n_docs * n_words),
        "dense": n_docs * n_words * 8 / 1e9,
        "sparse": (matrix.data.nbytes + matrix.indices.nbytes) / 1e6,
    }
    return here


def tfidf(lesson: Lesson) -> Values:
    """The post's row of X by the formula in float64, and as the study has it."""
    here, matrix, columns = Values(), lesson.words.counts, lesson.words.columns
    row = matrix[lesson.post][:, columns]
    df = np.bincount(matrix.indices, minlength=matrix.shape[1])[columns[row.indices]]
    idf = np.log((1 + matrix.shape[0]) / (1 + df)) + 1
    weights = row.data * idf
    twin = weights / np.sqrt(np.sum(weights**2))

    ours = lesson.study.data.train[lesson.post].toarray().ravel().astype(float)
    by = "TfidfVectorizer, float32"
    here.compare("x", ours[row.indices], twin, by, "the formula, float64", 1e-6)
    here.compare("length of x", [np.linalg.norm(ours)], [1.0], by, "1", 1e-6)

    names = [lesson.word(column) for column in row.indices]
    heaviest = np.argsort(-twin)[:_SHOWN]
    rows = [(names[i], row.data[i], idf[i], twin[i]) for i in heaviest]
    here.table("the words that weigh most", ("word", "count N", "idf", "x"), rows)
    here.heat("the whole row x, without its zeros", twin[np.newaxis], "post", "words")

    top, common = int(np.argmax(twin)), int(np.argmin(idf))
    here.answer = {
        "top": names[top],
        "top_n": row.data[top],
        "top_idf": idf[top],
        "top_x": twin[top],
        "common": names[common],
        "common_n": row.data[common],
        "common_idf": idf[common],
        "common_x": twin[common],
    }
    return here
