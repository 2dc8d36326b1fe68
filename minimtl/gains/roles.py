"""Which column of a table is what: named by the user, or guessed from the names of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minimtl.errors import MinimtlError

# What columns are called in published tables, the surest name first; letters' case is ignored.
_NAMES = {
    "main": ("main", "main_task", "target", "target_task", "primary", "primary_task", "task"),
    "aux": ("aux", "aux_task", "auxiliary", "auxiliary_task", "source", "source_task", "helper"),
    "gain": (
        "gain",
        "gains",
        "improvement",
        "transfer",
        "delta",
        "relative_gain",
        "improved",
        "label",
    ),
    "run": ("run", "seed", "repeat", "repetition", "trial"),
    "main_group": ("main_group", "target_group"),
    "aux_group": ("aux_group", "source_group"),
}
_NEEDED = {"main": "main task", "aux": "auxiliary task", "gain": "gain"}
_STUDY = ("main_positive", "aux_positive")
_SHOWN = 12  # columns in a message


def names_a_gain(column: str) -> bool:
    """Whether a column's name is one of the gain's or of a label of it."""
    return column.strip().lower() in _NAMES["gain"]


@dataclass(frozen=True)
class Roles:
    """The column of each role, None where there is none, or where it is to be guessed.

    ``features`` is None for all numeric columns that have no other role; ``sets`` are features by
    the name of their set.
    """

    main: str | None = None
    aux: str | None = None
    gain: str | None = None
    run: str | None = None
    main_group: str | None = None
    aux_group: str | None = None
    features: Sequence[str] | None = None
    sets: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """The column of each role that has one."""
        each = {role: getattr(self, role) for role in _NAMES}
        return {role: column for role, column in each.items() if column is not None}


def assign_roles(asked: Roles, header: Sequence[str], source: str) -> tuple[Roles, list[str]]:
    """The roles of a table's columns, and what was guessed, in sentences.

    Raises
    ------
    MinimtlError
        If a named column is not there, a column has two roles, or one that is needed is neither
        named nor to be guessed.
    """
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise MinimtlError(f"{source} has two columns {twice!r}; rename one of them.")
    used = asked.columns
    for column in used.values():
        _check_there(column, header, source)
        if list(used.values()).count(column) > 1:
            raise MinimtlError(f"The column {column!r} of {source} has two roles; name another.")
    free = {name.strip().lower(): name for name in header if name not in used.values()}
    taken = {column for named in (asked.features or (), *asked.sets.values()) for column in named}
    guessed = {}
    for role, names in _NAMES.items():
        known = [free[name] for name in names if name in free and free[name] not in taken]
        if role not in used and known:
            guessed[role] = known[0]
            del free[known[0].strip().lower()]
    roles = Roles(**{**used, **guessed}, features=asked.features, sets=asked.sets)
    _check_needed(roles, header, source)
    _check_features(roles, header, source)
    notes = [f"{role.replace('_', ' ')}: {column}" for role, column in guessed.items()]
    return roles, [f"Columns taken by their names: {', '.join(notes)}."] if notes else []


def _check_needed(roles: Roles, header: Sequence[str], source: str) -> None:
    for role, meaning in _NEEDED.items():
        if getattr(roles, role) is None:
            if set(_STUDY) <= set(header):
                raise MinimtlError(f"{source} is a table of a study; give the study's folder.")
            if not header[0].strip():
                raise MinimtlError(
                    f"{source} has no name for its first column; add one, or give --matrix if the "
                    "table has a row a main task and a column an auxiliary task."
                )
            shown = ", ".join(header[:_SHOWN]) + (", …" if len(header) > _SHOWN else "")
            raise MinimtlError(
                f"{source} has no column that is known to hold the {meaning}; name it with "
                f"--{role} (columns: {shown})."
            )


def _check_features(roles: Roles, header: Sequence[str], source: str) -> None:
    features = roles.features
    for column in features or ():
        _check_there(column, header, source)
    for name, columns in roles.sets.items():
        for column in columns:
            _check_there(column, header, source)
            if features is not None and column not in features:
                raise MinimtlError(
                    f"The set {name!r} has {column!r}, which is not among --features; add it there."
                )
    used = set(roles.columns.values())
    both = next((c for c in (features or ()) if c in used), None)
    if both is not None:
        raise MinimtlError(f"The column {both!r} of {source} has a role and is a feature as well.")


def _check_there(column: str, header: Sequence[str], source: str) -> None:
    if column not in header:
        shown = ", ".join(header[:_SHOWN]) + (", …" if len(header) > _SHOWN else "")
        raise MinimtlError(f"{source} has no column {column!r}; its columns are {shown}.")
