"""Finds the authors' released files in a folder or a ``.tar.gz`` of their repository."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from minimtl.corpora import folder_members, tar_members
from minimtl.errors import MinimtlError

# A repository's archive has one folder around everything. Names of joint logs end in "split";
# the same names without it belong to another experiment.
_WANTED = re.compile(
    r"(?:\./)?(?:[\w.-]+/)?(?P<experiment>exp[12]_\d{1,3})/results200/"
    r"(?P<part>simple/[\w.-]+(?<!_informations)|multi/[\w.-]+(?=split)|"
    r"80array_features_log_reg(?=\.npz)|efficiency_epoch80)(?:split|\.npz)?",
    re.ASCII,
)


class ReleasedFile(NamedTuple):
    """A file of one experiment.

    Attributes
    ----------
    experiment : its name, ``exp1_0``.
    part : which of its files, ``simple/A_B``.
    file : the name in full, for messages.
    content : its bytes.
    """

    experiment: str
    part: str
    file: str
    content: bytes


def released_files(path: str | os.PathLike[str]) -> Iterator[ReleasedFile]:
    """The logs, feature tables and efficiency files under `path`, a folder or a ``.tar.gz``.

    Raises
    ------
    MinimtlError
        If `path` does not exist or is damaged, holds links or devices, or is far larger than the
        authors' repository (see `minimtl.corpora.limits`).
    """
    path = Path(path)
    if not path.exists():
        raise MinimtlError(f"{path} does not exist; give the released logs, a folder or .tar.gz.")
    for name, content in folder_members(path) if path.is_dir() else tar_members(path):
        if match := _WANTED.fullmatch(name):
            yield ReleasedFile(match["experiment"], match["part"], f"{path / name}", content)
