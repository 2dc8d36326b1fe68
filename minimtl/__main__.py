"""``python -m minimtl`` is ``minimtl``."""

import sys

from minimtl.cli import main

if __name__ == "__main__":
    sys.exit(main())
