"""Write labelled text sets for ``minimtl advise``: posts of 20 Newsgroups, which minimtl holds.

    python examples/make_text_sets.py FOLDER

makes ``vehicles.csv`` (cars or motorcycles), ``sport.csv`` (baseball or hockey) and
``computers.csv`` (PC or Mac). Nothing is fetched. A text is the words of a post in alphabetical order, each
as often as it occurs; nothing that counts words sees a difference.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from minimtl.corpora.corpus import Corpus
from minimtl.corpora.load import load_corpus

# The label of the posts of each newsgroup in each set.
SETS = {
    "vehicles": {"rec.autos": "cars", "rec.motorcycles": "motorcycles"},
    "sport": {"rec.sport.baseball": "baseball", "rec.sport.hockey": "hockey"},
    "computers": {"comp.sys.ibm.pc.hardware": "PC", "comp.sys.mac.hardware": "Mac"},
}


def post_rows(corpus: Corpus, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(text, label) of each training post of the newsgroups in `labels` that is not empty."""
    for text, topic in zip(corpus.train.texts, corpus.train.topics, strict=True):
        label = labels.get(corpus.topic_names[topic])
        if label is not None and text.strip():
            yield text, label


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
    for name, labels in SETS.items():
        write_csv(folder / f"{name}.csv", post_rows(corpus, labels))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/make_text_sets.py FOLDER")
    main(Path(sys.argv[1]))
