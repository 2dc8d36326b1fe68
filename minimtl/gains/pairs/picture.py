"""The picture of an analysis: accuracy under each design, of features against names.

Drawn as text, so that it needs no library and is the same bytes for the same numbers.
"""

from html import escape

from minimtl.gains.pairanalysis import DESIGN_WORDS, NAME_WORDS, PairAnalysis
from minimtl.gains.scoring import BASELINES, Prediction

_LEFT, _TOP, _HEIGHT, _COLUMN = 46, 14, 240, 152
_BOTTOM = 66  # below the frame: names of designs, and the legend
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1b1b1b}.g{stroke:#d5d5d5}.m{stroke:#595959;"
    "stroke-width:2}.i{stroke:#0072b2;stroke-width:2}.f{fill:#0072b2}.n{fill:none;stroke:#b34700;"
    "stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#e8e6e3}.g{stroke:#3b3d40}"
    ".m{stroke:#a9a9a9}.i{stroke:#6cbcf0}.f{fill:#6cbcf0}.n{stroke:#f0a050}}"
)
_FEWEST_COLUMNS = 5  # the legend is as wide
# Marks around (0, 0), and how far from the middle of its column each stands.
_MARKS = {
    "majority": '<path class="m" d="M-52 0H52"/>',
    "main_name": '<path class="n" d="M-4-4h8v8h-8z"/>',
    "aux_name": '<path class="n" d="M0-5l5 9h-10z"/>',
    "both_names": '<path class="n" d="M0-6l5 6-5 6-5-6z"/>',
    "all": '<circle class="f" r="5"/>',
}
_PLACES = {"majority": 0, "all": -30, "main_name": -4, "aux_name": 16, "both_names": 36}
_WORDS = {"all": "all features", **NAME_WORDS}


def draw_picture(analysis: PairAnalysis) -> bytes:
    """The picture as an .svg file."""
    designs = analysis.designs
    width = _LEFT + max(_FEWEST_COLUMNS, len(designs)) * _COLUMN
    height = _TOP + _HEIGHT + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        f"<title>Accuracy by design, {escape(analysis.table.source)}</title>",
        f"<style>{_STYLE}</style>",
    ]
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        parts.append(
            f'<path class="g" d="M{_LEFT} {y:.1f}H{width}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>'
        )
    for column, design in enumerate(designs):
        middle = _LEFT + _COLUMN * column + _COLUMN // 2
        parts.append(
            f'<text x="{middle}" y="{_TOP + _HEIGHT + 20}" text-anchor="middle">'
            f"{DESIGN_WORDS[design]}</text>"
        )
        for name in _PLACES:
            row = analysis.of(design, name)
            if row is not None:
                parts.append(_mark(row, middle + _PLACES[name]))
    parts += [_legend(analysis), "</svg>"]
    return ("\n".join(parts) + "\n").encode()


def _mark(row: Prediction, x: int) -> str:
    interval = ""
    if row.kind == "all" and row.low == row.low:
        interval = f'<path class="i" d="M{x} {_y(row.low):.1f}V{_y(row.high):.1f}"/>'
    at = f"translate({x} {_y(row.scores.accuracy):.1f})"
    words = f"{_WORDS[row.features]}: {row.scores.accuracy:.3f}"
    return f'{interval}<g transform="{at}"><title>{words}</title>{_MARKS[row.features]}</g>'


def _legend(analysis: PairAnalysis) -> str:
    names = [
        name
        for name in ("all", *BASELINES)
        if any(analysis.of(design, name) is not None for design in analysis.designs)
    ]
    y, parts, x = _TOP + _HEIGHT + 48, [], _LEFT + 8
    for name in names:
        mark = _MARKS[name].replace("M-52 0H52", "M-8 0H8")
        parts.append(
            f'<g transform="translate({x} {y})">{mark}<text x="12" y="4">{_WORDS[name]}</text></g>'
        )
        x += 44 + 6 * len(_WORDS[name])
    return "".join(parts)


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)
