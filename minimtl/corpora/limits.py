"""How much an archive or folder from outside may hold before it is refused.

An archive of a few kilobytes can unpack to terabytes, so sizes are counted while reading and not
taken from the archive's headers alone.
"""

from dataclasses import dataclass

from minimtl.errors import MinimtlError

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The largest archive that is read.

    The defaults leave room: 20 Newsgroups has 18,888 members, 48 MB unpacked, the largest post
    0.2 MB, at a ratio of 3.3; the labelled Amazon reviews are 18 MB, the largest file 3 MB, and
    come with several times as many unlabelled ones. gzip reaches 1,000 : 1 on a file of zeros.
    """

    members: int = 100_000
    member_bytes: int = 64 * MEGABYTE
    total_bytes: int = 512 * MEGABYTE
    ratio: int = 100
    # Below this size a high ratio is harmless, and tar's padding makes it common.
    ratio_free_bytes: int = 8 * MEGABYTE

    def check_members(self, n_members: int, place: str) -> None:
        """Refuse more than ``members`` members."""
        if n_members > self.members:
            raise MinimtlError(
                f"{place} holds more than {self.members:,} files, far more than the corpus has; "
                "it is refused."
            )

    def check_member(self, n_bytes: int, member: str, place: str) -> None:
        """Refuse a member of more than ``member_bytes``."""
        if n_bytes > self.member_bytes:
            raise MinimtlError(
                f"{member} in {place} is larger than {self.member_bytes // MEGABYTE} MB, "
                "far more than any file of the corpus; it is refused."
            )

    def check_total(self, n_bytes: int, n_packed: int | None, place: str) -> None:
        """Refuse more than ``total_bytes``, or more than ``ratio`` times the packed bytes."""
        if n_bytes > self.total_bytes:
            raise MinimtlError(
                f"{place} unpacks to more than {self.total_bytes // MEGABYTE} MB, "
                "far more than the corpus has; it is refused."
            )
        if n_packed is not None and n_bytes > max(self.ratio_free_bytes, self.ratio * n_packed):
            raise MinimtlError(
                f"{place} unpacks to more than {self.ratio} times its size, "
                "as no text does; it is refused."
            )


LIMITS = Limits()
