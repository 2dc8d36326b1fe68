"""The audit of an archive: recognises whose results it holds, and holds the paper to them."""

import os
from pathlib import Path

from minimtl.audit.bingel import BINGEL
from minimtl.audit.kerinec import KERINEC
from minimtl.audit.released import Audited, ReleasedStudy, members, released_files
from minimtl.errors import MinimtlError

# The registry: a study that stands here is recognised by the names of its files.
STUDIES: tuple[ReleasedStudy, ...] = (KERINEC, BINGEL)


def audit(path: str | os.PathLike[str]) -> Audited:
    """The audit of the released results in `path`, a folder or a ``.tar.gz``.

    The first file that a study in the registry reads decides whose results they are.

    MinimtlError is raised if `path` is absent, damaged or hostile, or holds no results of a study
    in the registry.
    """
    for name, _ in members(Path(path)):
        for study in STUDIES:
            if study.pattern.fullmatch(name):
                return study.audit(released_files(path, study.pattern))

    known = "; or ".join(f"{study.name}: {study.layout}" for study in STUDIES)
    raise MinimtlError(f"{path} holds no released results that minimtl can read ({known}).")
