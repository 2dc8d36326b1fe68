"""``python -m bench.advice``: is what `advise` says to take the better choice, and is it true?

Sets of texts are drawn from Amazon reviews and from 20 Newsgroups in the folder that MINIMTL_DATA
names; all texts that are left of the main set's kind are the truth. Beside the way that advice
takes stands what a person would write otherwise: ten lines of scikit-learn, TF-IDF of one and two
words and a linear support vector machine, on one's own texts or on all that have the same labels,
whichever cross-validates better.
"""

import argparse
import json
import os
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl import advise
from minimtl.advice.advice import Advice
from minimtl.advice.verdicts import HELPS, HURTS
from minimtl.advice.ways import ALONE
from minimtl.stats import macro_f1

Texts = tuple[list[str], list[str]]  # texts and labels
DOMAINS = ("books", "dvd", "electronics", "kitchen")


class Scenario(NamedTuple):
    """The main set, the others by name, and the texts held back."""

    main: Texts
    others: dict[str, Texts]
    truth: Texts


class Outcome(NamedTuple):
    """True macro-F1 of a scenario's choices, and what was said."""

    scenario: str
    seed: int
    taken: str
    advised: float
    best_alone: float
    ten_lines: float
    verdicts: dict[str, str]
    wrong: list[str]
    seconds: float


def read_reviews(data: Path) -> dict[str, Texts]:
    """Each domain's reviews as texts of words, each as often as it occurs."""
    found: dict[str, Texts] = {domain: ([], []) for domain in DOMAINS}
    with tarfile.open(data / "processed_acl.tar.gz") as archive:
        for member in archive:
            *_, domain, name = ("", *member.name.split("/"))
            file = archive.extractfile(member)
            is_wanted = domain in found and name in ("positive.review", "negative.review")
            if not is_wanted or file is None:
                continue
            for line in file.read().decode("latin-1").splitlines():
                *counts, label = line.split()
                pairs = (item.rsplit(":", 1) for item in counts)
                words = [word for word, count in pairs for _ in range(int(count))]
                found[domain][0].append(" ".join(words))
                found[domain][1].append(label.rsplit(":", 1)[1])
    return found


def read_posts(data: Path) -> dict[str, list[str]]:
    """The posts of each newsgroup, without headers, footers and quotations."""
    from minimtl.corpora import load_corpus

    corpus = load_corpus(str(data / "20news-bydate.tar.gz"), announce=lambda line: None)
    posts: dict[str, list[str]] = {}
    for part in (corpus.train, corpus.test):
        for text, topic in zip(part.texts, part.topics, strict=True):
            posts.setdefault(topic, []).append(text)
    return posts


def drawn(rng: np.random.Generator, texts: Texts, n: int) -> tuple[Texts, Texts]:
    """So many texts at random, and the others."""
    order = rng.permutation(len(texts[0]))

    def of(rows: Sequence[int]) -> Texts:
        return [texts[0][row] for row in rows], [texts[1][row] for row in rows]

    return of(order[:n].tolist()), of(order[n:].tolist())


def labelled(posts: dict[str, list[str]], topics: Sequence[str]) -> Texts:
    """All posts of some newsgroups, labelled by them."""
    texts = [(post, topic) for topic in topics for post in posts[topic] if post.split()]
    return [text for text, _ in texts], [topic for _, topic in texts]


def scenarios(data: Path) -> dict[str, Callable[[np.random.Generator], Scenario]]:
    """What a person may come with, by name."""
    reviews, posts = read_reviews(data), read_posts(data)

    def domains(main: str, n: int, *others: str) -> Callable[[np.random.Generator], Scenario]:
        def make(rng: np.random.Generator) -> Scenario:
            own, truth = drawn(rng, reviews[main], n)
            return Scenario(own, {name: reviews[name] for name in others}, truth)

        return make

    def topics(main: Sequence[str], n: int, *others: Sequence[str]) -> Any:
        def make(rng: np.random.Generator) -> Scenario:
            own, truth = drawn(rng, labelled(posts, main), n)
            return Scenario(own, {"+".join(one): labelled(posts, one) for one in others}, truth)

        return make

    def rare(rng: np.random.Generator) -> Scenario:
        texts, labels = reviews["kitchen"]
        kept = [i for i, label in enumerate(labels) if label == "positive"]
        few = [i for i, label in enumerate(labels) if label == "negative"][:53]
        both = ([texts[i] for i in kept + few], [labels[i] for i in kept + few])
        own, truth = drawn(rng, both, 400)
        return Scenario(own, {"electronics": reviews["electronics"]}, truth)

    def useless(rng: np.random.Generator) -> Scenario:
        own, truth = drawn(rng, reviews["kitchen"], 300)
        texts, labels = reviews["electronics"]
        return Scenario(own, {"shuffled": (texts, rng.permutation(labels).tolist())}, truth)

    def edited(rng: np.random.Generator) -> Scenario:
        own, truth = drawn(rng, reviews["kitchen"], 300)
        copies = [" ".join([*text.split()[2:], f"edit{i}"]) for i, text in enumerate(own[0])]
        return Scenario(own, {"edited": (copies, own[1])}, truth)

    return {
        "dvd 40 + books": domains("dvd", 40, "books"),
        "dvd 100 + books": domains("dvd", 100, "books"),
        "dvd 300 + books": domains("dvd", 300, "books"),
        "kitchen 300 + electronics": domains("kitchen", 300, "electronics"),
        "kitchen 1,000 + electronics": domains("kitchen", 1_000, "electronics"),
        "electronics 100 + three": domains("electronics", 100, "books", "dvd", "kitchen"),
        "kitchen 95:5 + electronics": rare,
        "kitchen 300 + random labels": useless,
        "kitchen 300 + its edited copies": edited,
        "cars 300 + sport": topics(
            ("rec.autos", "rec.motorcycles"), 300, ("rec.sport.baseball", "rec.sport.hockey")
        ),
        "religion 150 + politics": topics(
            ("alt.atheism", "soc.religion.christian"), 150,
            ("talk.politics.guns", "talk.politics.mideast"),
        ),
        "six topics 600 + three": topics(
            ("sci.crypt", "sci.med", "sci.space", "sci.electronics", "rec.autos", "misc.forsale"),
            600,
            ("comp.graphics", "comp.sys.mac.hardware", "comp.windows.x"),
        ),
    }  # fmt: skip


def ten_lines(scenario: Scenario) -> float:
    """What a person would write with scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    texts, labels = map(np.array, scenario.main)
    same = [one for one in scenario.others.values() if set(one[1]) == set(scenario.main[1])]
    extra = [np.array([item for one in same for item in one[part]]) for part in (0, 1)]

    def fitted(rows: np.ndarray, more: bool) -> Any:
        X = np.concatenate([texts[rows], extra[0]]) if more else texts[rows]
        y = np.concatenate([labels[rows], extra[1]]) if more else labels[rows]
        return make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC()
        ).fit(X, y)

    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(texts, labels))

    def cross_validated(more: bool) -> float:
        each = [
            macro_f1(labels[test], fitted(train, more).predict(texts[test]))
            for train, test in folds
        ]
        return float(np.mean(each))

    scores = [cross_validated(more) for more in ([False, True] if same else [False])]
    model = fitted(np.arange(len(texts)), len(scores) > 1 and scores[1] > scores[0])
    return float(macro_f1(np.array(scenario.truth[1]), model.predict(scenario.truth[0])))


def judged(name: str, seed: int, scenario: Scenario, runs: int) -> Outcome:
    """Ask for advice, and hold it against the texts held back."""
    began = time.perf_counter()
    advice = advise(*scenario.main, scenario.others, runs=runs, seed=seed)
    seconds = time.perf_counter() - began
    truth: dict[Any, float] = {}

    def true_score(row: Any) -> float:
        if row.way not in truth:
            given = advice.model_of(row).predict(scenario.truth[0])
            truth[row.way] = float(macro_f1(np.array(scenario.truth[1]), given))
        return truth[row.way]

    best_alone = max(true_score(row) for row in advice.rows if row.way.use == ALONE)
    decided = [row for row in advice.rows if row.verdict and row.way.use != ALONE]
    wrong = [
        advice.name_of(row)
        for row in decided
        if (row.verdict == HELPS and true_score(row) <= best_alone)
        or (row.verdict == HURTS and true_score(row) >= best_alone)
    ]
    return Outcome(
        name, seed, advice.name_of(advice.best), true_score(advice.best), best_alone,
        ten_lines(scenario), counted(advice), wrong, round(seconds, 1),
    )  # fmt: skip


def counted(advice: Advice) -> dict[str, str]:
    """The verdict of each way with others."""
    return {advice.name_of(row): row.verdict for row in advice.rows if row.way.use != ALONE}


def main(argv: list[str] | None = None) -> int:
    """Judge all scenarios, print a line for each, and their means."""
    parser = argparse.ArgumentParser(prog="python -m bench.advice", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--out", type=Path, help="where to write all of it as JSON")
    args = parser.parse_args(argv)
    if "MINIMTL_DATA" not in os.environ:
        sys.exit("bench.advice: MINIMTL_DATA names the folder of the raw corpora.")

    outcomes = []
    for name, make in scenarios(Path(os.environ["MINIMTL_DATA"])).items():
        for seed in range(args.seeds if args.only in name else 0):
            one = judged(name, seed, make(np.random.default_rng(seed)), args.runs)
            outcomes.append(one)
            said = ", ".join(sorted(set(one.verdicts.values())))
            print(
                f"{name:32} advised {one.advised:.3f}  alone {one.best_alone:.3f}  ten lines "
                f"{one.ten_lines:.3f}  {one.seconds:5.0f} s  {one.taken}; {said}"
                + (f"; WRONG: {', '.join(one.wrong)}" if one.wrong else ""),
                flush=True,
            )
    means = [np.mean([getattr(one, what) for one in outcomes]) for what in Outcome._fields[3:6]]
    print("means: advised {:.3f}, best alone {:.3f}, ten lines {:.3f}".format(*means))
    if args.out:
        args.out.write_text(json.dumps([one._asdict() for one in outcomes], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
