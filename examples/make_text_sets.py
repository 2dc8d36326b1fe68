"""Write labelled text sets for ``minimtl advise``: two of Amazon reviews, one of newsgroup posts.

    python examples/make_text_sets.py FOLDER

makes ``kitchen.csv``, ``electronics.csv`` (positive and negative reviews) and ``autos.csv`` (posts
about cars and motorcycles). The reviews are published as counts of words, so each text here is its
words in alphabetical order, each as often as it occurs, pairs of words left out; nothing that
counts words sees a difference.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from minimtl.corpora.amazon import LABELS, AmazonReviews
from minimtl.corpora.corpus import Corpus
from minimtl.corpora.load import load_amazon, load_corpus

DOMAINS = ("kitchen", "electronics")
TOPICS = ("rec.autos", "rec.motorcycles")


def review_rows(reviews: AmazonReviews, domain: str) -> Iterator[tuple[str, str]]:
    """(text, label) of each review of a domain."""
    (chosen,) = (one for one in reviews.domains if one.domain == domain)
    for number, label in enumerate(chosen.labels):
        row = chosen.counts[number]
        words = (
            f"{reviews.vocabulary[column]} " * count
            for column, count in zip(row.indices, row.data, strict=True)
            if "_" not in reviews.vocabulary[column]
        )
        yield "".join(words).strip(), LABELS[label]


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
    """Write the three sets."""
    folder.mkdir(parents=True, exist_ok=True)
    reviews = load_amazon("amazon", announce=print)
    for domain in DOMAINS:
        write_csv(folder / f"{domain}.csv", review_rows(reviews, domain))
    write_csv(folder / "autos.csv", post_rows(load_corpus("auto", announce=print), TOPICS))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/make_text_sets.py FOLDER")
    main(Path(sys.argv[1]))
