"""The chart of the peers: macro-F1 over CPU seconds, a panel for each group of tasks."""

from pathlib import Path

from bench.peers import SECTION
from bench.peers_frontier import Point, frontier
from bench.peers_problems import GROUPS
from bench.rows import OURS, Row
from minimtl.report.figurefile import FIGURE_STYLE, save_figure

NAME = "peers"
# minimtl's in blue; each kind of peer has a colour of its own.
LOOKS = {
    f"{OURS} MLP": ("#0b5394", "o", "-"),
    f"{OURS} MLP, tasks jointly": ("#0b5394", "D", "--"),
    f"{OURS} LogisticRegression": ("#3d9be0", "s", "-"),
    f"{OURS} advise's regression": ("#00a3a3", "s", "-"),
    f"{OURS} EasyAdapt": ("#00a3a3", "D", "--"),
    "fastText": ("#7b3294", "^", "-"),
    "Vowpal Wabbit": ("#1a7f37", "v", "-"),
    "Vowpal Wabbit --nn": ("#1a7f37", "P", "--"),
    "scikit-learn LogisticRegression": ("#7f7f7f", "s", "-"),
    "scikit-learn SGDClassifier": ("#7f7f7f", "x", ":"),
    "scikit-learn MLPClassifier": ("#7f7f7f", "o", "--"),
    "PyTorch EmbeddingBag": ("#b35c00", "o", "-"),
}


def points_of(rows: list[Row], group: str) -> dict[str, list[Point]]:
    """What was scored in a group, by contestant, the frontier only."""
    found: dict[str, list[Point]] = {}
    for row in rows:
        if row.n and (row.section, row.what) == (SECTION, group):
            found.setdefault(row.who, []).append(Point({}, row.median, row.score))
    return {who: frontier(points) for who, points in found.items()}


def draw(rows: list[Row], folder: Path) -> bool:
    """Write ``peers.png`` and ``peers.svg``; False, and nothing written, if none was measured."""
    groups = {group: points_of(rows, group) for group in GROUPS}
    groups = {group: points for group, points in groups.items() if points}
    if not groups:
        return False
    from matplotlib import style
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    with style.context(["default", FIGURE_STYLE]):
        figure = Figure(figsize=(max(2.7 * len(groups), 6.8), 3.8), layout="constrained")
        panels = figure.subplots(1, len(groups), squeeze=False)[0]
        lines = {}
        for axes, (group, points) in zip(panels, groups.items(), strict=True):
            for who, some in points.items():
                colour, marker, dashes = LOOKS[who]
                (lines[who],) = axes.plot(
                    [point.seconds for point in some], [point.score for point in some],
                    color=colour, marker=marker, ls=dashes, ms=4, lw=1.1, label=who,
                )  # fmt: skip
            best = max(point.score for some in points.values() for point in some)
            # What is far below the best says only who is not done yet.
            axes.set_ylim(best - 0.15, best + 0.01)
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.tick_params(labelsize=8)
            axes.set_xlabel("CPU seconds a task", fontsize=9)
            axes.set_title(group, fontsize=9)
            axes.grid(alpha=0.3, lw=0.5)
        panels[0].set_ylabel("macro-F1", fontsize=9)
        lines = {who: lines[who] for who in LOOKS if who in lines}
        figure.legend(
            lines.values(), lines.keys(), loc="outside lower center", ncols=3, fontsize=7.5
        )
        save_figure(figure, folder, NAME)
    return True
