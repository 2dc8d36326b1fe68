"""``minimtl study``: the whole study, from the corpus to the report; resumes by default."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minimtl.cli.arguments import add_problem_flag, add_training_flags, silent
from minimtl.corpora import load_corpus
from minimtl.errors import MinimtlError, StudyInterrupted
from minimtl.gains import conclude
from minimtl.jobs import (
    Store,
    Workers,
    check_executor,
    duration,
    is_local,
    make_workers,
    open_store,
)
from minimtl.nn import default_backend, why_no_kernels
from minimtl.report import counted
from minimtl.study import (
    Stopwatch,
    Study,
    count_processors,
    feature_maker,
    finished_manifest,
    kinds_of,
    make_manifest,
    seconds_of,
    train_models,
    write_manifest,
    write_report,
)
from minimtl.system import available_cores, say
from minimtl.tasks import (
    DEFINITIONS,
    PAPER,
    PROTOCOLS,
    WHOLE,
    Hierarchy,
    Problem,
    Results,
    Shard,
    make_problems,
    resume_command,
)

EXAMPLES = (
    "minimtl study --corpus synthetic --problem related --pairs 4 --runs 2    # a look",
    "minimtl study                                    # the whole study, into results/",
    "minimtl study --protocol released --shard 2/8 --out 2    # a part, for `minimtl merge`",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of a study."""
    add_problem_flag(parser, "both")
    parser.add_argument(
        "--protocol",
        choices=tuple(PROTOCOLS),
        default=PAPER.name,
        help="; ".join(
            f"{protocol.name}: {protocol.meaning}{' (default)' if protocol is PAPER else ''}"
            for protocol in PROTOCOLS.values()
        ),
    )
    add_training_flags(parser, "results")
    parser.add_argument(
        "--features",
        choices=tuple(DEFINITIONS),
        default=PAPER.reading.features,
        help="the 30 features as the authors' code computed them, or as the paper's text describes "
        "them; either of the same models (default: code)",
    )
    parser.add_argument(
        "--shard",
        type=_shard,
        default=WHOLE,
        metavar="I/N",
        help="train the I-th of N parts only, for `minimtl merge` (default: the whole study)",
    )


def run(args: argparse.Namespace) -> int:
    """Conduct the study of `args`; 0 when the report is written."""
    check_executor(args.executor)
    if args.workers is None:
        args.workers = available_cores()
    try:
        study = _study(args)
        study.check_samples()
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
    protocol = PROTOCOLS[args.protocol].replace(features=args.features)
    backend = choose_backend(args)
    corpus = load_corpus(args.corpus, announce=silent if args.quiet else say)
    problems = make_problems(
        args.problem,
        protocol,
        Hierarchy.from_tree(corpus.tree),
        n_runs=args.runs,
        n_pairs=args.pairs,
    )
    say_if_fewer_pairs(problems, args)
    return Study(corpus, protocol, problems, args.seed, backend)


def choose_backend(args: argparse.Namespace) -> str:
    """The backend that is asked for or, with a word about it where it is slow, the one there is."""
    if args.backend != "numpy" and (reason := why_no_kernels()):
        if args.backend == "numba":
            raise MinimtlError(f"{reason}; leave --backend out to train with NumPy")
        say(f"{reason}: training with NumPy, which is some ten times slower")
    return args.backend or default_backend()


def say_if_fewer_pairs(problems: Sequence[Problem], args: argparse.Namespace) -> None:
    """Say where a problem has fewer pairs than are asked for."""
    for problem in problems:
        if args.pairs is not None and args.pairs > len(problem.pairs):
            say(f"there are {len(problem.pairs)} {problem.name.upper()} pairs; all are taken")


def _conduct(study: Study, args: argparse.Namespace) -> None:
    """Train problem by problem, and write a report after each: the first one is soon complete."""
    took, out = Stopwatch(), Path(args.out)
    manifest = make_manifest(study, args.argv, args.workers, args.executor)
    n_done = n_models = 0
    if args.shard != WHOLE:
        manifest["shard"] = str(args.shard)
    with open_store(out, study.identity, fresh=args.fresh, announce=say) as store:
        # From now on `minimtl report` can say how an interrupted study continues.
        write_manifest(manifest, out)
        with make_workers(args.executor, args.workers, study.data) as workers:
            if not args.quiet:
                _announce_training(study, store, workers, args)
            if args.shard != WHOLE:
                _train_shard(study, store, workers, args)
                return
            for number in range(1, len(study.problems) + 1):
                problems = study.problems[:number]
                summary = train_models(study, store, workers, problems=problems, quiet=args.quiet)
                summary.raise_for_failures()
                n_done += summary.n_computed
                n_models = summary.n_computed + summary.n_resumed
                if number < len(study.problems):
                    text = _report(study, problems, store, manifest, args)
                    if not args.quiet:
                        print_summary(text, out)
        if args.verbose:
            say(f"Models: {took.read()['wall_seconds']} s")
        conclude_study(study, store, manifest, (n_done, n_models - n_done), took, args)


def _train_shard(study: Study, store: Store, workers: Workers, args: argparse.Namespace) -> None:
    summary = train_models(study, store, workers, shard=args.shard, quiet=args.quiet)
    summary.raise_for_failures()
    if not args.quiet:
        n_models = summary.n_computed + summary.n_resumed
        print(
            f"shard {args.shard} is complete: {counted(n_models, 'model')} in {args.out}; "
            "`minimtl merge DIR … --out DIR` makes one study of all shards"
        )


def conclude_study(
    study: Study,
    store: Store,
    manifest: dict[str, Any],
    n_done_and_resumed: tuple[int, int],
    took: Stopwatch,
    args: argparse.Namespace,
) -> None:
    """Write all that a study shows, whose models are all in the store, and say where it is."""
    trained_by = count_processors(study, store)
    if len(trained_by) > 1:
        say(
            f"The models were trained on {len(trained_by)} kinds of processors "
            f"({'; '.join(trained_by)}): last digits of the tables may differ from one kind's."
        )
    manifest = finished_manifest(manifest, *n_done_and_resumed, trained_by, took)
    text = _report(study, study.problems, store, manifest, args)
    out = Path(args.out)
    write_manifest(manifest, out)
    if not args.quiet:
        print_summary(text, out)


def _report(
    study: Study,
    problems: Sequence[Problem],
    store: Store,
    manifest: dict[str, Any],
    args: argparse.Namespace,
) -> str:
    """Tables, figures and page of these problems, whose models are all in the store."""
    results = Results(store, study.data.identity, study.protocol)
    concluded = conclude(problems, results, study.seed, feature_maker(study, results))
    shown = {
        **manifest,
        "problems": {p.name: manifest["problems"][p.name] for p in problems},
        "trained_by": count_processors(study, store, problems),
    }
    announce = silent if args.quiet else say
    return write_report(concluded, study.protocol, shown, Path(args.out), announce)


def _announce_training(
    study: Study, store: Store, workers: Workers, args: argparse.Namespace
) -> None:
    """One line: what will be trained, how long it will take, where the report will be."""
    jobs = study.keyed_jobs(study.problems, args.shard)
    missing = kinds_of(job for key, job in jobs if key not in store)
    if not missing:
        return
    futures = [workers.submit_job(seconds_of, kind.example) for kind in missing]
    answers = [future.result() for future in futures if future.exception() is None]
    seconds = [answer for answer in answers if isinstance(answer, float)]
    # A job that cannot be timed cannot be trained either, and the training says why.
    counts = [kind.n_jobs for kind in missing]
    when = training_time(counts, seconds, args) if len(seconds) == len(missing) else ""
    first = study.problems[0].name.upper()
    by_problem = len(study.problems) > 1 and args.shard == WHOLE
    order = f"; {first} comes first" if by_problem else ""
    goal = "the report goes" if args.shard == WHOLE else f"shard {args.shard} goes"
    say(f"{counted(sum(counts), 'model')} to train{when}{order}; {goal} to {args.out}")


def training_time(counts: Sequence[int], seconds: Sequence[float], args: argparse.Namespace) -> str:
    """The time for so many models of each kind, one of which takes so many seconds."""
    total = sum(n * each for n, each in zip(counts, seconds, strict=True))
    if not is_local(args.executor):  # whose number of workers is not ours to know
        return f", about {duration(total)} of one core's time"
    n_workers = min(args.workers, available_cores())
    return f", about {duration(total / n_workers)} on {n_workers} of this machine's cores"


def print_summary(summary: str, out: Path) -> None:
    """What the study came to, and where the report is."""
    print(summary)
    page = out / "report.html"
    print(page if page.exists() else out / "report.md")


def _print_plan(study: Study, args: argparse.Namespace) -> None:
    for problem in study.problems:
        pairs = counted(len(problem.pairs), "pair")
        print(f"{problem.name}: {pairs}, {counted(problem.n_runs, 'run')}")
    kinds = kinds_of(job for _, job in study.keyed_jobs(study.problems, args.shard))
    seconds = [seconds_of(kind.example, study.data) for kind in kinds]
    counts = [kind.n_jobs for kind in kinds]
    print(
        f"{sum(counts)} models by the protocol {study.protocol.name}, seed "
        f"{study.seed}, into {args.out}{training_time(counts, seconds, args)}; nothing was computed"
    )


def _shard(text: str) -> Shard:
    """The type of --shard."""
    try:
        return Shard.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not I/N, part I of N parts, with I from 1 to N"
        ) from None
