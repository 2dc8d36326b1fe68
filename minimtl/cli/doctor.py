"""``minimtl doctor``: what to send along with the report of a problem."""

import argparse

from minimtl.cli.diagnosis.machine import fill_machine
from minimtl.cli.diagnosis.packages import fill_packages
from minimtl.cli.diagnosis.places import fill_corpora, fill_places
from minimtl.cli.diagnosis.section import as_json, as_text, make_section, without_home
from minimtl.cli.diagnosis.training import fill_training
from minimtl.errors import MinimtlError

EXAMPLES = ("minimtl doctor", "minimtl doctor --json > doctor.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json``."""
    parser.add_argument("--json", action="store_true", help="the same, to be read by programs")


def run(args: argparse.Namespace) -> int:
    """Print the diagnosis; MinimtlError, and so exit code 1, if something essential is broken."""
    sections = [
        make_section("machine", fill_machine),
        make_section("packages", fill_packages),
        make_section("places", fill_places),
        make_section("corpora", fill_corpora),
        make_section("training", fill_training),
    ]
    print((as_json if args.json else as_text)(sections))
    broken = [sentence for section in sections for sentence in section.broken]
    if broken:
        more = f" ({len(broken) - 1} more, see above)" if len(broken) > 1 else ""
        raise MinimtlError(without_home(broken[0]) + more)
    return 0
