"""``minimtl study``: the whole study, from the corpus to the report; resumes by default."""

import argparse

from minimtl.cli.arguments import print_page, resumable
from minimtl.cli.trainingflags import add_problem_flag, add_training_flags, conditions_of
from minimtl.report.wording import counted
from minimtl.study.conductor import conduct, plan_study, train_shard
from minimtl.study.definition import define_studies
from minimtl.tasks.pairfeatures import DEFINITIONS
from minimtl.tasks.plan import WHOLE, Shard
from minimtl.tasks.protocol import PAPER, PROTOCOLS

EXAMPLES = (
    "minimtl study --corpus synthetic --problem related --pairs 4 --runs 2  # a quick look",
    "minimtl study                                    # the whole study, into results/",
    "minimtl study --protocol released --shard 2/8 --out 2    # a part, for `minimtl merge`",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of a study."""
    add_problem_flag(parser, "both")
    parser.add_argument(
        "--protocol",
        choices=("both", *PROTOCOLS),
        default="both",
        help="; ".join(f"{protocol.name}: {protocol.meaning}" for protocol in PROTOCOLS.values())
        + " (default: both, side by side)",
    )
    add_training_flags(parser, "results")
    parser.add_argument(
        "--features",
        choices=tuple(DEFINITIONS),
        default=PAPER.reading.features,
        help="the 30 features as the authors' code computes them, or as the paper's text describes "
        "them; the models are the same (default: code)",
    )
    parser.add_argument(
        "--shard",
        type=_shard,
        default=WHOLE,
        metavar="I/N",
        help="train only the I-th of N parts, for `minimtl merge` (default: the whole study)",
    )


def run(args: argparse.Namespace) -> int:
    """Conduct the study of `args`; 0 when the report is written."""
    conditions = conditions_of(args)
    with resumable(args.argv):
        studies = define_studies(
            args.problem,
            args.protocol,
            args.corpus,
            runs=args.runs,
            pairs=args.pairs,
            seed=args.seed,
            backend=args.backend,
            features=args.features,
            announce=conditions.announce,
        )
        if args.dry_run:
            print(plan_study(studies, args.shard, conditions))
        elif args.shard != WHOLE:
            n_models = train_shard(studies, args.shard, conditions)
            if not args.quiet:
                print(
                    f"shard {args.shard} is complete: {counted(n_models, 'model')} in {args.out}; "
                    "`minimtl merge DIR … --out DIR` joins all shards into one study"
                )
        else:
            for result in conduct(studies, conditions):
                result.write(conditions.out, announce=conditions.announce)
                if not result.is_finished:
                    conditions.announce(f"the report so far is in {conditions.out}")
                elif not args.quiet:
                    print_page(result.summary, conditions.out, "report")
    return 0


def _shard(text: str) -> Shard:
    """The type of --shard."""
    try:
        return Shard.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not I/N, part I of N parts, with I from 1 to N"
        ) from None
