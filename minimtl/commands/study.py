"""``minimtl study``: the whole study, from the corpus to the report; resumes by default."""

import argparse
from pathlib import Path

from minimtl.commands.arguments import MOST_RUNS, MOST_WORKERS, whole_number
from minimtl.corpora import CORPUS_METAVAR, load_corpus
from minimtl.errors import MinimtlError, StudyInterrupted
from minimtl.execution import EXECUTOR_FORMS, check_executor, make_workers
from minimtl.meta import conclude
from minimtl.nn import default_backend
from minimtl.report import write_report
from minimtl.store import open_store
from minimtl.study import (
    PROTOCOLS,
    Hierarchy,
    Results,
    Stopwatch,
    Study,
    feature_maker,
    make_problems,
    read_manifest,
    resume_command,
    train_models,
    write_manifest,
)
from minimtl.system import available_cores, say

EXAMPLES = (
    "minimtl study --corpus synthetic --problem related --pairs 4 --runs 2    # a look",
    "minimtl study                                    # the whole study, into results/",
    "minimtl study --protocol released --problem related --out released",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of a study."""
    parser.add_argument(
        "--problem",
        choices=("related", "unrelated", "both"),
        default="both",
        help="which pairs of tasks (default: both)",
    )
    parser.add_argument(
        "--protocol",
        choices=("paper", "released"),
        default="paper",
        help="paper: as its text has it (default); released: as the authors' code did",
    )
    parser.add_argument(
        "--corpus",
        default="auto",
        metavar=CORPUS_METAVAR,
        help="which corpus (default: auto, the words of 20 Newsgroups that come with minimtl)",
    )
    parser.add_argument(
        "--runs",
        type=whole_number(1, MOST_RUNS),
        metavar="N",
        help="runs (default: the protocol's)",
    )
    parser.add_argument(
        "--pairs",
        type=whole_number(1),
        metavar="N",
        help="an even sample of N pairs, for a quick look",
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=0, metavar="N", help="of all draws (default: 0)"
    )
    parser.add_argument("--out", default="results", metavar="DIR", help="default: results")
    parser.add_argument(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
        metavar="N",
        help="processes that train (default: all cores)",
    )
    parser.add_argument(
        "--executor",
        default="process",
        metavar=f"{{{','.join(EXECUTOR_FORMS)}}}",
        help="where models are trained (default: process)",
    )
    parser.add_argument(
        "--backend",
        choices=("numba", "numpy"),
        help="compiled kernels or plain NumPy (default: numba where it can be imported)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="set an earlier study in --out aside and begin anew"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be computed, and stop"
    )
    how_loud = parser.add_mutually_exclusive_group()
    how_loud.add_argument("--quiet", action="store_true", help="no progress, no table")
    how_loud.add_argument("-v", "--verbose", action="store_true", help="say what each part took")


def run(args: argparse.Namespace) -> int:
    """Conduct the study of `args`; 0 when the report is written."""
    check_executor(args.executor)
    if args.workers is None:
        args.workers = available_cores()
    try:
        study = _study(args)
        if args.dry_run:
            _print_plan(study, args)
        else:
            _conduct(study, args)
    except KeyboardInterrupt:
        command = resume_command(args.argv)
        raise StudyInterrupted(
            f"interrupted; every finished model is kept, and `{command}` continues"
        ) from None
    return 0


def _study(args: argparse.Namespace) -> Study:
    protocol = PROTOCOLS[args.protocol]
    backend = args.backend or default_backend()
    if args.backend is None and backend == "numpy":
        say("Numba is not installed: training with NumPy, which is some ten times slower")
    if backend == "numba" and default_backend() != "numba":
        raise MinimtlError("--backend numba needs Numba; `pip install numba`, or leave it out")
    corpus = load_corpus(args.corpus, announce=_silent if args.quiet else say)
    problems = make_problems(
        args.problem,
        protocol,
        Hierarchy.from_tree(corpus.tree),
        n_runs=args.runs,
        n_pairs=args.pairs,
    )
    for problem in problems:
        if args.pairs is not None and args.pairs > len(problem.pairs):
            say(f"there are {len(problem.pairs)} {problem.name.upper()} pairs; all are taken")
    return Study(corpus, protocol, problems, args.seed, backend)


def _conduct(study: Study, args: argparse.Namespace) -> None:
    took, out = Stopwatch(), Path(args.out)
    announce = _silent if args.quiet else say
    with open_store(out, study.identity, fresh=args.fresh, announce=say) as store:
        # From now on `minimtl report` can say how an interrupted study continues.
        write_manifest(study, None, args.argv, args.workers, args.executor, took, out)
        with make_workers(args.executor, args.workers, study.data) as workers:
            summary = train_models(study, store, workers, quiet=args.quiet)
        summary.raise_for_failures()
        if args.verbose:
            say(f"Models: {took.read()['wall_seconds']} s")
        results = Results(store, study.data.identity, study.protocol)
        concluded = conclude(study.problems, results, study.seed, feature_maker(study, results))
        if args.verbose:
            seconds = took.read()["wall_seconds"]
            say(f"Models, features and meta-analysis: {seconds} s")
        write_manifest(study, summary, args.argv, args.workers, args.executor, took, out)
        shown = write_report(concluded, study.protocol, read_manifest(out), out, announce)
    if not args.quiet:
        print_summary(shown, out)


def print_summary(summary: str, out: Path) -> None:
    """What the study came to, and where the report is."""
    print(summary)
    page = out / "report.html"
    print(page if page.exists() else out / "report.md")


def _print_plan(study: Study, args: argparse.Namespace) -> None:
    for problem in study.problems:
        print(f"{problem.name}: {len(problem.pairs)} pairs, {problem.n_runs} runs")
    print(
        f"{study.count_jobs()} models by the protocol {study.protocol.name}, seed {study.seed}, "
        f"on {args.workers} workers, into {args.out}; nothing was computed"
    )


def _silent(line: str) -> None:
    """What --quiet does with a line."""
