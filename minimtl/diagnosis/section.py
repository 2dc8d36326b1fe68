"""A part of the diagnosis: facts by name, and what is wrong there."""

from collections.abc import Callable
from dataclasses import dataclass, field

from minimtl.errors import MinimtlError

Value = str | int | float | bool | None


@dataclass
class Section:
    """Facts in the order they are shown. A name that ends in ``_bytes`` is a size.

    Attributes
    ----------
    name : str
    facts : {name of the fact: value}
    broken : sentences on what keeps minimtl from working
    notes : sentences on what a person may want to change, and need not
    """

    name: str
    facts: dict[str, Value] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def look(name: str, fill: Callable[[Section], None]) -> Section:
    """The section that `fill` fills; whatever it raises becomes a sentence in it."""
    section = Section(name)
    try:
        fill(section)
    except MinimtlError as error:
        section.notes.append(str(error))
    # A machine with a problem is what this is for: it may fail in any way at any place.
    except Exception as error:
        section.broken.append(f"Looking at {name} failed ({type(error).__name__}: {error}).")
    return section
