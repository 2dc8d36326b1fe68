"""The sections of the diagnosis: facts by name and what is wrong, as text and as JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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


def make_section(name: str, fill: Callable[[Section], None]) -> Section:
    """The section `name` with the facts that `fill` adds; what it raises becomes a sentence."""
    section = Section(name)
    try:
        fill(section)
    except MinimtlError as error:
        section.notes.append(str(error))
    # The command is for machines with a problem, which may fail in any way at any place.
    except Exception as error:
        section.broken.append(f"Checking {name} failed ({type(error).__name__}: {error}).")
    return section


def as_text(sections: Sequence[Section]) -> str:
    """Section by section, a fact a line, what is wrong at the end of its section."""
    lines: list[str] = []
    width = max((len(_title(name)) for section in sections for name in section.facts), default=0)
    for section in sections:
        lines.append(section.name)
        for name, value in section.facts.items():
            lines.append(f"  {_title(name):<{width}}  {_shown(name, value)}")
        lines += [f"  BROKEN: {sentence}" for sentence in section.broken]
        lines += [f"  note: {sentence}" for sentence in section.notes]
    return without_home("\n".join(lines))


def as_json(sections: Sequence[Section]) -> str:
    """The facts by section, and all that is wrong."""
    content: dict[str, object] = {section.name: section.facts for section in sections}
    content["broken"] = [sentence for section in sections for sentence in section.broken]
    content["notes"] = [sentence for section in sections for sentence in section.notes]
    return without_home(json.dumps(content, indent=2, ensure_ascii=False))


def without_home(text: str) -> str:
    """`text` with the user's home folder, which often is a person's name, as ``~``."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return text
    for spelled in (home, json.dumps(home)[1:-1]):  # JSON doubles the backslashes of Windows
        if len(home) > 1:
            text = text.replace(spelled, "~")
    return text


def _title(name: str) -> str:
    for unit in ("_bytes", "_seconds", "_ms"):
        name = name.removesuffix(unit)
    return name.replace("_", " ") if name.islower() else name  # MINIMTL_DATA stays as it is


def _shown(name: str, value: Value) -> str:
    if value is None:
        return "unknown" if name == "memory_bytes" else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_bytes"):
        return _size(int(value))
    if name.endswith("_seconds"):
        return f"{value} s"
    if name.endswith("_ms"):
        return f"{value} ms"
    return f"{value:.1e}" if isinstance(value, float) else str(value)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"
