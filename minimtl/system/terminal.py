"""What is said to the person at the terminal, beside a command's output."""

import sys


def say(line: str) -> None:
    """Print one line to standard error."""
    print(line, file=sys.stderr)
