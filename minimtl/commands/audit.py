"""``minimtl audit PATH``: the published numbers against the authors' released logs."""

import argparse
from pathlib import Path

from minimtl.audit import (
    AGREES,
    DIFFERS,
    INCOMPLETE,
    audit,
    audit_csv,
    audit_markdown,
    read_released,
)
from minimtl.errors import MinimtlError
from minimtl.system import say, write_atomically


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """PATH and --out."""
    parser.add_argument(
        "path", metavar="PATH", help="released logs: a checkout of the repository, or its .tar.gz"
    )
    parser.add_argument("--out", metavar="DIR", default="results", help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """Write ``audit.csv`` and ``audit.md`` and say on one line what they hold."""

    experiments = read_released(args.path)
    say(f"read {', '.join(experiment.name for experiment in experiments)}")
    findings = audit(experiments)
    out = Path(args.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MinimtlError(f"Cannot make the folder {out}: {error.strerror}.") from None
    write_atomically(out / "audit.csv", audit_csv(findings))
    write_atomically(out / "audit.md", audit_markdown(experiments, findings).encode())
    counts = [
        f"{sum(finding.verdict == verdict for finding in findings)} {verdict}"
        for verdict in (AGREES, DIFFERS, INCOMPLETE)
    ]
    print(f"{len(findings)} findings ({', '.join(counts)}): {out / 'audit.md'}")
    return 0
