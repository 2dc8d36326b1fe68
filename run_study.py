"""The study, end to end: ``python run_study.py …`` is ``minimtl study …``."""

import sys

from minimtl.cli import run_process

if __name__ == "__main__":
    sys.exit(run_process(["study", *sys.argv[1:]]))
