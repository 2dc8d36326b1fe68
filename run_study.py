"""The study, end to end: ``python run_study.py …`` is ``minimtl study …``."""

import sys

from minimtl.cli import main

if __name__ == "__main__":
    sys.exit(main(["study", *sys.argv[1:]]))
