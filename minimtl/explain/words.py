"""Stations from the text of a post to the row of numbers that a network sees."""

import re
from collections import Counter

import numpy as np

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, Comparison, Heat, Rows, Station, Values, number, percent
from minimtl.text import tokenize

_SHOWN = 12  # words of a table


def _text(lesson: Lesson) -> str:
    return lesson.study.corpus.train.texts[lesson.post]


def text_values(lesson: Lesson) -> Values:
    """We begin with one post from a newsgroup. A person wrote it in the early nineties, under a
    topic, and the first question is whether a program can tell that topic from another one. The
    answer is a class: 1 if the post is about the task's positive topic, 0 if it is about the
    negative one.

    One such question is a task. This page follows two tasks at a time: the main task, which is the
    one we care about, and an auxiliary task, which resembles it. The study asks whether a network
    that learns both does better on the main task than a network that learns it alone.

    The corpus that comes with this program keeps the words of each post in alphabetical order, and
    not the post itself. Nothing below needs their order.
    """
    sample = lesson.samples[lesson.pair.main]
    corpus = lesson.study.corpus
    positive = corpus.topic_names.index(lesson.pair.main.positive)
    by_hand = [int(topic == positive) for topic in corpus.train.topics[sample.train_rows]]
    text = _text(lesson)
    shown = text if len(text) < 600 else text[:600] + " …"
    topic = corpus.topic_names[corpus.train.topics[lesson.post]]
    tasks = tuple(
        (
            role,
            task.positive,
            task.negative,
            number(len(lesson.samples[task].train_rows)),
            number(len(lesson.samples[task].test_rows)),
        )
        for role, task in zip(("main", "auxiliary"), lesson.pair, strict=True)
    )
    return Values(
        (
            Comparison(
                "classes y of the main task's training posts",
                sample.train_labels,
                np.array(by_hand),
                "drawn sample",
                "topics looked up",
                0.0,
            ),
        ),
        (
            Rows(f"the post, of {topic}, in alphabetical order", (), ((shown,),)),
            Rows(
                "the two tasks",
                ("task", "positive (1)", "negative (0)", "training posts", "test posts"),
                tasks,
            ),
        ),
    )


def _guess(lesson: Lesson) -> str:
    labels = lesson.samples[lesson.pair.main].test_labels
    share = max(labels.mean(), 1 - labels.mean())
    return (
        f"Of the {number(len(labels))} test posts of the main task, {percent(labels.mean())} are "
        f"of the positive topic. Always naming the larger class is right in {percent(share)} of "
        "them. A score means something only beside this one."
    )


def _pieces(text: str) -> list[str]:
    return re.findall(r"\b\w\w+\b", text.lower())


def token_values(lesson: Lesson) -> Values:
    """A program cannot compute with a text, so we cut it into words. We lower-case the text and
    keep every run of two or more letters, digits or underscores. Punctuation goes, and so does
    every word of one letter.

    This is a crude rule. It has one virtue that finer rules lack: two people who write it down from
    this sentence get the same words.
    """
    words, twin = tokenize(_text(lesson)), _pieces(_text(lesson))
    return Values(
        (Comparison("W", np.array(words), np.array(twin), "tokenize", "regular expression", 0.0),),
        (Rows(f"the first of {number(len(words))} words", (), (("  ".join(words[:40]),),)),),
    )


def _dropped(lesson: Lesson) -> str:
    text = _text(lesson)
    solid = sum(not character.isspace() for character in text)
    kept = sum(map(len, tokenize(text)))
    return (
        f"The post has {number(solid)} characters that are not white space, and its words have "
        f"{number(kept)} of them: {percent(1 - kept / solid)} of the characters are dropped. These "
        "are punctuation and words of one character."
    )


def _post_counts(lesson: Lesson) -> tuple[Array, Array]:
    """Columns of all words, and counts, of the post."""
    row = lesson.words.counts[lesson.post]
    return row.indices, row.data


def count_values(lesson: Lesson) -> Values:
    """Next we forget the order of the words and count them. A post becomes a row of a matrix that
    has one column for every word that any training post has, and most of the row is zero. We store
    only what is not zero: the column's number and the count. SciPy calls this format CSR.

    All posts together make the matrix N. Its row i says everything that the network will ever
    learn about post i.
    """
    columns, counts = _post_counts(lesson)
    vocabulary = lesson.words.vocabulary
    by_hand = Counter(_pieces(_text(lesson)))
    twin = np.array([by_hand[vocabulary[column]] for column in columns])
    order = np.argsort(-counts, kind="stable")[:_SHOWN]
    return Values(
        (Comparison("N of this post", counts, twin, "count_matrix", "Counter", 0.0),),
        (
            Rows(
                f"{number(len(counts))} entries are not zero; the largest are",
                ("word", "column", "count"),
                tuple(
                    (vocabulary[columns[i]], number(columns[i]), number(counts[i])) for i in order
                ),
            ),
        ),
    )


def _memory(lesson: Lesson) -> str:
    counts = lesson.words.counts
    n_docs, n_words = counts.shape
    dense, sparse = n_docs * n_words * 8, counts.data.nbytes + counts.indices.nbytes
    return (
        f"N has {number(n_docs)} rows and {number(n_words)} columns, of which "
        f"{percent(counts.nnz / (n_docs * n_words))} are not zero. Dense, in eight bytes a number, "
        f"it would take {number(dense / 1e9, 3)} GB; as it is stored it takes "
        f"{number(sparse / 1e6, 3)} MB."
    )


def _weighed(lesson: Lesson) -> tuple[Array, Array, Array, Array]:
    """Of the post by the formula in float64: columns of X, counts, idf, and values."""
    counts, kept = lesson.words.counts, lesson.words.kept
    row = counts[lesson.post][:, kept]
    df = np.bincount(counts.indices, minlength=counts.shape[1])[kept[row.indices]]
    idf = np.log((1 + counts.shape[0]) / (1 + df)) + 1
    weights = row.data * idf
    return row.indices, row.data, idf, weights / np.sqrt(np.sum(weights**2))


def tfidf_values(lesson: Lesson) -> Values:
    """A count says little: the commonest words stand in every post, whatever it is about. So we
    multiply each count by how rare its word is, the logarithm of the inverse of the share of posts
    that have it. This product is called TF-IDF, term frequency times inverse document frequency.

    Then we divide the row by its length, so that a long post and a short one about the same thing
    have similar rows. Of all words we keep the ten thousand most frequent. The row x that results
    is what the network gets, and all that it gets.
    """
    columns, counts, idf, twin = _weighed(lesson)
    row = lesson.study.data.train[lesson.post]
    ours = row.toarray().ravel()[columns]
    order = np.argsort(-twin)[:_SHOWN]
    return Values(
        (
            Comparison("x", ours, twin, "TfidfVectorizer, float32", "the formula, float64", 1e-6),
            Comparison(
                "length of x",
                np.array([np.linalg.norm(row.data.astype(float))]),
                np.ones(1),
                "TfidfVectorizer, float32",
                "1",
                1e-6,
            ),
        ),
        (
            Rows(
                "the words that weigh most",
                ("word", "count N", "idf", "x"),
                tuple(
                    (
                        lesson.word(columns[i]),
                        number(counts[i]),
                        number(idf[i]),
                        number(twin[i]),
                    )
                    for i in order
                ),
            ),
            Heat("the whole row x, without its zeros", twin[np.newaxis], "post", "words"),
        ),
    )


def _heaviest(lesson: Lesson) -> str:
    columns, counts, idf, values = _weighed(lesson)
    top, common = int(np.argmax(values)), int(np.argmin(idf))
    return (
        f"“{lesson.word(columns[top])}” weighs most, {number(values[top], 3)}: it occurs "
        f"{number(counts[top])} times and its idf is {number(idf[top], 3)}. The word that most "
        f"posts have is “{lesson.word(columns[common])}”: it occurs {number(counts[common])} "
        f"times, but its idf is only {number(idf[common], 3)}, and it weighs "
        f"{number(values[common], 3)}."
    )


STATIONS: tuple[Station[Lesson], ...] = (
    Station(
        "text",
        "A post and its class",
        ((1, "y_i = "),),
        ("tasks/sampling.py::draw_sample",),
        text_values,
        "How often would you be right if you named the class of a test post without reading it?",
        _guess,
        also=("tasks/tasks.py::Task", "tasks/tasks.py::Pair"),
    ),
    Station(
        "tokens",
        "From text to words",
        ((4, "W_i"),),
        ("text/tokenize.py::tokenize", "text/tokenize.py::find_words"),
        token_values,
        "How much of the post does the program never see?",
        _dropped,
    ),
    Station(
        "counts",
        "From words to counts",
        ((4, "N_ij"),),
        ("text/counts.py::_count",),
        count_values,
        "What would it cost to store the zeros?",
        _memory,
        also=("text/counts.py::count_matrix",),
    ),
    Station(
        "tfidf",
        "A row of TF-IDF",
        ((4, "x_ij"), (4, "idf_j")),
        ("text/weights.py::inverse_document_frequencies", "text/weights.py::normalize_rows"),
        tfidf_values,
        "Which word of the post weighs most, and why is it not the commonest one?",
        _heaviest,
        also=("text/weights.py::select_words",),
    ),
)
