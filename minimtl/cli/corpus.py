"""``minimtl corpus``: what a corpus holds, getting it into the cache, checking it."""

import argparse
from collections.abc import Iterator

import numpy as np

from minimtl.cli.arguments import add_corpus_flag
from minimtl.corpora.load import EDITIONS, fetch_edition, find_corpus, load_corpus
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
        help="info: what it holds; fetch: get the raw archive into the cache; verify: check it",
    )
    add_corpus_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Do what ``args.action`` says with ``args.corpus``; 0 unless something raises."""
    actions = {"info": _info, "fetch": _fetch, "verify": _verify}
    for line in actions[args.action](args.corpus):
        print(line)
    return 0


def _info(choice: str) -> Iterator[str]:
    corpus = load_corpus(choice, announce=say)
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
    published = [edition for edition in EDITIONS if edition.urls]
    for edition in published:
        if choice in ("auto", edition.name):
            yield str(fetch_edition(edition, say))
            return
    raise UsageError(
        f"there is nothing to fetch for --corpus {choice}; choose "
        f"{', '.join(edition.name for edition in published)}."
    )


def _verify(choice: str) -> Iterator[str]:
    if choice == "synthetic":
        raise UsageError("the synthetic corpus is generated; there is no file to verify.")
    edition, path = find_corpus(choice, announce=say)
    recognised = edition.check(path)
    edition.read(path)  # as a study would, which checks the topics as well
    yield f"{path.name}: {edition.name} edition, {recognised}"
