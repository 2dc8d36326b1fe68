"""``minimtl predict``: labels for new texts, by a model that ``minimtl advise`` saved."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.advice import SUFFIXES, read_feature_rows
from minimtl.corpora import Texts, read_texts, split_lines
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
        help="new texts: .csv, .tsv, .jsonl, a .txt file with one text per line, a folder of text "
        "files, or - for lines on standard input; or .npz or .npy for a model of features",
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
    if (model.vectorizer is None) != (Path(args.file).suffix.lower() in SUFFIXES):
        kind = "features: give .npz or .npy" if model.vectorizer is None else "texts, no features"
        raise MinimtlError(f"The model in {args.model} takes {kind}.")
    inputs: Any = None
    if model.vectorizer is None:
        inputs = read_feature_rows(Path(args.file), model.n_features)
        places = tuple(f"X[{number}]" for number in range(inputs.shape[0]))
        texts = Texts(places, places, ())
    elif args.file == "-":
        texts = split_lines(sys.stdin.buffer.read(), "standard input")
    else:
        texts = read_texts(Path(args.file), args.text_column)
    for note in texts.notes:
        say(note)
    inputs = texts.texts if inputs is None else inputs
    probabilities = model.predict_proba(inputs)
    if args.out is None:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(escape(_lines(model, texts, probabilities, width)), end="")
    else:
        form = _FORMS.get(Path(args.out).suffix.lower(), _tsv)
        write_atomically(args.out, form(model, texts, probabilities).encode())
        say(f"Labelled {len(texts.texts):,} texts: {args.out}")
    n_unknown = int((~model.knows(inputs)).sum()) if texts.texts else 0
    if n_unknown:
        say(f"In {n_unknown:,} of {len(texts.texts):,} texts the model knows no word; it guesses.")
    return 0


def _lines(model: TextModel, texts: Texts, probabilities: np.ndarray, width: int | None) -> str:
    """Label, probability and text, a line each, the text cut to the terminal's `width`."""
    lines = []
    for row, text in zip(_rows(model, texts, probabilities), texts.texts, strict=True):
        start = f"{_one_line(row[0])}\t{row[1]}\t"
        shown = _one_line(text)
        if width is not None:
            room = max(_LEAST_TEXT, width - len(start.expandtabs()) - 1)
            shown = shown if len(shown) <= room else f"{shown[: room - 1]}…"
        lines.append(f"{start}{shown}\n")
    return "".join(lines)


def _tsv(model: TextModel, texts: Texts, probabilities: np.ndarray) -> str:
    return "\t".join(_HEAD) + "\n" + _lines(model, texts, probabilities, None)


def _csv(model: TextModel, texts: Texts, probabilities: np.ndarray) -> str:
    made = zip(texts.places, _rows(model, texts, probabilities), strict=True)
    rows: list[Row] = [
        {"place": place, **dict(zip(_HEAD, row, strict=True))} for place, row in made
    ]
    return to_csv(Table("labelled", rows, DATA_DIGITS)).decode()


def _jsonl(model: TextModel, texts: Texts, probabilities: np.ndarray) -> str:
    labels = [str(label) for label in model.classes_]
    best = model.classes_[probabilities.argmax(axis=1)].tolist()
    lines = [
        json.dumps(
            {
                "place": place,
                "label": label,
                "probability": float(own.max()),
                "probabilities": dict(zip(labels, own.tolist(), strict=True)),
                "text": text,
            },
            ensure_ascii=False,
            default=str,  # a date
        )
        for place, label, own, text in zip(
            texts.places, best, probabilities, texts.texts, strict=True
        )
    ]
    return "".join(f"{line}\n" for line in lines)


_FORMS: dict[str, Callable[[TextModel, Texts, np.ndarray], str]] = {".csv": _csv, ".jsonl": _jsonl}


def _rows(model: TextModel, texts: Texts, probabilities: np.ndarray) -> list[tuple[str, str, str]]:
    """Label, its probability, and the text."""
    labels = model.classes_[probabilities.argmax(axis=1)]
    return [
        (str(label), f"{own.max():.3f}", text)
        for label, own, text in zip(labels, probabilities, texts.texts, strict=True)
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())
