"""Bytes from outside made text: UTF-8, with or without a byte-order mark, and no NUL."""

import codecs

from minimtl.errors import MinimtlError


def decode_utf8(content: bytes, place: str) -> str:
    """`content` as text; a byte-order mark is dropped.

    Raises
    ------
    MinimtlError
        Naming `place` and the line, if the bytes are UTF-16, not UTF-8, or hold NUL.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MinimtlError(f"{place} is encoded in UTF-16; save it as UTF-8.")
    nul = content.find(b"\0")
    if nul >= 0:
        raise MinimtlError(
            f"{place} holds a NUL byte in line {_line(content, nul)}, so it is no text; "
            "save it as UTF-8 text."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # `start` is an offset into the bytes behind the mark, which is on the first line anyway.
        raise MinimtlError(
            f"{place} is not UTF-8 in line {_line(content, error.start)}; save it as UTF-8."
        ) from None


def _line(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1
