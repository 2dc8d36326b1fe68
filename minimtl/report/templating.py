"""What renders the templates of `minimtl.explain`, by Jinja2, an extra: ask first."""

import importlib.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def page_available() -> bool:
    """Whether Jinja2 can be imported; looks for it without loading it."""
    return importlib.util.find_spec("jinja2") is not None


def page_environment(package: str) -> "Environment":
    """What renders the templates of a package: everything is escaped, nothing is undefined."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        autoescape=True,
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
