"""``python -m minimtl`` is ``minimtl``."""

import sys

from minimtl.cli import run_process

if __name__ == "__main__":
    sys.exit(run_process())
