"""The commands that are frozen, in chains that share a folder, and what each of them gives."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from tests.frozen import inputs
from tests.frozen.inputs import ROOT
from tests.frozen.visible import file_text, keys_only, settled

EXPECTED = Path(__file__).parent / "expected"
COMMANDS = (
    *("study", "multiverse", "corpus", "tune", "meta", "advise", "predict", "merge", "audit"),
    *("explain", "report", "cache", "doctor"),
)
SYNTHETIC = "--corpus synthetic --workers 1"
SHARDED = f"{SYNTHETIC} --problem related --pairs 2 --runs 1"
ADVISE = "advise --main sets/vehicles.csv --aux sets/sport.csv --quick --out advice"
FEW = "advise --main few/vehicles.csv --aux few/sport.jsonl --aux few/computers.csv"
QUICK = "epochs_single=12 epochs_joint=2,3 read_at=0,1 gradient_window=12"


class Chain(NamedTuple):
    """Commands that run one after the other in one folder.

    Attributes
    ----------
    commands : what is typed after ``minimtl``.
    make_inputs : what writes the files that they read into the folder.
    slow : only run with ``--slow``: the fast ones together take a minute of a processor.
    """

    commands: tuple[str, ...]
    make_inputs: Callable[[Path], None] = lambda folder: None
    slow: bool = False


CHAINS = {
    "help": Chain(("--help", *(f"{command} --help" for command in COMMANDS))),
    "places": Chain(
        ("corpus info", "corpus info --corpus synthetic", "cache info", "doctor --json")
    ),
    "study": Chain(
        (
            f"study {SYNTHETIC} --pairs 3 --runs 2 --out study",
            "report study",
            "meta study --out meta",
            f"study {SYNTHETIC} --pairs 3 --runs 2 --out study --features text --quiet",
        )
    ),
    "shards": Chain(
        (
            f"study {SHARDED} --out whole",
            f"study {SHARDED} --shard 1/2 --out one",
            f"study {SHARDED} --shard 2/2 --out two",
            "merge one two --corpus synthetic --out merged",
        )
    ),
    "released": Chain(
        ("study --protocol released --problem related --pairs 2 --runs 1 --workers 1",)
    ),
    "verdicts": Chain(
        (
            f"study {SYNTHETIC} --problem related --runs 3 --out study",
            "meta study --out meta",
        ),
        slow=True,
    ),
    "multiverse": Chain(
        (
            f"multiverse {SYNTHETIC} --protocol paper --pairs 3 --runs 2 --vary {QUICK}",
            f"multiverse {SYNTHETIC} --protocol paper --pairs 2 --runs 1 --design main-effects "
            "--vary score=accuracy read_at=50 --out effects",
        )
    ),
    "tune": Chain(("tune --corpus processed_acl --out tuned",), inputs.write_reviews),
    "advise": Chain(
        (
            f"{ADVISE} --save-model cars.npz",
            f"{ADVISE} --json",
            "predict cars.npz new.csv",
            "predict cars.npz new.csv --out labelled.csv",
            "predict cars.npz new.csv --out labelled.jsonl",
            "predict cars.npz new.csv --out labelled.txt",
        ),
        inputs.write_text_sets,
    ),
    "candidates": Chain(
        (f"{FEW} --runs 2 --per-class 30 --all-pairs --tokenizer whitespace --out few_advice",),
        inputs.write_text_sets,
        slow=True,
    ),
    "meta": Chain(
        (
            "meta runs.csv --set sizes=n_main,n_aux --out meta",
            "meta pairs.tsv",
            "meta pairs.tsv --json",
            "meta gains.csv --matrix --threshold 0.005 --out matrix",
        ),
        inputs.write_tables_of_pairs,
    ),
    "explain-notebook": Chain(("explain --notebook",)),
    "explain": Chain(("explain",), slow=True),
    "audit-bingel": Chain(("audit bingel --out audited",), inputs.write_logs_of_bingel),
    "audit-kerinec": Chain(("audit kerinec --out audited",), inputs.write_logs_of_kerinec),
}


def run_chain(name: str, folder: Path) -> dict[str, str]:
    """Run a chain in the empty `folder`: {a heading: what is seen under it}.

    There is a heading for what each command prints, one for each file that it writes or alters,
    and one for files of which nothing is shown. Of a file much like an earlier one of the same
    name only the difference is.
    """
    chain = CHAINS[name]
    chain.make_inputs(folder)
    before = _texts(folder)
    seen: dict[str, str] = {}
    for command in chain.commands:
        heading = f"$ minimtl {command}"
        seen[heading] = _output(command, folder)
        after = _texts(folder)
        others = [f"{file} is gone" for file in before if file not in after]
        for file, text in after.items():
            earlier = _earlier(file, before)
            if file not in before and not text:
                others.append(file)
            elif file not in before and before.get(earlier) == text:
                others.append(f"{file} is {earlier}")
            elif before.get(file) != text:
                seen[f"{heading} > {file}"] = _news(before.get(earlier, ""), text)
        if others:
            seen[f"{heading} > other files"] = "\n".join(others)
        before = after
    return seen


def _earlier(file: str, before: dict[str, str]) -> str:
    """The file itself as it was, else the first one of its name in another folder."""
    same_name = (other for other in before if Path(other).name == Path(file).name)
    return file if file in before else next(same_name, "")


def _news(earlier: str, text: str) -> str:
    """What of `text` is not in `earlier`, line by line; all of it if that is the shorter."""
    lines = unified_diff(earlier.split("\n"), text.split("\n"), "", "", "", "", 0, "")
    news = "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))
    return news if len(news) < len(text) else text


def _output(command: str, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "MINIMTL_DATA"}
    # Wide enough for argparse, whose way to break lines is not that of every Python.
    environment |= {"COLUMNS": "400", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    if command == "cache info":
        environment["MINIMTL_CACHE"] = "cache"
    done = subprocess.run(
        [sys.executable, "-m", "minimtl", *command.split()],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"minimtl {command} ended with {done.returncode}:\n{done.stderr}")
    output = keys_only(done.stdout) if command == "doctor --json" else done.stdout
    return settled(output, folder)


def _texts(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): settled(file_text(path), folder)
        for path in files
        if not path.name.startswith(".")
    }


def read_expected(name: str) -> dict[str, str]:
    """What a chain gave when it was frozen, as `run_chain` returns it; {} if it never was."""
    path = EXPECTED / f"{name}.txt"
    if not path.exists():
        return {}
    sections = path.read_text(encoding="utf-8").split("\n════ ")[1:]
    parts = (section.rstrip("\n").partition("\n") for section in sections)
    return {heading: text for heading, _, text in parts}


def write_expected(name: str, seen: dict[str, str]) -> None:
    """Freeze what a chain gives."""
    EXPECTED.mkdir(exist_ok=True)
    sections = [f"\n════ {heading}\n{text}\n" for heading, text in seen.items()]
    (EXPECTED / f"{name}.txt").write_text("".join(sections), encoding="utf-8")


def changed(expected: dict[str, str], seen: dict[str, str]) -> Iterator[str]:
    """The headings under which something else is seen; of pages only the words count."""
    for heading in dict.fromkeys((*expected, *seen)):
        texts = [one.get(heading) for one in (expected, seen)]
        if heading.endswith(".html"):
            texts = [None if text is None else text.split() for text in texts]
        if texts[0] != texts[1]:
            yield heading
