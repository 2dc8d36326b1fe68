"""``minimtl advise``: which way to train on a person's own texts, alone or with other texts?"""

import argparse
import json
from pathlib import Path

from minimtl.advice.advice import advice_document
from minimtl.advice.api import advise_on, with_test_part
from minimtl.advice.features import SUFFIXES, read_feature_set
from minimtl.advice.fits import MARGIN, PER_CLASS, QUICK_PER_CLASS, QUICK_RUNS, RUNS, Settings
from minimtl.advice.tokenizers import TOKENIZERS
from minimtl.cli.arguments import (
    MOST_RUNS,
    add_fresh_flag,
    add_out_flag,
    add_seed_flag,
    make_folder,
    share,
    whole_number,
)
from minimtl.corpora.files import TextSet, read_text_set, rename_labels
from minimtl.corpora.records import TABLES, read_records
from minimtl.errors import MinimtlError, StudyInterrupted, UsageError
from minimtl.models.saving import save_model
from minimtl.report.htmlpage import write_document
from minimtl.system import available_cores, escape, say
from minimtl.tasks.readmanifest import resume_command

EXAMPLES = (
    "minimtl advise --main mine.csv --aux candidate.csv --save-model model.npz",
    "minimtl advise --main mine.csv --aux one.csv --aux two.jsonl --all-pairs --out advice",
    "minimtl advise --main mine.csv --text-column review --aux old.tsv --quick",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sets, how they are read, how much to measure, and where to."""
    parser.add_argument(
        "--main",
        required=True,
        metavar="FILE",
        help="your labelled texts: .csv, .tsv, .jsonl or .json, lines of fastText, or a folder "
        "<label>/<file> or train/<label>/<file> with test/<label>/<file>; or features with labels: "
        ".npz or .npy",
    )
    parser.add_argument(
        "--aux",
        required=True,
        action="append",
        metavar="FILE",
        help="labelled texts that may help, in the same forms; repeat for more sets",
    )
    for name, what in (("text", "texts"), ("label", "labels")):
        parser.add_argument(
            f"--{name}-column",
            metavar="NAME",
            help=f"column of the {what} in --main, and in each --aux that has it (default: "
            f"{name}, else another usual name)",
        )
    parser.add_argument(
        "--test",
        metavar="FILE",
        help="labelled texts of yours to test on in every run (default: folds of --main)",
    )
    parser.add_argument(
        "--group-column",
        metavar="NAME",
        help="column of each text's thread or author, in --main and each --aux that has it: no "
        "thread or author is in both training and test",
    )
    parser.add_argument(
        "--no-header",
        action="store_true",
        help="the first row of tables is a text like the others, and columns are called 1, 2 and "
        "so on (default: guessed)",
    )
    parser.add_argument(
        "--labels",
        type=_names_of_labels,
        default={},
        metavar="MAP",
        help="other names for labels, such as 1=neg,2=neg,5=pos; 3= leaves out the label 3",
    )
    parser.add_argument(
        "--tokenizer",
        choices=("auto", *TOKENIZERS),
        default="auto",
        help="words: runs of two or more letters or digits; whitespace: texts already split into "
        "words; characters: for scripts without spaces; auto (default): what suits the texts",
    )
    # Where the verdict is open, it says how many more runs would settle it.
    parser.add_argument(
        "--runs",
        type=whole_number(2, MOST_RUNS),
        metavar="N",
        help=f"trainings of each way (default: {RUNS}, with --quick {QUICK_RUNS})",
    )
    parser.add_argument(
        "--per-class",
        type=whole_number(1),
        metavar="N",
        help="train a network on at most N texts of each label in a run, a regression on ten times "
        f"as many (default: {PER_CLASS})",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"a quick look: {QUICK_RUNS} runs, and networks learn from at most {QUICK_PER_CLASS} "
        "texts of a label",
    )
    parser.add_argument(
        "--margin",
        type=share,
        default=MARGIN,
        metavar="X",
        help="gains and losses up to this do not matter (default: %(default)s)",
    )
    parser.add_argument(
        "--all-pairs", action="store_true", help="also measure which set helps which"
    )
    parser.add_argument(
        "--way",
        metavar="NAME",
        help="train this way, not the recommended one: its name in the table, or a part of the "
        "name that no other way has",
    )
    add_seed_flag(parser)
    parser.add_argument(
        "--save-model",
        metavar="FILE",
        help="train the recommended way, or that of --way, on all texts and save the model for "
        "`minimtl predict`",
    )
    add_out_flag(
        parser,
        None,
        "keep every score there, so that the same command continues, and write advise.md, "
        "advise.html and, with --all-pairs, matrix.svg",
    )
    add_fresh_flag(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(args: argparse.Namespace) -> int:
    """Read, measure, and print the advice; write pages and model where asked."""
    if args.way is not None and args.save_model is None:
        raise UsageError("--way names the way that --save-model trains; give both.")
    if args.save_model is not None and not Path(args.save_model).absolute().parent.is_dir():
        raise MinimtlError(f"There is no folder for {args.save_model}; make it, or name another.")
    settings = Settings(
        args.runs or (QUICK_RUNS if args.quick else RUNS),
        args.per_class or (QUICK_PER_CLASS if args.quick else PER_CLASS),
        args.margin,
        args.tokenizer,
        args.seed,
        args.all_pairs,
        args.quick,
    )
    paths = [args.main, *args.aux]
    groups = []
    if args.group_column is not None:
        groups = [_read_groups(path, args, must_have=not at) for at, path in enumerate(paths)]
    read = [_read_set(path, args, must_have=not at) for at, path in enumerate(paths)]
    if args.test is not None:
        test = _read_set(args.test, args, must_have=True)
        read[0] = with_test_part(read[0], test)
        for place, group in (
            _read_groups(args.test, args, must_have=False) if groups else {}
        ).items():
            groups[0][f"{test.name}, {place}"] = group
    sets = rename_labels(read, args.labels) if args.labels else read
    out = None if args.out is None else make_folder(args.out)
    try:
        advice = advise_on(
            sets,
            settings,
            groups=groups,
            out=out,
            workers=available_cores(),
            fresh=args.fresh,
            way=args.way,
        )
    except KeyboardInterrupt:
        again = resume_command(args.argv)
        if out is None:
            message = f"interrupted; `{again} --out DIR` would keep what is finished next time"
        else:
            message = f"interrupted; every finished model is kept, and `{again}` continues"
        raise StudyInterrupted(message) from None
    print(json.dumps(advice.to_dict(), indent=2) if args.json else escape(str(advice)))
    if out is not None:
        written = write_document(advice_document(advice), "advise", out)
        say(f"Written: {', '.join(map(str, written))}")
    if args.save_model is None:
        say("--save-model FILE would save a model of the recommended way for `minimtl predict`.")
    else:
        taken = advice.best if args.way is None else advice.row_of(args.way)
        save_model(advice.model_of(taken), args.save_model)
        say(f"The model is in {args.save_model}: `minimtl predict {args.save_model} FILE`.")
    return 0


def _read_set(path: str, args: argparse.Namespace, *, must_have: bool) -> TextSet:
    """The texts or features in a file; named columns may be missing where it need not have them."""
    if Path(path).suffix.lower() in SUFFIXES:
        return read_feature_set(Path(path))
    header = False if args.no_header else None
    return read_text_set(
        Path(path), args.text_column, args.label_column, must_have=must_have, header=header
    )


def _read_groups(path: str, args: argparse.Namespace, *, must_have: bool) -> dict[str, str]:
    """The group of each text by its place; none for a file that need not have the column."""
    file, wanted = Path(path), args.group_column.strip().lower()
    if file.suffix.lower() in TABLES:
        named = {name.strip().lower() for name in (args.text_column, args.label_column) if name}
        records = read_records(file, {"text", "label", wanted, *named}, header=not args.no_header)
        columns = [column.strip().lower() for column in records.columns]
        if wanted in columns:
            cells = ((place, row[columns.index(wanted)]) for place, row in records.rows)
            groups = {place: str(cell) for place, cell in cells if cell is not None}
            return {place: group for place, group in groups.items() if group.strip()}
        names = ", ".join(map(repr, records.columns))
        fault = f"{file.name} has no column {args.group_column!r} (--group-column); it has {names}."
    else:
        fault = f"{file.name} is no table, so it has no --group-column."
    if must_have:
        raise MinimtlError(fault)
    return {}


def _names_of_labels(text: str) -> dict[str, str]:
    """New names of labels by the old ones; a label may hold commas, its new name may not."""
    names: dict[str, str] = {}
    label = ""
    for piece in text.split(","):
        old, equals, new = piece.rpartition("=")
        if not equals:
            label += f"{piece},"
            continue
        label = (label + old).strip()
        if not label or label in names:
            raise argparse.ArgumentTypeError(f"{text!r} does not give each label one name")
        names[label], label = new.strip(), ""
    if label:
        raise argparse.ArgumentTypeError(f"{text!r} has no = behind {label[:-1]!r}")
    return names
