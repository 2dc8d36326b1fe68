"""What a person sees of a file or of standard output, without what varies by machine and day."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from tests.frozen.inputs import ROOT

HIDDEN = "…"
TEXTS = {".html", ".svg", ".json", ".csv", ".md", ".txt", ".tsv", ".jsonl", ".ipynb"}
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
    if path.suffix not in TEXTS:
        return ""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".html", ".svg"):
        return page_text(text)
    if path.suffix == ".json":
        return json.dumps(json.loads(text, object_hook=_masked), indent=1, ensure_ascii=False)
    return _without_times(text, ",") if path.suffix == ".csv" else text


def keys_only(text: str) -> str:
    """The keys of a JSON object, and of the objects in it."""
    return "\n".join(
        f"{key}: {', '.join(value)}" if isinstance(value, dict) and value else key
        for key, value in json.loads(text).items()
    )


def settled(text: str, folder: Path) -> str:
    """`text` with what varies replaced, and numbers of at most six digits.

    The last digits of a sum depend on the processor's vectors.
    """
    for place, name in ((folder, "FOLDER"), (ROOT, "CHECKOUT"), (Path(sys.prefix), "PYTHON")):
        text = text.replace(str(place), name)
    text = re.sub(r'\b(minimtl(?:": "| ))\d+(\.\d+)+\w*', rf"\1{HIDDEN}", text)
    text = re.sub(r"\bfrom minimtl[\w.]* import", "from minimtl import", text)
    text = re.sub(r"`(minimtl/\S+\.py):\d+`", rf"`\1:{HIDDEN}`", text)  # lines of a notebook
    text = _without_times(text, "|")
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


def _masked(values: dict) -> dict:
    """An object of a JSON file, without what varies."""
    masked = {}
    for key, item in values.items():
        masked[key] = item
        if key in OF_THE_MACHINE:
            masked[key] = dict.fromkeys(item, HIDDEN)
        elif key == "trained_by":
            masked[key] = list(item.values())
        elif key == "minimtl" or key.endswith("seconds"):
            masked[key] = HIDDEN
    return masked


def _without_times(text: str, separator: str) -> str:
    """A text whose tables have nothing in the columns of times."""
    lines, timed = [], []
    for line in text.split("\n"):
        cells = line.split(separator)
        if len(cells) < 3:
            timed = []
        elif not timed:
            timed = [i for i, cell in enumerate(cells) if cell.strip() in TIMES]
        elif "---" not in line:
            for i in timed:
                cells[i] = cells[i].replace(cells[i].strip(), HIDDEN)
        lines.append(separator.join(cells))
    return "\n".join(lines)
