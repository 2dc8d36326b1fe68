"""The authors' files ``gains_1`` and ``gains_2``: scores at 19 epochs, from which they took one.

A block of the file is an epoch, the mean relative gain, how many pairs improved, and the mean
scores alone and jointly, each mean over pairs and runs.
"""

import math
import re
from typing import NamedTuple

from minimtl.audit.files import NUMBER, ascii_text
from minimtl.errors import MinimtlError

_BLOCK = re.compile(
    r"(?P<epoch>\d{1,6})\s+"
    rf"Global mean: (?P<gain>{NUMBER})\s+"
    rf"nb improvment: (?P<improved>{NUMBER}) compare to (?P<pairs>\d{{1,9}})\s+"
    rf"mean simple (?P<single>{NUMBER})\s+"
    rf"mean multi (?P<multi>{NUMBER})",
    re.ASCII,
)


class ScannedEpoch(NamedTuple):
    """What the file says of one epoch, counted from 0 as the logs do.

    Attributes
    ----------
    relative_gain : mean over pairs and runs.
    improved : number of pairs with a gain, mean over runs.
    n_pairs : of how many.
    single, multi : mean scores.
    """

    epoch: int
    relative_gain: float
    improved: float
    n_pairs: int
    single: float
    multi: float


def parse_scan(content: bytes, file: str) -> list[ScannedEpoch]:
    """The blocks in `content`; `file` names it in messages.

    Raises
    ------
    MinimtlError
        If the file is anything but such blocks.
    """
    text = ascii_text(content, file)
    blocks = list(_BLOCK.finditer(text))
    numbers = [float(value) for block in blocks for value in block.groups()]
    if not blocks or _BLOCK.sub("", text).strip() or not all(map(math.isfinite, numbers)):
        raise MinimtlError(
            f"{file} is no list of epochs with their mean gains; take a whole copy of the released "
            "logs."
        )
    return [
        ScannedEpoch(
            epoch=int(block["epoch"]),
            relative_gain=float(block["gain"]),
            improved=float(block["improved"]),
            n_pairs=int(block["pairs"]),
            single=float(block["single"]),
            multi=float(block["multi"]),
        )
        for block in blocks
    ]
