"""``minimtl audit PATH``: the published numbers against the authors' released logs."""

import argparse
from collections import Counter

from minimtl.audit import audit, audit_csv, audit_markdown, read_released
from minimtl.commands.arguments import folder_name, make_folder
from minimtl.system import say, write_atomically

EXAMPLES = (
    "minimtl audit investigationMTL            # a checkout of the authors' repository",
    "minimtl audit investigationMTL-all.tar.gz --out audited",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """PATH and --out."""
    parser.add_argument(
        "path", metavar="PATH", help="released logs: a checkout of the repository, or its .tar.gz"
    )
    parser.add_argument(
        "--out", type=folder_name, metavar="DIR", default="results", help="default: %(default)s"
    )


def run(args: argparse.Namespace) -> int:
    """Write ``audit.csv`` and ``audit.md`` and say on one line what they hold."""
    experiments = read_released(args.path)
    say(f"read {', '.join(experiment.name for experiment in experiments)}")
    findings = audit(experiments)
    out = make_folder(args.out)
    write_atomically(out / "audit.csv", audit_csv(findings))
    write_atomically(out / "audit.md", audit_markdown(experiments, findings).encode())
    verdicts = Counter(finding.verdict for finding in findings)
    counts = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())
    print(f"{len(findings)} findings ({counts}): {out / 'audit.md'}")
    return 0
