"""``minimtl doctor``: what to send along with the report of a problem."""

import argparse

HELP = "say what is installed, where things are kept, and whether training works"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json``."""
    parser.add_argument("--json", action="store_true", help="the same, to be read by programs")


def run(args: argparse.Namespace) -> int:
    """Print the diagnosis; MinimtlError, and so exit code 1, if something essential is broken."""
    from minimtl.diagnosis.machine import fill_machine
    from minimtl.diagnosis.packages import fill_packages
    from minimtl.diagnosis.page import as_json, as_text, without_home
    from minimtl.diagnosis.places import fill_corpora, fill_places
    from minimtl.diagnosis.section import look
    from minimtl.diagnosis.training import fill_training
    from minimtl.errors import MinimtlError

    sections = [
        look("machine", fill_machine),
        look("packages", fill_packages),
        look("places", fill_places),
        look("corpora", fill_corpora),
        look("training", fill_training),
    ]
    print((as_json if args.json else as_text)(sections))
    broken = [sentence for section in sections for sentence in section.broken]
    if broken:
        more = f" ({len(broken) - 1} more, see above)" if len(broken) > 1 else ""
        raise MinimtlError(without_home(broken[0]) + more)
    return 0
