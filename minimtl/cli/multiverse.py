"""``minimtl multiverse``: a study in many ways, and which choices its gains depend on."""

import argparse
from dataclasses import replace
from pathlib import Path

from minimtl.cli.arguments import add_problem_flag, add_training_flags, silent
from minimtl.cli.study import choose_backend, say_if_fewer_pairs, training_time
from minimtl.corpora import load_corpus, load_whole_posts
from minimtl.errors import StudyInterrupted
from minimtl.jobs import Store, Workers, check_executor, make_workers, open_store
from minimtl.report import counted
from minimtl.study import (
    DIFFERENCES,
    Choice,
    Multiverse,
    Stopwatch,
    check_together,
    make_universes,
    named,
    parse_choice,
    seconds_in_universe,
    train_universes,
    with_fewer_documents,
    write_multiverse,
)
from minimtl.system import available_cores, say
from minimtl.tasks import PAPER, PROTOCOLS, Hierarchy, make_problems, resume_command

EXAMPLES = (
    "minimtl multiverse    # RELATED: all in which the two protocols differ",
    "minimtl multiverse --vary train_per_class=25,50,100,200,400 equal=epochs,updates",
    "minimtl multiverse --design main-effects --vary dropout=0,0.5 --out dropout",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of a multiverse."""
    add_problem_flag(parser, "related")
    parser.add_argument(
        "--vary",
        nargs="+",
        action="extend",
        metavar="FIELD=V1,V2",
        help="fields of a protocol and their values (default: all in which the protocols differ)",
    )
    parser.add_argument(
        "--design",
        choices=("full", "main-effects"),
        default="full",
        help="every combination of values, or one field changed at a time (default: full)",
    )
    parser.add_argument(
        "--protocol",
        choices=(*PROTOCOLS, "both"),
        default="both",
        help="whose values all other fields have (default: both, one after the other)",
    )
    add_training_flags(parser, "multiverse", runs="5")


def run(args: argparse.Namespace) -> int:
    """Conduct the multiverse of `args`; 0 when its page is written."""
    check_executor(args.executor)
    if args.workers is None:
        args.workers = available_cores()
    choices = tuple(map(parse_choice, args.vary)) if args.vary else DIFFERENCES
    check_together(choices)
    try:
        multiverse = with_fewer_documents(_multiverse(choices, args), say)
        if args.dry_run:
            _print_plan(multiverse, args)
        else:
            _conduct(multiverse, args)
    except KeyboardInterrupt:
        raise StudyInterrupted(
            f"interrupted; every finished model is kept, and `{resume_command(args.argv)}` "
            "continues"
        ) from None
    return 0


def _multiverse(choices: tuple[Choice, ...], args: argparse.Namespace) -> Multiverse:
    universes = make_universes(choices, args.design, named(args.protocol))
    backend = choose_backend(args)
    announce = silent if args.quiet else say
    corpus = load_corpus(args.corpus, announce=announce)
    corpora = {"stripped": corpus}
    if any(universe.protocol.model.posts == "whole" for universe in universes):
        whole = load_whole_posts(corpus, args.corpus, announce=announce)
        # Of the same digest, so that the same documents are drawn.
        corpora["whole"] = replace(whole, digest=corpus.digest)
    hierarchy = Hierarchy.from_tree(corpus.tree)
    problems = make_problems(args.problem, PAPER, hierarchy, n_runs=args.runs, n_pairs=args.pairs)
    say_if_fewer_pairs(problems, args)
    return Multiverse(corpora, universes, choices, args.design, problems, args.seed, backend)


def _conduct(multiverse: Multiverse, args: argparse.Namespace) -> None:
    took, out = Stopwatch(), Path(args.out)
    with open_store(out, multiverse.identity, fresh=args.fresh, announce=say) as store:
        with make_workers(args.executor, args.workers, multiverse.data) as workers:
            if not args.quiet:
                _announce_training(multiverse, store, workers, args)
            train_universes(multiverse, store, workers, quiet=args.quiet).raise_for_failures()
        if args.verbose:
            say(f"Models: {took.read()['wall_seconds']} s")
        announce = silent if args.quiet else say
        text = write_multiverse(multiverse, store, resume_command(args.argv), out, announce)
        if args.verbose:
            say(f"Models, tables and page: {took.read()['wall_seconds']} s")
    if not args.quiet:
        page = out / "multiverse.html"
        print(text)
        print(page if page.exists() else out / "multiverse.md")


def _announce_training(
    multiverse: Multiverse, store: Store, workers: Workers, args: argparse.Namespace
) -> None:
    """One line: how many models there are to train, and how long it will take."""
    kinds = multiverse.missing_kinds(store)
    if not kinds:
        return
    futures = [workers.submit_job(seconds_in_universe, example) for example, _ in kinds]
    answers = [future.result() for future in futures if future.exception() is None]
    seconds = [answer for answer in answers if isinstance(answer, float)]
    counts = [n_jobs for _, n_jobs in kinds]
    # A job that cannot be timed cannot be trained either, and the training says why.
    when = training_time(counts, seconds, args) if len(seconds) == len(kinds) else ""
    say(
        f"{counted(len(multiverse.universes), 'universe')}, {sum(counts):,} models to train{when}; "
        f"the page goes to {args.out}"
    )


def _print_plan(multiverse: Multiverse, args: argparse.Namespace) -> None:
    for problem in multiverse.problems:
        pairs = counted(len(problem.pairs), "pair")
        print(f"{problem.name}: {pairs}, {counted(problem.n_runs, 'run')}")
    kinds = multiverse.missing_kinds(None)
    counts = [n_jobs for _, n_jobs in kinds]
    seconds = [seconds_in_universe(example, multiverse.data) for example, _ in kinds]
    print(
        f"{counted(len(multiverse.universes), 'universe')} of "
        f"{counted(len(multiverse.settings), 'setting')} of training, {sum(counts):,} models, seed "
        f"{multiverse.seed}, into {args.out}{training_time(counts, seconds, args)}; nothing was "
        "computed"
    )
