"""``minimtl multiverse``: a study in many ways, and which choices its gains depend on."""

import argparse

from minimtl.cli.arguments import print_page, resumable
from minimtl.cli.trainingflags import add_problem_flag, add_training_flags, conditions_of
from minimtl.study.multiverse import conduct_multiverse, define_multiverse, plan_multiverse
from minimtl.study.universes import DIFFERENCES, parse_choice
from minimtl.tasks.protocol import PROTOCOLS

EXAMPLES = (
    "minimtl multiverse    # RELATED: all choices in which the protocols differ",
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
        help="fields of a protocol and their values (default: those in which the protocols differ)",
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
        help="protocol that sets all other fields (default: both, one after the other)",
    )
    add_training_flags(parser, "multiverse", runs="5")


def run(args: argparse.Namespace) -> int:
    """Conduct the multiverse of `args`; 0 when its page is written."""
    conditions = conditions_of(args)
    choices = tuple(map(parse_choice, args.vary)) if args.vary else DIFFERENCES
    with resumable(args.argv):
        multiverse = define_multiverse(
            choices,
            args.design,
            args.protocol,
            args.problem,
            args.corpus,
            runs=args.runs,
            pairs=args.pairs,
            seed=args.seed,
            backend=args.backend,
            announce=conditions.announce,
        )
        if args.dry_run:
            print(plan_multiverse(multiverse, conditions))
            return 0
        text = conduct_multiverse(multiverse, conditions)
    if not args.quiet:
        print_page(text, conditions.out, "multiverse")
    return 0
