"""Which packages are installed, and what the missing ones would add."""

from importlib import import_module

from minimtl.cli.diagnosis.section import Section
from minimtl.system import installed_version

REQUIRED = ("numpy", "scipy", "numba", "llvmlite")
# By the names of setup.cfg: the packages of each extra, and what it adds.
EXTRAS = {
    "figures": (("matplotlib",), "figures 4 and 5"),
    "page": (("jinja2",), "the page report.html"),
    "notebook": (("nbformat",), "the notebook explain.ipynb"),
    "progress": (("tqdm",), "a progress bar with the remaining time"),
    "dask": (("distributed",), "studies on a Dask cluster"),
    "mpi": (("mpi4py",), "studies under MPI"),
}


def fill_packages(section: Section) -> None:
    """Versions; the required packages are imported too, because an installed one may be broken."""
    for package in REQUIRED:
        installed = installed_version(package)
        if package in ("numba", "llvmlite") and installed is None:
            section.facts[package] = "missing; NumPy trains in its place, some ten times slower"
            continue
        section.facts[package] = installed or "missing"
        try:
            import_module(package)
        # An extension module may raise anything while it is loaded.
        except Exception as error:
            section.broken.append(
                f"{package} cannot be imported ({type(error).__name__}: {error}); install it "
                f"again with 'pip install --force-reinstall {package}'."
            )
    for extra, (packages, adds) in EXTRAS.items():
        for package in packages:
            section.facts[package] = installed_version(package) or (
                f"missing; 'pip install minimtl[{extra}]' adds {adds}"
            )
