"""``minimtl audit PATH``: printed numbers of a study against the logs that its authors released."""

import argparse
from collections import Counter

from minimtl.audit.recognise import audit
from minimtl.audit.released import audit_csv, audit_document
from minimtl.cli.arguments import add_out_flag, make_folder
from minimtl.report.csvfile import write_tables
from minimtl.report.htmlpage import write_document
from minimtl.system import say, write_atomically

EXAMPLES = (
    "minimtl audit investigationMTL            # a checkout of the authors' repository",
    "minimtl audit investigationMTL-all.tar.gz --out audited",
    "minimtl audit eacl2017_mtl --out audited  # Bingel and Søgaard (2017)",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """PATH and --out."""
    parser.add_argument(
        "path", metavar="PATH", help="released logs: a checkout of the repository, or its .tar.gz"
    )
    add_out_flag(parser, "results")


def run(args: argparse.Namespace) -> int:
    """Write the page, the findings and the pairs; print the lines that matter."""
    audited = audit(args.path)
    say(f"read {', '.join(audited.read)}")
    out = make_folder(args.out)
    write_atomically(out / "audit.csv", audit_csv(audited.findings))
    write_document(audit_document(audited), "audit", out)
    write_tables(audited.pairs, out)
    for number, line in enumerate(audited.lines, start=1):
        print(f"{number}. {line}")
    verdicts = Counter(finding.verdict for finding in audited.findings)
    counts = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())
    print(f"{len(audited.findings)} findings ({counts}): {out / 'audit.html'}")
    for table in audited.pairs:
        print(f"{len(list(table.rows)):,} rows for minimtl meta: {out / f'{table.name}.csv'}")
    return 0
