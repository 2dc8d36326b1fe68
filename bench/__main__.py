"""``python -m bench [--quick]``: measures everything, writes bench.json, bench.md and charts."""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path

from minimtl.system import pin_threads

# Before NumPy or any peer is loaded: they read the variables once.
pin_threads()

MEASUREMENTS = [
    "steps",
    "floor",
    "fits",
    "evaluation",
    "growth",
    "tfidf",
    "logistic",
    "wide",
    "starts",
    "study",
]
# With --only: it takes several times as long as all others together.
BY_NAME_ONLY = ["peers"]


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample of it all in three minutes")
    parser.add_argument(
        "--only", nargs="+", choices=[*MEASUREMENTS, *BY_NAME_ONLY], default=MEASUREMENTS
    )
    parser.add_argument(
        "--corpus",
        default=None,
        help="as in minimtl study (default: the real one if MINIMTL_DATA or the cache has it, "
        "else synthetic)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("results/bench"), help="default: results/bench"
    )
    return parser.parse_args(argv)


def _command(args: argparse.Namespace) -> str:
    """What was run, without the paths of this machine."""
    only = [] if args.only == MEASUREMENTS else ["--only", *args.only]
    return " ".join(["python -m bench", *["--quick"] * args.quick, *only])


def main(argv: list[str] | None = None) -> int:
    """Measure, print the Markdown, write both files and, with Matplotlib, the chart."""
    args = parse(argv)
    from bench import chart, peers_chart
    from bench.machine import facts
    from bench.output import as_json, as_markdown
    from bench.settings import Settings, corpus_at_hand
    from bench.targets import targets
    from minimtl.report.figurefile import figures_available

    about = {"command": _command(args), "machine": facts()}
    settings = Settings(args.corpus or corpus_at_hand(), args.quick)
    rows = []
    for name in args.only:
        began = time.perf_counter()
        print(f"{name} …", file=sys.stderr, end=" ", flush=True)
        rows += import_module(f"bench.{name}").measure(settings)
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    about["corpus"] = settings.described
    goals = targets(rows, settings)
    args.out.mkdir(parents=True, exist_ok=True)
    markdown = as_markdown(about, rows, goals)
    (args.out / "bench.json").write_text(as_json(about, rows, goals), encoding="utf-8")
    (args.out / "bench.md").write_text(markdown, encoding="utf-8")
    if figures_available():
        chart.draw(rows, args.out)
        peers_chart.draw(rows, args.out)
    print(markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
