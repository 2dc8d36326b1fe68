"""What the page shows beside the tables: the picture of all gains, and a list of all pairs."""

import math
import re
from collections.abc import Sequence

import numpy as np

from minimtl.report import (
    SCORE_NAMES,
    Axis,
    Beside,
    Block,
    Chart,
    Colour,
    Column,
    Dot,
    Dots,
    Drawing,
    Entry,
    Finder,
    Folded,
    Grid,
    Heading,
    Inline,
    Key,
    Line,
    Link,
    Marked,
    Paragraph,
    Rule,
    Shape,
    Terms,
    counted,
    round_axis,
    signed,
    term_anchor,
    text,
)
from minimtl.stats import FloatArray, IntArray
from minimtl.study.report.background import MEANINGS as TERMS
from minimtl.study.report.pairs import PairView, meanings
from minimtl.study.report.scope import MIN_RUNS
from minimtl.tasks import DEFINITIONS, Protocol

_PAIR = 10  # width of a pair in the picture of all gains
_HEIGHT = 1000  # of that picture
_EPOCH = 4  # width of an epoch in the learning curves
# The frame of the curves holds the scores from this epoch on: a gain is small beside the rise of
# the first ones, which may be cut off.
_SETTLED = 40
_COLOURS: dict[str, Colour] = {"up": "orange", "down": "blue", "even": "ink"}
_COLUMNS = (
    Column("problem", "choice"),
    Column("main task", "words"),
    Column("auxiliary task", "words", "with "),
    Column("single", "number", "single "),
    Column("multi", "number", "multi "),
    Column("gain", "number", "gain "),
)
_KINDS = (("up", "clear gains"), ("down", "clear losses"), ("open", "undecided"))


def linked(sentence: str) -> Inline:
    """A sentence in which the first mention of each problem leads to what it means."""
    pieces: list[str | Link] = []
    seen: set[str] = set()
    end = 0
    for mention in re.finditer(r"\b(UN)?RELATED\b", sentence):
        name = mention[0]
        if name not in seen:
            seen.add(name)
            link = Link(name, f"#{term_anchor(name)}", TERMS[name])
            pieces += [sentence[end : mention.start()], link]
            end = mention.end()
    return (*pieces, sentence[end:])


def gains_picture(pairs: Sequence[PairView], protocol: Protocol) -> list[Block]:
    """The gains of all pairs, a chart a problem; a mark leads to its pair."""
    axis = _gain_axis(pairs)
    problems = list(dict.fromkeys(pair.problem for pair in pairs))
    blocks: list[Block] = []
    for problem in problems:
        members = [pair for pair in pairs if pair.problem == problem]
        blocks += [Paragraph(_summary(problem, members), "caption"), _picture(members, axis)]
    terms: list[str | Marked] = []
    for term in ("pair", "main task", "auxiliary task", *problems):
        terms += [Marked(term, "strong"), f": {TERMS[term]} "]
    return [
        *blocks,
        Paragraph(_explanation(pairs, protocol), "caption"),
        Paragraph(tuple(terms), "caption"),
    ]


def _gain_axis(pairs: Sequence[PairView]) -> Axis:
    """The scale of all gains; intervals much longer than most are cut."""
    gains = [pair.gain for pair in pairs]
    known = [pair.half_width for pair in pairs if not math.isnan(pair.half_width)]
    margin = float(np.median(known)) if known else 0.0
    return round_axis([0.0, min(gains) - margin, max(gains) + margin], sign="+")


def _summary(problem: str, pairs: Sequence[PairView]) -> Inline:
    said = f": {counted(len(pairs), 'pair')}"
    if _enough_runs(pairs):
        clear = [pair.direction for pair in pairs if pair.is_clear]
        said += (
            f", of which {clear.count('up')} clearly gain, {clear.count('down')} clearly lose, and "
            f"{len(pairs) - len(clear)} are undecided"
        )
    return Marked(problem, "strong"), said


def _enough_runs(pairs: Sequence[PairView]) -> bool:
    return any(len(pair.runs) >= MIN_RUNS for pair in pairs)


def _picture(pairs: Sequence[PairView], axis: Axis) -> Drawing:
    """The gains of a problem from the largest down."""
    series: list[Rule | Dots] = [Rule(axis="y", at=0.0, is_dashed=False)]
    for direction in ("up", "even", "down"):
        dots = tuple(_mark(pair) for pair in pairs if pair.direction == direction)
        shape: Shape = "square" if direction == "down" else "circle"
        series.append(Dots(dots=dots, colour=_COLOURS[direction], shape=shape))
    title = (
        f"Gain of each of {counted(len(pairs), 'pair')} of {pairs[0].problem}, from the largest "
        "down"
    )
    return Drawing(
        Chart(
            title=title,
            series=tuple(series),
            x=Axis(low=0, high=len(pairs)),
            y=axis,
            width=_PAIR * len(pairs),
            height=_HEIGHT,
            is_stretched=True,
        )
    )


def _mark(pair: PairView) -> Dot:
    words = f"{' / '.join(pair.main)} with {' / '.join(pair.aux)}: {signed(pair.gain)}"
    if not math.isnan(pair.half_width):
        words += f" ± {text(pair.half_width)}"
    return Dot(
        x=pair.rank + 0.5,
        y=pair.gain,
        low=pair.gain - pair.half_width,
        high=pair.gain + pair.half_width,
        words=words,
        address=f"#{pair.anchor}",
        is_hollow=not pair.is_clear,
    )


def _explanation(pairs: Sequence[PairView], protocol: Protocol) -> Inline:
    interval = ""
    if _several_runs(pairs):
        interval = ", with its 95 % interval over the runs as a line, which the frame may cut"
    hollow = f" hollow: fewer than {MIN_RUNS} runs decide nothing"
    if _enough_runs(pairs):
        hollow = (
            " hollow: the interval contains 0. Where nothing helped or hurt, about one interval in "
            "twenty would still leave out 0"
        )
    return (
        f"Each mark is a pair: its gain in {SCORE_NAMES[protocol.reading.score]}{interval}. ",
        Key("orange"),
        " multi-task learning was better, ",
        Key("blue", "square"),
        " single-task learning was; ",
        Key("orange", "circle", True),
        Key("blue", "square", True),
        f"{hollow}. A mark leads to its pair.",
    )


def _several_runs(pairs: Sequence[PairView]) -> bool:
    return any(len(pair.runs) > 1 for pair in pairs)


def pair_list(pairs: Sequence[PairView], protocol: Protocol) -> list[Block]:
    """Every pair, to be searched and opened."""
    return [
        Heading(2, "Every pair"),
        Paragraph(_introduction(pairs, protocol)),
        _features(protocol),
        Finder(
            "pair",
            _COLUMNS,
            tuple(_entry(pair, protocol) for pair in pairs),
            _KINDS if _enough_runs(pairs) else (),
            "topics, for example hockey autos",
        ),
    ]


def _introduction(pairs: Sequence[PairView], protocol: Protocol) -> str:
    interval = ""
    if _several_runs(pairs):
        interval = (
            " ± half its 95 % interval over the runs, in colour where that leaves out 0 and there "
            f"are at least {MIN_RUNS} runs"
        )
    return (
        f"The {SCORE_NAMES[protocol.reading.score]} of each pair's main task, single-task and "
        f"multi-task, and the gain{interval}. Each pair opens to its learning curves and its 30 "
        "features. Of a task, the positive class stands first."
    )


def _features(protocol: Protocol) -> Folded:
    definitions = DEFINITIONS[protocol.reading.features]
    main, aux, ratio, *difference = definitions.roles
    said = (
        f"{main} and {aux} are the main and the auxiliary task's, {ratio} is the first divided by "
        "the second"
    )
    for role in difference:
        said += f", {role} their difference divided by the size of the second"
    terms = Terms(
        tuple((Marked(name, "code"), meaning) for name, meaning in meanings(definitions).items())
    )
    closing = Paragraph(f"{said}. Divergences are in nats; all are means over the runs.")
    return Folded("What the features are", (terms, closing))


def _entry(pair: PairView, protocol: Protocol) -> Entry:
    gain: list[str | Marked] = [signed(pair.gain)]
    if pair.is_clear:
        gain = [Marked(signed(pair.gain), "orange" if pair.gain > 0 else "blue")]
    if len(pair.runs) > 1:
        gain.append(Marked(f" ± {text(pair.half_width)}", "small"))
    return Entry(
        anchor=pair.anchor,
        cells=(
            pair.problem,
            " / ".join(pair.main),
            " / ".join(pair.aux),
            text(pair.single),
            text(pair.multi),
            tuple(gain),
        ),
        values=(pair.single, pair.multi, pair.gain),
        kind=pair.direction if pair.is_clear else "open",
        blocks=(Beside(((_curves(pair, protocol),), (_runs(pair), _values(pair, protocol)))),),
    )


def _curves(pair: PairView, protocol: Protocol) -> Drawing:
    score, read = SCORE_NAMES[protocol.reading.score], protocol.reading.read_at + 1
    n_epochs = int(pair.epochs[-1])
    single, multi = (
        _curve(pair.epochs, pair.single_curve, "blue"),
        _curve(pair.epochs, pair.multi_curve, "orange"),
    )
    settled = [
        score
        for line in (single, multi)
        for epoch, score in zip(line.x, line.y, strict=True)
        if epoch >= min(_SETTLED, line.x[-1])
    ]
    chart = Chart(
        title=f"Learning curves: {score} by epoch",
        series=(
            Rule(axis="x", at=read),
            single,
            multi,
        ),
        x=Axis(
            label="epoch",
            low=1,
            high=n_epochs,
            ticks=tuple((epoch, str(epoch)) for epoch in (1, *range(50, n_epochs + 1, 50))),
        ),
        y=round_axis(settled),
        width=_EPOCH * (n_epochs - 1),
    )
    caption = (
        f"Mean {score} over the runs by epoch: ",
        Marked("single-task, dashed", "blue"),
        "; ",
        Marked("multi-task, solid", "orange"),
        f". Scores are read at epoch {read}; the steep beginning may be cut off.",
    )
    return Drawing(chart, caption)


def _curve(epochs: IntArray, scores: FloatArray, colour: Colour) -> Line:
    x = epochs[: len(scores)].tolist()
    return Line(x=x, y=scores.tolist(), colour=colour, is_dashed=colour == "blue")


def _runs(pair: PairView) -> Paragraph:
    said = "One run, single → multi: "
    if len(pair.runs) > 1:
        said = (
            f"Gain {signed(pair.gain, 4)} ± {text(pair.half_width, 4)} (95 % interval over "
            f"{len(pair.runs)} runs); single → multi of each: "
        )
    said += ", ".join(f"{text(single)} → {text(multi)}" for single, multi in pair.runs)
    return Paragraph((f"{said}. ", Link("Link to this pair", f"#{pair.anchor}")))


def _values(pair: PairView, protocol: Protocol) -> Grid:
    roles = DEFINITIONS[protocol.reading.features].roles
    lines = []
    for name, values in pair.features:
        cells = ["" if value is None else short(value) for value in values]
        lines.append((name, *cells, *[""] * (len(roles) - len(cells))))
    return Grid(("feature", *roles), tuple(lines))


def short(value: float) -> str:
    """A number of any size with four significant digits, or all before the point."""
    digits = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return digits.replace("-", "−")
