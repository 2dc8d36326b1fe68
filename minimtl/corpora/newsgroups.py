"""20 Newsgroups: how its topics are related, and the "bydate" edition with one file for each post.

The layout is ``20news-bydate-train/<group>/<id>`` and ``20news-bydate-test/<group>/<id>``, at the
top or one level down. Posts are Latin-1, one byte one character, so every byte decodes.
Order: training before test, groups by name, posts by name as a string (``"100"`` < ``"99"``), as
a sorted listing of the folders gives them.

A post is a header (``From:``, ``Subject:``, ...), a blank line, and a body; the body quotes the
posts it answers and often ends in a signature. Each of these reveals the topic without being
about it, so the study trains on the rest. The rules are those of scikit-learn's
``fetch_20newsgroups(remove=...)``, mistakes included, so that scores can be compared.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from minimtl.corpora.archives import (
    GZIP_MAGIC,
    Place,
    contents_sha256,
    file_sha256,
    folder_members,
    placed_files,
    starts_with,
    tar_members,
)
from minimtl.corpora.editions import Corpus, Edition, TopicTree, build_corpus, sorted_topics
from minimtl.errors import MinimtlError

# Figure 1 of the study: class → subclass → topics.
TOPIC_TREE: TopicTree = {
    "comp": {
        "sys": ("comp.sys.ibm.pc.hardware", "comp.sys.mac.hardware"),
        "others": ("comp.graphics", "comp.os.ms-windows.misc", "comp.windows.x"),
    },
    "rec": {
        "sport": ("rec.sport.baseball", "rec.sport.hockey"),
        "vehicles": ("rec.autos", "rec.motorcycles"),
    },
    "sci": {"sci": ("sci.crypt", "sci.electronics", "sci.med", "sci.space")},
    "talk": {
        "politics": ("talk.politics.misc", "talk.politics.guns", "talk.politics.mideast"),
        "religion": ("talk.religion.misc", "alt.atheism", "soc.religion.christian"),
    },
    "misc": {"forsale": ("misc.forsale",)},
}
TOPICS = sorted_topics(TOPIC_TREE)
TRAIN_FOLDER = "20news-bydate-train"
TEST_FOLDER = "20news-bydate-test"
# A line that holds one of these introduces a quotation, as in "In article <1993...>, Ann writes:".
QUOTATION_PHRASES = ("writes in", "writes:", "wrote:", "says:", "said:")
# A line that begins with one of these introduces a quotation or is one.
QUOTATION_OPENINGS = ("In article", "Quoted from", "|", ">")


def strip_header(text: str) -> str:
    """The part of `text` after its first blank line; nothing when it has no blank line.

    A line of spaces is not blank here: only two newlines in a row end a header.
    """
    _header, _blank_line, body = text.partition("\n\n")
    return body


def strip_footer(text: str) -> str:
    """`text` without its last block, taken to be a signature.

    Blocks are separated by lines of spaces only, or of hyphens between spaces; blank lines
    around the whole text separate nothing. A text of a single block is returned unchanged. A
    post of several paragraphs without a signature loses its last paragraph.
    """
    lines = text.strip().split("\n")
    for index in range(len(lines) - 1, 0, -1):
        if not lines[index].strip().strip("-"):
            return "\n".join(lines[:index])
    return text


def strip_quotes(text: str) -> str:
    """`text` without the lines that quote another post or introduce a quotation."""
    return "\n".join(line for line in text.split("\n") if not _is_quotation(line))


def _is_quotation(line: str) -> bool:
    return line.startswith(QUOTATION_OPENINGS) or any(
        phrase in line for phrase in QUOTATION_PHRASES
    )


def strip_post(text: str) -> str:
    """`text` without header, footer and quotations.

    The order matters: were the quotations taken out first, a post that ends in one would lose
    the block before it as its footer.
    """
    return strip_quotes(strip_footer(strip_header(text)))


def read_newsgroups(path: Path, clean: Callable[[str], str] = strip_post) -> Corpus:
    """The corpus in the archive or folder `path`, each post as `clean` leaves it.

    Raises
    ------
    MinimtlError
        If `path` is damaged, hostile, or lacks one of the 20 groups; if a post is empty or no text.
    """
    posts = read_posts(path)
    sha256 = contents_sha256(posts) if path.is_dir() else file_sha256(path)
    train, test = (
        [
            (topic, clean(content.decode("latin-1")))
            for (half, topic, _), content in posts.items()
            if half == folder
        ]
        for folder in (TRAIN_FOLDER, TEST_FOLDER)
    )
    return build_corpus("bydate", path.name, sha256, TOPIC_TREE, train, test)


def read_posts(path: Path) -> dict[Place, bytes]:
    """The raw posts of an archive or folder, with headers, in the corpus's order.

    The place of a post is its folder, group and name. Raises as `read_newsgroups`.
    """
    members = _folder_posts(path) if path.is_dir() else tar_members(path)
    posts = placed_files(members, _place_of, path.name)
    if not posts:
        raise MinimtlError(
            f"{path.name} holds no post at {TRAIN_FOLDER}/<group>/<id>; "
            "give the archive 20news-bydate.tar.gz or the folder it unpacks to."
        )
    for place, content in posts.items():
        _check_post(place, content, path.name)
    return dict(sorted(posts.items(), key=lambda post: (post[0][0] == TEST_FOLDER, post[0])))


def find_folder(path: Path) -> Path | None:
    """The folder that holds the two partitions: `path`, or its first sub-folder that does."""
    try:
        below = sorted(entry.name for entry in os.scandir(path) if entry.is_dir())
    except OSError:
        return None
    for folder in (path, *(path / name for name in below)):
        if (folder / TRAIN_FOLDER).is_dir():
            return folder
    return None


def _folder_posts(path: Path) -> Iterator[tuple[str, bytes]]:
    folder = find_folder(path)
    if folder is None:
        return
    for name in (TRAIN_FOLDER, TEST_FOLDER):
        if (folder / name).is_dir():
            for member, content in folder_members(folder / name):
                yield f"{name}/{member}", content


def _place_of(parts: list[str]) -> Place | None:
    """Folder, group and name of a post, the two folders at the top or one down."""
    is_post = len(parts) in (3, 4) and parts[-3] in (TRAIN_FOLDER, TEST_FOLDER)
    return tuple(parts[-3:]) if is_post else None


def _check_post(place: Place, content: bytes, source: str) -> None:
    fault, remedy = "", "get the archive again, for example with 'minimtl corpus fetch'"
    if place[1] not in TOPICS:
        fault, remedy = "belongs to none of the 20 groups", "remove that folder"
    elif not content.strip():
        fault = "is empty, as no post of the corpus is"
    elif b"\0" in content:
        fault = "holds NUL bytes, so it is no text"
    if fault:
        raise MinimtlError(f"{'/'.join(place)} in {source} {fault}; {remedy}.")


def _recognise(path: Path) -> bool:
    return find_folder(path) is not None if path.is_dir() else starts_with(path, GZIP_MAGIC)


# The reference contents were held against scikit-learn's documentation of its own copy: 22.055 +
# 13.801 MB of UTF-8, and a 2,034 × 34,118 TF-IDF matrix of four groups with 159.01327 nonzeros a
# row.
BYDATE = Edition(
    name="bydate",
    file_name="20news-bydate.tar.gz",
    urls=(
        "http://qwone.com/~jason/20Newsgroups/20news-bydate.tar.gz",
        "https://ndownloader.figshare.com/files/5975967",
    ),
    archive_sha256="8f1b2514ca22a5ade8fbb9cfa5727df95fa587f4c87b786e15c759fa66d95610",
    contents_sha256="0d0f02fd0865c35ccf7068d584680a8f58c813059853ca56122052bec3b39aec",
    read=read_newsgroups,
    read_contents_sha256=lambda path: contents_sha256(read_posts(path)),
    recognise=_recognise,
)
