"""``minimtl predict``: labels for new texts, by a model that ``minimtl advise`` saved."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from minimtl.advice import SUFFIXES, read_feature_rows
from minimtl.corpora import LabelledText, TextSet, read_texts, split_lines
from minimtl.errors import MinimtlError
from minimtl.models import TextModel, load_model
from minimtl.report import DATA_DIGITS, Row, Table, to_csv
from minimtl.system import escape, say, write_atomically

EXAMPLES = (
    "minimtl predict model.npz new.csv",
    "minimtl predict model.npz new.jsonl --out labelled.csv",
    "minimtl predict model.npz -    # texts from standard input, one per line",
)
_HEAD = ("label", "probability", "text")
_LEAST_TEXT = 20  # characters of a text that are shown however narrow the terminal is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model, the texts, and where to."""
    parser.add_argument("model", metavar="MODEL", help="what `minimtl advise --save-model` wrote")
    parser.add_argument(
        "file",
        metavar="FILE",
        help="new texts: .csv, .tsv, .jsonl, .json, a .txt file with one text per line, a folder "
        "of text files, or - for lines on standard input; or .npz or .npy for a model of features",
    )
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="column of the texts (default: text, else another usual name)",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write there instead, whole texts: .csv, .jsonl (with the probabilities of all "
        "labels), or tab-separated under any other name",
    )


def run(args: argparse.Namespace) -> int:
    """Label the texts; print a line each, or write the file."""
    model = load_model(args.model)
    if not isinstance(model, TextModel):
        raise MinimtlError(
            f"{args.model} holds a {type(model).__name__}, which takes no texts; "
            "give what `minimtl advise --save-model` wrote."
        )
    takes_features = not model.vectorizers
    if takes_features != (Path(args.file).suffix.lower() in SUFFIXES):
        kind = "features: give .npz or .npy" if takes_features else "texts, no features"
        raise MinimtlError(f"The model in {args.model} takes {kind}.")
    inputs: Any
    if takes_features:
        inputs = read_feature_rows(Path(args.file), model.n_features)
        places = (f"X[{number}]" for number in range(inputs.shape[0]))
        texts = TextSet(args.file, tuple(LabelledText(place, "", place) for place in places))
    else:
        if args.file == "-":
            texts = split_lines(sys.stdin.buffer.read(), "standard input")
        else:
            texts = read_texts(Path(args.file), args.text_column)
        inputs = [row.text for row in texts.train]
    for note in texts.notes:
        say(note)
    labelled = _label(model, texts, inputs)
    if args.out is None:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(escape(_lines(labelled, width)), end="")
    else:
        form = _FORMS.get(Path(args.out).suffix.lower(), _tsv)
        write_atomically(args.out, form(labelled).encode())
        say(f"Labelled {len(labelled):,} texts: {args.out}")
    n_unknown = int((~model.knows(inputs)).sum()) if labelled else 0
    if n_unknown:
        say(f"In {n_unknown:,} of {len(labelled):,} texts the model knows no word; it guesses.")
    return 0


class _Labelled(NamedTuple):
    """A text where it stands, its label, and the probability of each label."""

    place: str
    label: Any
    probabilities: dict[str, float]
    text: str

    def cells(self) -> tuple[str, str, str]:
        """What a table has of it under `_HEAD`."""
        name, probability = max(self.probabilities.items(), key=itemgetter(1))
        return name, f"{probability:.3f}", self.text


def _label(model: TextModel, texts: TextSet, inputs: Any) -> list[_Labelled]:
    labels = model.classes_.tolist()
    names = [str(label) for label in model.classes_]
    labelled = []
    for (text, _, place), row in zip(texts.train, model.predict_proba(inputs), strict=True):
        by_label = dict(zip(names, row.tolist(), strict=True))
        labelled.append(_Labelled(place, labels[row.argmax()], by_label, text))
    return labelled


def _lines(labelled: list[_Labelled], width: int | None) -> str:
    """Label, probability and text, a line each, the text cut to the terminal's `width`."""
    lines = []
    for label, probability, text in (one.cells() for one in labelled):
        start, shown = f"{_one_line(label)}\t{probability}\t", _one_line(text)
        if width is not None:
            room = max(_LEAST_TEXT, width - len(start.expandtabs()) - 1)
            shown = shown if len(shown) <= room else f"{shown[: room - 1]}…"
        lines.append(f"{start}{shown}\n")
    return "".join(lines)


def _tsv(labelled: list[_Labelled]) -> str:
    return "\t".join(_HEAD) + "\n" + _lines(labelled, None)


def _csv(labelled: list[_Labelled]) -> str:
    rows: list[Row] = [
        {"place": one.place, **dict(zip(_HEAD, one.cells(), strict=True))} for one in labelled
    ]
    return to_csv(Table("labelled", rows, DATA_DIGITS)).decode()


def _jsonl(labelled: list[_Labelled]) -> str:
    lines = []
    for one in labelled:
        probability = max(one.probabilities.values())
        fields = {"place": one.place, "label": one.label, "probability": probability}
        fields |= {"probabilities": one.probabilities, "text": one.text}
        # A label may be a date.
        lines.append(json.dumps(fields, ensure_ascii=False, default=str) + "\n")
    return "".join(lines)


_FORMS: dict[str, Callable[[list[_Labelled]], str]] = {".csv": _csv, ".jsonl": _jsonl}


def _one_line(text: str) -> str:
    return " ".join(text.split())
