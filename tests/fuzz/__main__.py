"""Coverage-guided fuzzing of one reader: ``python -m tests.fuzz READER [libFuzzer's options]``.

Needs ``pip install ".[fuzz]"``. It runs until it finds something or is stopped;
``-max_total_time=60`` stops it after a minute. Inputs that reach new code are kept in a folder of
the reader's under the temporary folder, and a later call goes on from them. What is found is
written to ``crash-…`` in the working folder; ``python -m tests.fuzz READER FILE`` runs it again.
Put what it teaches into a regression test of the reader.
"""

import logging
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["minimtl", "tarfile", "zipfile"]):
    from tests.fuzz.readers import READERS


def main() -> None:
    """Fuzz the reader that the command line names."""
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        sys.exit(f"usage: python -m tests.fuzz READER [option…]; readers: {', '.join(READERS)}")
    logging.disable()
    name, options = sys.argv[1], sys.argv[2:]
    reader = READERS[name]
    work = Path(tempfile.mkdtemp(prefix="minimtl-fuzz-"))
    corpus = Path(tempfile.gettempdir(), f"minimtl-fuzz-corpus-{name.replace(' ', '-')}")
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(reader.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    replays = any(not option.startswith("-") for option in options)
    where = [] if replays else [str(corpus)]
    atheris.Setup([sys.argv[0], *options, *where], lambda content: reader(content, work / "run"))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
