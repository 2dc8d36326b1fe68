"""``python -m bench.advice [SCENARIO …]``: is what `advise` says to take better, and is it true?

Sets of texts are drawn from Amazon reviews and from 20 Newsgroups in the folder that MINIMTL_DATA
names; all texts that are left of the main set's kind are the truth. Beside the way that advice
takes stands what a person would write otherwise: ten lines of scikit-learn, TF-IDF of one and two
words and a linear support vector machine, on one's own texts or on all that have the same labels,
whichever cross-validates better.

Three scenarios stand for texts that are not at hand. Another language: the reviews in another
alphabet, which shares no word with the other set. A script without spaces: each word as Chinese
characters that its hash chooses, one after the other. Embeddings: 100 directions of TF-IDF that a
singular value decomposition finds in reviews of other domains, in place of a pretrained encoder.
"""

import argparse
import json
import os
import re
import sys
import tarfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl import advise
from minimtl.advice.advice import Advice
from minimtl.advice.verdicts import HELPS, HURTS
from minimtl.advice.ways import ALONE
from minimtl.stats.scores import macro_f1

Texts = tuple[list[str], list[str]]  # texts and labels
DOMAINS = ("books", "dvd", "electronics", "kitchen")


class Scenario(NamedTuple):
    """The main set, the others by name, and the texts held back; rows of X may stand for texts."""

    main: tuple[Any, list[str]]
    others: dict[str, tuple[Any, list[str]]]
    truth: tuple[Any, list[str]]
    groups: list[str] | None = None


class Post(NamedTuple):
    """A post without headers, footers and quotations; its subject, without answers' marks."""

    text: str
    subject: str


Make = Callable[[np.random.Generator], Scenario]


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


def read_posts(data: Path) -> dict[str, list[Post]]:
    """The posts of each newsgroup that have words."""
    from minimtl.corpora.load import load_corpus, load_whole_posts

    choice = str(data / "20news-bydate.tar.gz")
    corpus = load_corpus(choice, announce=lambda line: None)
    whole = load_whole_posts(corpus, choice, announce=lambda line: None)
    posts: dict[str, list[Post]] = {}
    for part, whole_part in ((corpus.train, whole.train), (corpus.test, whole.test)):
        for text, raw, topic in zip(part.texts, whole_part.texts, part.topics, strict=True):
            found = re.search(r"^Subject:(.*)$", raw, re.MULTILINE | re.IGNORECASE)
            subject = re.sub(r"(?i)\b(re|fwd?):", "", found[1] if found else "").strip()
            if text.split() and subject:
                posts.setdefault(corpus.topic_names[topic], []).append(Post(text, subject))
    return posts


def drawn(rng: np.random.Generator, texts: Texts, n: int) -> tuple[Texts, Texts]:
    """So many texts at random, and the others."""
    order = rng.permutation(len(texts[0]))

    def of(rows: Sequence[int]) -> Texts:
        return [texts[0][row] for row in rows], [texts[1][row] for row in rows]

    return of(order[:n].tolist()), of(order[n:].tolist())


def labelled(
    posts: dict[str, list[Post]], topics: Sequence[str], part: str = "text"
) -> tuple[list[str], list[str]]:
    """All posts of some newsgroups, or their subjects, labelled by the newsgroups."""
    pairs = [(getattr(post, part), topic) for topic in topics for post in posts[topic]]
    return [text for text, _ in pairs], [topic for _, topic in pairs]


CARS, SPORT = ("rec.autos", "rec.motorcycles"), ("rec.sport.baseball", "rec.sport.hockey")
SIX = ("sci.crypt", "sci.med", "sci.space", "sci.electronics", "rec.autos", "misc.forsale")
COMPUTERS = ("comp.graphics", "comp.sys.mac.hardware", "comp.windows.x")


def of_domains(reviews: dict[str, Texts], main: str, n: int, *others: str) -> Make:
    """Reviews of one domain beside those of others."""

    def make(rng: np.random.Generator) -> Scenario:
        own, truth = drawn(rng, reviews[main], n)
        return Scenario(own, {name: reviews[name] for name in others}, truth)

    return make


def of_topics(posts: dict[str, list[Post]], main: Sequence[str], n: int, *other: str) -> Make:
    """Posts of some newsgroups beside those of others."""

    def make(rng: np.random.Generator) -> Scenario:
        own, truth = drawn(rng, labelled(posts, main), n)
        return Scenario(own, {"others": labelled(posts, other)}, truth)

    return make


def of_electronics(reviews: dict[str, Texts], change: Callable[..., Any]) -> Make:
    """Reviews of kitchenware beside electronics, changed by ``change(rng, scenario)``."""
    made = of_domains(reviews, "kitchen", 300, "electronics")
    return lambda rng: change(rng, made(rng))


def rare(reviews: dict[str, Texts]) -> Make:
    """One negative review in twenty."""
    texts, labels = reviews["kitchen"]
    frequent = [row for row, label in enumerate(labels) if label == "positive"]
    few = [row for row, label in enumerate(labels) if label == "negative"][:53]
    rows = frequent + few
    both = ([texts[row] for row in rows], [labels[row] for row in rows])
    return of_domains({**reviews, "kitchen": both}, "kitchen", 400, "electronics")


def with_random_labels(rng: np.random.Generator, one: Scenario) -> Scenario:
    """Other texts that say nothing."""
    texts, labels = one.others["electronics"]
    return one._replace(others={"shuffled": (texts, rng.permutation(labels).tolist())})


def with_copies(rng: np.random.Generator, one: Scenario) -> Scenario:
    """One's own texts with small edits as if they were others, and a hundred real others."""
    copies = [" ".join([*text.split()[2:], f"edit{i}"]) for i, text in enumerate(one.main[0])]
    (texts, labels), _ = drawn(rng, one.others["electronics"], 100)
    return one._replace(others={"edited": (copies + texts, one.main[1] + labels)})


def in_another_alphabet(rng: np.random.Generator, one: Scenario) -> Scenario:
    """One's own texts share no word with the others."""
    greek = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβψδεφγηιξκλμνοπχρστθωςχυζ")
    own, truth = (([text.translate(greek) for text in t], y) for t, y in (one.main, one.truth))
    return one._replace(main=own, truth=truth)


def without_spaces(rng: np.random.Generator, one: Scenario) -> Scenario:
    """One's own texts in a script without spaces."""

    def spelt(word: str) -> str:
        code = zlib.crc32(word.encode())
        return chr(0x4E00 + code % 3_000) + chr(0x4E00 + code // 3_000 % 3_000)

    own, truth = (
        (["".join(map(spelt, text.split())) for text in t], y) for t, y in (one.main, one.truth)
    )
    return one._replace(main=own, truth=truth)


def embedded(reviews: dict[str, Texts]) -> Callable[[np.random.Generator, Scenario], Scenario]:
    """Rows of features in place of the texts."""

    def change(rng: np.random.Generator, one: Scenario) -> Scenario:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import Normalizer

        encoder = make_pipeline(
            TfidfVectorizer(sublinear_tf=True, min_df=3),
            TruncatedSVD(100, random_state=0),
            Normalizer(),
        ).fit(reviews["books"][0] + reviews["dvd"][0])
        others = {name: (encoder.transform(t), y) for name, (t, y) in one.others.items()}
        own, truth = ((encoder.transform(t), y) for t, y in (one.main, one.truth))
        return Scenario(own, others, truth)

    return change


def of_threads(posts: dict[str, list[Post]], main: Sequence[str], n: int, *other: str) -> Make:
    """Whole threads are one's own, and the truth is other threads."""

    def make(rng: np.random.Generator) -> Scenario:
        texts, labels = labelled(posts, main)
        threads = np.array(labelled(posts, main, "subject")[0])
        order = rng.permutation(np.unique(threads))
        sizes = np.cumsum([(threads == thread).sum() for thread in order])
        is_own = np.isin(threads, order[: int((sizes < n).sum()) + 1])

        def part(rows: np.ndarray) -> Texts:
            return [texts[row] for row in rows], [labels[row] for row in rows]

        own, truth = part(np.flatnonzero(is_own)), part(np.flatnonzero(~is_own))
        others = {"others": labelled(posts, other)}
        return Scenario(own, others, truth, threads[is_own].tolist())

    return make


def of_subjects(posts: dict[str, list[Post]], main: Sequence[str], n: int) -> Make:
    """Subjects beside the texts of other posts, under the same labels."""

    def make(rng: np.random.Generator) -> Scenario:
        subjects, labels = labelled(posts, main, "subject")
        texts = labelled(posts, main)[0]
        order = rng.permutation(len(subjects))
        parts = order[:n], order[n : 2 * n], order[2 * n :]
        own, bodies, truth = (
            ([which[row] for row in rows], [labels[row] for row in rows])
            for which, rows in zip((subjects, texts, subjects), parts, strict=True)
        )
        return Scenario(own, {"bodies": bodies}, truth)

    return make


def scenarios(data: Path) -> dict[str, Make]:
    """What a person may come with, by name."""
    reviews, posts = read_reviews(data), read_posts(data)
    topics = {"topics": labelled(posts, (*CARS, *SPORT))}
    return {
        "dvd-40": of_domains(reviews, "dvd", 40, "books"),
        "dvd-100": of_domains(reviews, "dvd", 100, "books"),
        "dvd-300": of_domains(reviews, "dvd", 300, "books"),
        "kitchen-300": of_domains(reviews, "kitchen", 300, "electronics"),
        "kitchen-1000": of_domains(reviews, "kitchen", 1_000, "electronics"),
        "three-domains": of_domains(reviews, "electronics", 100, "books", "dvd", "kitchen"),
        "rare": rare(reviews),
        "random-labels": of_electronics(reviews, with_random_labels),
        "other-labels": of_electronics(reviews, lambda rng, one: one._replace(others=topics)),
        "copies": of_electronics(reviews, with_copies),
        "cars": of_topics(posts, CARS, 300, *SPORT),
        "six-classes": of_topics(posts, SIX, 600, *COMPUTERS),
        "alphabet": of_electronics(reviews, in_another_alphabet),
        "no-spaces": of_electronics(reviews, without_spaces),
        "subjects": of_subjects(posts, CARS, 300),
        "threads": of_threads(posts, CARS, 300, *SPORT),
        "embeddings": of_electronics(reviews, embedded(reviews)),
    }


def ten_lines(scenario: Scenario) -> float:
    """What a person would write with scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    has_features = not isinstance(scenario.main[0], list)
    texts, labels = map(np.array, scenario.main)
    same = [one for one in scenario.others.values() if set(one[1]) == set(scenario.main[1])]
    extra = [
        np.concatenate([np.array(one[part]) for one in same]) if same else None for part in (0, 1)
    ]

    def fitted(rows: np.ndarray, more: bool) -> Any:
        X = np.concatenate([texts[rows], extra[0]]) if more else texts[rows]
        y = np.concatenate([labels[rows], extra[1]]) if more else labels[rows]
        if has_features:
            return LinearSVC().fit(X, y)
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
    advice = advise(
        *scenario.main, scenario.others, groups=scenario.groups, runs=runs, seed=seed, workers=2
    )
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
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all")
    parser.add_argument("--list", action="store_true", help="print the names of all scenarios")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--out", type=Path, help="where to write all of it as JSON")
    args = parser.parse_args(argv)
    if "MINIMTL_DATA" not in os.environ:
        sys.exit("bench.advice: MINIMTL_DATA names the folder of the raw corpora.")

    known = scenarios(Path(os.environ["MINIMTL_DATA"]))
    unknown = set(args.scenarios) - set(known)
    if unknown or args.list:
        print(*known, sep="\n")
        return 2 if unknown else 0
    outcomes = []
    for name in args.scenarios or known:
        for seed in range(args.seeds):
            one = judged(name, seed, known[name](np.random.default_rng(seed)), args.runs)
            outcomes.append(one)
            said = ", ".join(sorted(set(one.verdicts.values())))
            print(
                f"{name:14} advised {one.advised:.3f}  alone {one.best_alone:.3f}  ten lines "
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
