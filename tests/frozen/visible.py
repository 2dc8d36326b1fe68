"""What a person sees of a file or of standard output, without what varies by machine and day."""

import csv
import io
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from tests.frozen.inputs import ROOT

HIDDEN = "…"
# Columns and keys that hold times.
TIMES = {"seconds", "s a fit"}
OF_THE_MACHINE = {"machine", "packages"}
SPOKEN = ("alt", "aria-label", "title", "placeholder")
# Matplotlib draws its letters as curves; its only words are metadata.
UNSEEN = {"script", "style", "template", "metadata"}
INLINE = {
    *("a", "abbr", "b", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup"),
    *("tspan", "mi", "mn", "mo", "mtext", "time", "kbd", "var", "cite", "q", "s", "u"),
}


class _VisibleText(HTMLParser):
    """The text of a page or drawing, a line for each element that is not part of a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        if tag not in INLINE:
            self.pieces.append("\n")
        if not self._unseen:
            spoken = [(name, value) for name, value in attrs if name in SPOKEN and value]
            self.pieces += [f"[{name}: {value}]" for name, value in spoken]

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen -= 1
        if tag not in INLINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def page_text(source: str) -> str:
    """The words of a page in HTML, or of a drawing in SVG, with texts for screen readers."""
    parser = _VisibleText()
    parser.feed(source)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).split("\n"))
    return _without_code("\n".join(filter(None, lines)))


def file_text(path: Path) -> str:
    """What is compared of a file; of a picture and of an archive only that it is there."""
    if path.suffix in (".html", ".svg"):
        return page_text(path.read_text(encoding="utf-8"))
    if path.suffix == ".json":
        return json.dumps(
            _masked(json.loads(path.read_text("utf-8"))), indent=1, ensure_ascii=False
        )
    if path.suffix == ".csv":
        return _without_times(path.read_text(encoding="utf-8"))
    if path.suffix in (".md", ".txt", ".tsv", ".jsonl", ".ipynb"):
        return path.read_text(encoding="utf-8")
    return ""


def keys_only(text: str) -> str:
    """The keys of a JSON object, and of the objects in it."""
    lines = []
    for key, value in json.loads(text).items():
        inner = list(value) if isinstance(value, dict) else []
        lines.append(f"{key}: {', '.join(inner)}" if inner else key)
    return "\n".join(lines)


def settled(text: str, folder: Path) -> str:
    """`text` with what varies replaced, and numbers of at most six digits.

    The last digits of a sum depend on the processor's vectors.
    """
    for place, name in ((folder, "FOLDER"), (ROOT, "CHECKOUT"), (Path(sys.prefix), "PYTHON")):
        text = text.replace(str(place), name)
    text = re.sub(r'\b(minimtl(?:": "| ))\d+(\.\d+)+\w*', rf"\1{HIDDEN}", text)
    text = re.sub(r"\bfrom minimtl[\w.]* import", "from minimtl import", text)
    text = re.sub(r"`(minimtl/\S+\.py):\d+`", rf"`\1:{HIDDEN}`", text)  # lines of a notebook
    text = _without_times_in_markdown(text)
    text = re.sub(r"(?<![\w.])\d+\.\d+(e[-+]?\d+)?(?![\w.]*\d)", _rounded, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def _without_code(text: str) -> str:
    """A page of `explain` without the package's own lines, whose names and places may change."""
    text = re.sub(r"(?m)^minimtl/\S+\.py:\d+\n.*$", f"CODE {HIDDEN}", text)
    return re.sub(r"(?m)^Further lines: .*$", f"Further lines: {HIDDEN}", text)


def _rounded(number: re.Match) -> str:
    digits = re.sub(r"e.*|\.", "", number[0]).lstrip("0")
    value = float(number[0])
    if 0 < value < 1e-12:
        return "0"
    return number[0] if len(digits) <= 6 else f"{value:.6g}"


def _masked(value: object) -> object:
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if not isinstance(value, dict):
        return value
    masked: dict = {}
    for key, item in value.items():
        if key in OF_THE_MACHINE:
            masked[key] = dict.fromkeys(item, HIDDEN)
        elif key == "trained_by":
            masked[key] = list(item.values())
        elif key == "minimtl" or key.endswith("seconds"):
            masked[key] = HIDDEN
        else:
            masked[key] = _masked(item)
    return masked


def _without_times(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    timed = [i for i, name in enumerate(rows[0]) if name in TIMES] if rows else []
    if not timed:
        return text
    for row in rows[1:]:
        for i in timed:
            row[i] = HIDDEN
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _without_times_in_markdown(text: str) -> str:
    lines, timed = [], []
    for line in text.split("\n"):
        cells = line.split("|")
        if len(cells) < 3:
            timed = []
        elif not timed:
            timed = [i for i, cell in enumerate(cells) if cell.strip() in TIMES]
        elif "---" not in line:
            cells = [f" {HIDDEN} " if i in timed else cell for i, cell in enumerate(cells)]
        lines.append("|".join(cells))
    return "\n".join(lines)
