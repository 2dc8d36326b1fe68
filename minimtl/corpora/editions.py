"""An edition of a corpus: how its file is found, recognised, checked and read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from minimtl.corpora.archives import file_sha256
from minimtl.errors import MinimtlError

Data = TypeVar("Data", covariant=True)


@dataclass(frozen=True)
class Edition(Generic[Data]):
    """One edition, with everything that other modules need to know of it.

    Attributes
    ----------
    name : what ``--corpus`` calls it.
    file_name : of the file as published.
    archive_sha256 : SHA-256 of that file; None where no digest of it is on record.
    contents_sha256 : SHA-256 of what is in it, which a re-packed archive and a folder share.
    read : reads the file, or the folder it unpacks to; MinimtlError if it cannot.
    read_contents_sha256 : computes the SHA-256 of the contents of a file or folder.
    recognise : whether a file or folder seems to be of this edition and none of the others.
    urls : where the file is published, in the order to try.
    folder : where the file is that comes with minimtl; None if it has to be found or fetched.
    """

    name: str
    file_name: str
    archive_sha256: str | None
    contents_sha256: str
    read: Callable[[Path], Data]
    read_contents_sha256: Callable[[Path], str]
    recognise: Callable[[Path], bool]
    urls: tuple[str, ...] = ()
    folder: Path | None = None

    def check(self, path: Path) -> str:
        """Say how the file or folder `path` was recognised as this edition.

        Raises
        ------
        MinimtlError
            If neither its digest nor that of its contents is the published one.
        """
        if path.is_file() and file_sha256(path) == self.archive_sha256:
            return "the file as published"
        if self.read_contents_sha256(path) == self.contents_sha256:
            return "another packing of the published contents"
        raise MinimtlError(
            f"{path} is not the published {self.name!r} edition (neither its SHA-256 nor that of "
            "its contents is right): get it again."
        )
