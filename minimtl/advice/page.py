"""``advise.html``: verdict, picture, table, what was done, in one file; and its part for notebooks.

Names of files and labels come from outside and are escaped.
"""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from minimtl._version import __version__
from minimtl.advice.forms import (
    CAPTION,
    HEAD,
    MATRIX_CAPTION,
    WHO_HELPS_WHOM,
    matrix_of,
    sections_of,
    table_of,
)
from minimtl.advice.pictures import gains_picture, matrix_picture
from minimtl.advice.words import printable

if TYPE_CHECKING:
    from minimtl.advice.advice import Advice


def to_html(advice: "Advice") -> str:
    """The page: one file that works offline, on a phone too."""
    source = files("minimtl.advice").joinpath("page.html").read_text(encoding="utf-8")
    return Template(source).substitute(
        title=escape(f"What to train on {printable(advice.names[0])}"),
        body=to_fragment(advice),
        version=escape(__version__),
    )


def to_fragment(advice: "Advice") -> str:
    """What stands in the page, for a notebook too."""
    margin = advice.settings.margin
    named = [
        (printable(advice.name_of(row)), row.comparison) for row in advice.rows if row.comparison
    ]
    parts = [
        f'<p class="verdict"><strong>{escape(advice.verdict)}</strong></p>',
        f"<figure>{gains_picture(named, margin)}<figcaption>Gains over the best way alone, "
        f"with their intervals; shaded: what does not matter, ±{margin:g}.</figcaption></figure>",
        _table(HEAD, table_of(advice)),
        f'<p class="note">{CAPTION}</p>',
    ]
    if advice.matrix is not None:
        head, *rows = matrix_of(advice)
        names = [printable(name) for name in advice.names]
        parts += [
            f"<h2>{WHO_HELPS_WHOM}</h2>",
            f"<figure>{matrix_picture(names, advice.matrix)}"
            f"<figcaption>{MATRIX_CAPTION}</figcaption></figure>",
            _table(head, rows),
        ]
    for title, lines in sections_of(advice):
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        parts.append(f"<h2>{title}</h2><ul>{items}</ul>")
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose cells say their column where a phone stacks them."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-column="{escape(column)}">{escape(cell)}</td>'
            for column, cell in zip(head, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
