"""The cache folder, the working folder, and the corpora on this machine."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from minimtl.cli.diagnosis.section import Section
from minimtl.corpora import AMAZON, EDITIONS
from minimtl.errors import MinimtlError
from minimtl.system import cache_dir

# A RELATED study with its figures takes a few megabytes; below this a run is at risk.
LITTLE_SPACE = 64 << 20


def fill_places(section: Section) -> None:
    """Where minimtl writes: can it, and is there room."""
    folder = cache_dir()
    section.facts["cache"] = str(folder)
    section.facts["cache_size_bytes"] = sum(_sizes(folder))
    section.facts["cache_writable"] = _is_writable(folder)
    if not section.facts["cache_writable"]:
        section.notes.append(
            f"The cache folder {folder} cannot be written, so corpora and kernels are not kept; "
            "set MINIMTL_CACHE to a folder that can."
        )
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    section.facts["here"] = str(here)
    section.facts["here_free_bytes"] = free
    section.facts["here_writable"] = _is_writable(here)
    if not section.facts["here_writable"] or free < LITTLE_SPACE:
        section.notes.append(
            f"{here} cannot hold the results of a study; give a folder with more room as --out."
        )


def _sizes(folder: Path) -> Iterator[int]:
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(top, name)).st_size
            except OSError:  # another process has removed it
                continue


def _is_writable(folder: Path) -> bool:
    """Whether a file can be written in `folder`, or in the first above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError:
        return False
    return True


def fill_corpora(section: Section) -> None:
    """The published files that are here, checked; nothing is fetched."""
    provided = os.environ.get("MINIMTL_DATA")
    section.facts["MINIMTL_DATA"] = provided
    folders = {"cache": cache_dir(), **({"MINIMTL_DATA": Path(provided)} if provided else {})}
    for edition in (*EDITIONS, AMAZON):
        places = folders if edition.folder is None else {"minimtl": edition.folder}
        for place, folder in places.items():
            path = folder / edition.file_name
            if place != "minimtl" and not path.is_file():
                continue
            name = f"{edition.name} in {place}"
            try:
                section.facts[name] = edition.check(path)
            except MinimtlError as error:
                section.facts[name] = "damaged"
                # What is in the cache is passed over; every other file is taken.
                (section.notes if place == "cache" else section.broken).append(str(error))
