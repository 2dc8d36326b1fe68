"""A Matplotlib figure as .svg and .png; the same drawing gives the same bytes.

No date, no random identifiers, no user's style. Matplotlib is an extra: ask `figures_available`
first.
"""

import importlib.util
import io
from pathlib import Path
from typing import Any

from minimtl.system import write_atomically

FIGURES_NOTE = (
    "Matplotlib is not installed, so there are no figures; "
    "pip install 'minimtl[figures]' adds them, and minimtl report draws them without training."
)
FIGURE_STYLE = {
    "svg.hashsalt": "minimtl",  # identifiers in the .svg follow from the drawing alone
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so that every machine has it
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "savefig.dpi": 200,
}


def figures_available() -> bool:
    """Whether Matplotlib can be imported; looks for it without loading it."""
    return importlib.util.find_spec("matplotlib") is not None


def save_figure(figure: Any, folder: Path, name: str) -> None:
    """Write ``name.svg`` and ``name.png``; the same drawing gives the same bytes."""
    for suffix, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix, metadata=metadata)
        write_atomically(folder / f"{name}.{suffix}", buffer.getvalue())
