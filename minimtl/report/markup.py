"""HTML and SVG, put together from elements: whatever is not markup already is text and is escaped.

There is no other way to markup in the package, so that nothing from outside can become one.
"""

from html import escape


class Markup(str):
    """Text that is HTML or SVG already."""

    __slots__ = ()


def element(tag: str, *content: str, **attributes: str | float | None) -> Markup:
    """An element with its content, in which all that is not `Markup` is escaped.

    Parameters
    ----------
    attributes : their values; one that is None is left out, and one that is empty has its name
        alone. In names an underscore stands for a hyphen, and one at the end for nothing.
    """
    named = []
    for name, value in attributes.items():
        name = name.rstrip("_").replace("_", "-")
        if value == "":
            named.append(f" {name}")
        elif value is not None:
            named.append(f' {name}="{escape(str(value))}"')
    start = f"<{tag}{''.join(named)}>"
    return Markup(start if tag in _EMPTY else f"{start}{joined(*content)}</{tag}>")


def joined(*content: str, between: str = "") -> Markup:
    """Pieces one after the other, in which all that is not `Markup` is escaped."""
    pieces = (piece if isinstance(piece, Markup) else escape(piece) for piece in content)
    return Markup(between.join(pieces))


_EMPTY = {"meta", "link", "img", "input"}
