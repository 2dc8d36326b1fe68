"""The diagnosis as text of one screen, and as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from minimtl.diagnosis.section import Section, Value


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
