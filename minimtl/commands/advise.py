"""``minimtl advise``: will joint training with a candidate help a person's own text classifier?"""

import argparse
from pathlib import Path

from minimtl.advice import (
    TOKENIZERS,
    Report,
    advise,
    fit_on_study,
    html_available,
    packaged_metamodel,
    prepare,
    to_html,
    to_json,
    to_markdown,
    to_text,
    without_texts_of,
)
from minimtl.commands.arguments import MOST_RUNS, folder_name, make_folder, whole_number
from minimtl.corpora import read_text_set
from minimtl.execution import ProcessPool
from minimtl.study import PAPER
from minimtl.system import available_cores, escape, say, write_atomically

EXAMPLES = (
    "minimtl advise --main mine.csv --aux candidate.csv",
    "minimtl advise --main mine.csv --aux one.csv --aux another.jsonl --out advice",
    "minimtl advise --main mine.csv --aux candidate.csv --runs 40 --json > advice.json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sets, the study, where to, and how much to measure."""
    parser.add_argument(
        "--main",
        required=True,
        metavar="FILE",
        help="your labelled texts: .csv, .tsv or .jsonl with 'text' and 'label', or a folder "
        "<label>/<file> or train/<label>/<file> with test/<label>/<file>",
    )
    parser.add_argument(
        "--aux",
        required=True,
        action="append",
        metavar="FILE",
        help="labelled texts that may help, as --main; repeat for more candidates",
    )
    parser.add_argument(
        "--study",
        metavar="DIR",
        help="predict by this finished study (default: the meta-model that ships with minimtl)",
    )
    parser.add_argument(
        "--out", type=folder_name, metavar="DIR", help="also write advise.md and advise.html there"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--tokenizer",
        choices=tuple(TOKENIZERS),
        default="words",
        help="words: runs of letters and digits (default); whitespace: texts cut into words "
        "already; characters: for scripts without spaces",
    )
    # Where the verdict is open, it says how many more runs would settle it.
    parser.add_argument(
        "--runs",
        type=whole_number(2, MOST_RUNS),
        default=20,
        metavar="N",
        help="paired runs (default: 20)",
    )
    # The study's 200 is what the meta-model knows, and not what everybody has.
    parser.add_argument(
        "--per-class",
        type=whole_number(1),
        default=PAPER.sampling.train_per_class,
        metavar="N",
        help="training texts of a class in a run, at most (default: %(default)s, as in the study)",
    )


def run(args: argparse.Namespace) -> int:
    """Read, train, and print the advice; write the pages where asked."""
    report = _report(args)
    print(to_json(report) if args.json else escape(to_text(report)))
    if args.out is not None:
        _write_pages(report, make_folder(args.out))
    return 0


def _report(args: argparse.Namespace) -> Report:
    tokenizer = TOKENIZERS[args.tokenizer]
    model = packaged_metamodel() if args.study is None else fit_on_study(Path(args.study))
    main = prepare(read_text_set(Path(args.main)), tokenizer, is_main=True)
    candidates = [
        without_texts_of(prepare(read_text_set(Path(path)), tokenizer, is_main=False), main)
        for path in args.aux
    ]
    say(f"Training {args.runs} paired runs with each candidate, {len(candidates)} in all.")
    with ProcessPool(min(available_cores(), args.runs)) as executor:
        advised = advise(
            main,
            candidates,
            model,
            tokenizer,
            n_runs=args.runs,
            per_class=args.per_class,
            executor=executor,
        )
    return Report(main, advised, model, args.per_class, args.tokenizer)


def _write_pages(report: Report, out: Path) -> None:
    pages = {"advise.md": to_markdown(report)}
    if html_available():
        pages["advise.html"] = to_html(report)
    else:
        say("pip install 'minimtl[page]' adds advise.html.")
    for name, content in pages.items():
        write_atomically(out / name, content.encode())
    say(f"Written: {', '.join(str(out / name) for name in pages)}")
