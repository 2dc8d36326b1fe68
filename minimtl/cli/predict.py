"""``minimtl predict``: labels for new texts, by a model that ``minimtl advise`` saved."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from minimtl.advice.features import SUFFIXES, read_feature_rows
from minimtl.corpora.files import LabelledText, TextSet, read_texts, split_lines
from minimtl.errors import MinimtlError
from minimtl.models.saving import load_model
from minimtl.models.textmodel import TextModel
from minimtl.report.csvfile import DATA_DIGITS, Row, Table, to_csv
from minimtl.system import escape, say, write_atomically

EXAMPLES = (
    "minimtl predict model.npz new.csv",
    "minimtl predict model.npz new.jsonl --out labelled.csv",
    "minimtl predict model.npz -    # texts from standard input, one per line",
)
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
        help="write to this file instead, with whole texts: .csv, .jsonl (with the probabilities "
        "of all labels), or tab-separated under any other name",
    )


def run(args: argparse.Namespace) -> int:
    """Label the texts; print a line each, or write the file."""
    model = load_model(args.model)
    if not isinstance(model, TextModel):
        raise MinimtlError(
            f"{args.model} holds a {type(model).__name__}, which takes no texts; "
            "give what `minimtl advise --save-model` wrote."
        )
    texts, inputs = _read(model, args)
    for note in texts.notes:
        say(note)
    rows = _label(model, texts, inputs)
    if args.out is None:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(escape(_lines(rows, width)), end="")
    else:
        write_atomically(args.out, _content(rows, Path(args.out).suffix.lower()))
        say(f"Labelled {len(rows):,} texts: {args.out}")
    n_unknown = int((~model.knows(inputs)).sum()) if rows else 0
    if n_unknown:
        say(f"In {n_unknown:,} of {len(rows):,} texts the model knows no word; it guesses.")
    return 0


def _read(model: TextModel, args: argparse.Namespace) -> tuple[TextSet, Any]:
    """The cells to be labelled, and the same as the model takes it: texts, or rows of features."""
    path, takes_features = Path(args.file), not model.vectorizers
    if takes_features != (path.suffix.lower() in SUFFIXES):
        kind = "features: give .npz or .npy" if takes_features else "texts, no features"
        raise MinimtlError(f"The model in {args.model} takes {kind}.")
    if takes_features:
        X = read_feature_rows(path, model.n_features)
        places = (f"X[{number}]" for number in range(X.shape[0]))
        return TextSet(args.file, tuple(LabelledText(place, "", place) for place in places)), X
    if args.file == "-":
        texts = split_lines(sys.stdin.buffer.read(), "standard input")
    else:
        texts = read_texts(path, args.text_column)
    return texts, [row.text for row in texts.train]


def _label(model: TextModel, texts: TextSet, inputs: Any) -> list[dict[str, Any]]:
    """A row a text, with its label and the probability of each label."""
    labels = model.classes_.tolist()
    names = [str(label) for label in model.classes_]
    rows = []
    for text, of_labels in zip(texts.train, model.predict_proba(inputs).tolist(), strict=True):
        probability = max(of_labels)
        row = {
            "place": text.place,
            "label": labels[of_labels.index(probability)],
            "probability": probability,
            "probabilities": dict(zip(names, of_labels, strict=True)),
            "text": text.text,
        }
        rows.append(row)
    return rows


def _lines(rows: list[dict[str, Any]], width: int | None) -> str:
    """Label, probability and text, a line each, the text cut to the terminal's `width`."""
    lines = []
    for row in rows:
        start = f"{_one_line(str(row['label']))}\t{row['probability']:.3f}\t"
        text = _one_line(row["text"])
        if width is not None:
            room = max(_LEAST_TEXT, width - len(start.expandtabs()) - 1)
            text = text if len(text) <= room else f"{text[: room - 1]}…"
        lines.append(f"{start}{text}\n")
    return "".join(lines)


def _content(rows: list[dict[str, Any]], suffix: str) -> bytes:
    """The rows as a file of that suffix."""
    if suffix == ".csv":
        cells: list[Row] = [
            {
                "place": row["place"],
                "label": str(row["label"]),
                "probability": f"{row['probability']:.3f}",
                "text": row["text"],
            }
            for row in rows
        ]
        return to_csv(Table("labelled", cells, DATA_DIGITS))
    if suffix == ".jsonl":  # where a label may be a date
        lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
        return "".join(lines).encode()
    return ("label\tprobability\ttext\n" + _lines(rows, None)).encode()


def _one_line(text: str) -> str:
    return " ".join(text.split())
