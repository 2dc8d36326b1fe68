"""What is said to the person at the terminal, beside a command's output."""

import re
import sys

# Control characters but newline and tab, marks that reverse the direction of text, line separators
# and halves of surrogate pairs.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape(text: str) -> str:
    r"""`text` with each character that could control a terminal written out, as ``\x1b``.

    Newlines and tabs are kept. For text that comes, in whole or in part, from a file or a server.
    """
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def is_one_line(name: str) -> bool:
    """Whether `name` can stand within a line: no newline, no tab, nothing that `escape` escapes."""
    return "\n" not in name and "\t" not in name and not _CONTROLS.search(name)


def say(line: str) -> None:
    """Print one line to standard error, with what could control the terminal escaped."""
    print(escape(line), file=sys.stderr)
