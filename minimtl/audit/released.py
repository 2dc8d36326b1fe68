"""A released study: its files, read one at a time and never unpacked, and what an audit finds.

What the files hold is untrusted: readers take text by `ascii_text`, numbers by `NUMBER`, and name
file and line of what they refuse by `bad_line`.

A printed number is held against the logs under one or more *readings*: what its label says, what
the authors' code computed, what the authors' own log files say.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from minimtl.corpora.archives import GZIP_MAGIC, members_of, starts_with
from minimtl.errors import MinimtlError
from minimtl.report.blocks import Block, Document, Folded, Grid, Items, Paragraph
from minimtl.report.csvfile import Table, to_csv
from minimtl.report.wording import counted

# A repository's archive has one folder around everything; patterns of files begin with this.
TOP = r"(?:\./)?(?:[\w.-]+/)?"
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"  # as logs print it; never "nan" or "inf"


AS_PRINTED = "as labelled"
AS_COMPUTED = "as computed"
AS_LOGGED = "authors' log"

AGREES = "agrees"
DIFFERS = "differs"
INCOMPLETE = "incomplete"
MISSING = "missing"
FOUND = "found"

EXPLANATION = f"""\
Each printed number stands beside what the released logs give for it, under one or more readings:
“{AS_PRINTED}” takes its label or the text at its word, “{AS_COMPUTED}” is what the authors' code
did, and “{AS_LOGGED}” is what their own file of results says. “{AGREES}” and “{DIFFERS}” refer to
all printed digits. “{INCOMPLETE}”: the printed number is a mean over experiments that are not all
here, so it cannot be decided. “{FOUND}”: not printed, but in the logs. “{MISSING}”: not
there."""
_HEAD = ("problem", "item", "reading", "printed", "derived", "from", "verdict", "reason")


class ReleasedFile(NamedTuple):
    """A file that a reader of released results asked for.

    Attributes
    ----------
    file : its name in full, for messages.
    parts : what the groups of the reader's pattern found in its name.
    content : its bytes.
    """

    file: str
    parts: dict[str, str | None]
    content: bytes


class Judgement(NamedTuple):
    """The judgement of a printed number: if it agrees, and why where that is not plain."""

    verdict: str
    remark: str = ""


@dataclass(frozen=True)
class Finding:
    """A number from the logs, maybe held against one in print; the columns of ``audit.csv``.

    Attributes
    ----------
    table, problem, item : where the number is printed.
    reading : how the printed number is understood; empty where nothing is printed.
    printed : the number in print, NaN where there is none.
    derived : from the logs, NaN if they do not have it.
    experiments : names of the runs that it is derived from.
    reason : what `derived` is, and why the verdict is what it is, where that is not plain.
    """

    table: str
    problem: str
    item: str
    reading: str = ""
    printed: float = math.nan
    derived: float = math.nan
    experiments: str = ""
    verdict: str = FOUND
    reason: str = ""

    def against(self, reading: str, printed: float, judgement: Judgement) -> "Finding":
        """The finding held against what is printed, so understood and judged."""
        reason = "; ".join(filter(None, (self.reason, judgement.remark)))
        return replace(
            self, reading=reading, printed=printed, verdict=judgement.verdict, reason=reason
        )


class Part(NamedTuple):
    """Findings on one subject, and the sentences that matter most of them."""

    findings: Sequence[Finding] = ()
    lines: Sequence[str] = ()


def joined(parts: Sequence[Part]) -> Part:
    """All findings, and all lines, of several parts."""
    return Part(
        [finding for part in parts for finding in part.findings],
        [line for part in parts for line in part.lines],
    )


def one_sentence(parts: Sequence[Part], opening: str = "") -> Part:
    """All findings of several parts, and their lines as one sentence if there are any."""
    findings, lines = joined(parts)
    return Part(findings, [f"{opening}{'; '.join(lines)}."] if lines else [])


@dataclass(frozen=True)
class Audited:
    """The audit of one study.

    Attributes
    ----------
    title : of the page.
    read : what of the study was there, one entry each.
    lines : the sentences that matter, most important first.
    findings : every comparison.
    pairs : tables with a row a pair (and run), for ``minimtl meta``: columns ``main``, ``aux``,
        ``gain``, maybe ``run``, ``main_group`` and ``aux_group``, and the features. Each is
        written to a file of its name.
    """

    title: str
    read: Sequence[str]
    lines: Sequence[str]
    findings: Sequence[Finding]
    pairs: Sequence[Table]


@dataclass(frozen=True)
class ReleasedStudy:
    """A study whose released results can be audited.

    Attributes
    ----------
    name : authors and year, in short.
    layout : what its archive holds, in words, for messages.
    pattern : matches the whole name of every file that is read, and of no file of another study.
    audit : reads these files in the archive's order.
    """

    name: str
    layout: str
    pattern: re.Pattern[str]
    audit: Callable[[Iterator[ReleasedFile]], Audited]


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of `path`, a folder or a ``.tar.gz``.

    MinimtlError is raised if `path` does not exist or is damaged, holds links or devices, or is far
    larger than released logs are (see `minimtl.corpora.archives`).
    """
    if not path.exists():
        raise MinimtlError(f"{path} does not exist; give the released logs, a folder or .tar.gz.")
    if path.is_file() and not starts_with(path, GZIP_MAGIC):
        raise MinimtlError(f"{path} is no .tar.gz; give the released logs, a folder or .tar.gz.")
    yield from members_of(path)


def released_files(
    path: str | os.PathLike[str], pattern: re.Pattern[str]
) -> Iterator[ReleasedFile]:
    """The files of `path` whose whole name matches the pattern; raises as `members`."""
    for name, content in members(Path(path)):
        if match := pattern.fullmatch(name):
            yield ReleasedFile(f"{Path(path) / name}", match.groupdict(), content)


def damaged(what: str) -> MinimtlError:
    """The error for results that are not what their reader expects, and the remedy."""
    return MinimtlError(f"{what}; take a whole copy of the released logs.")


def bad_line(file: str, number: int, what: str) -> MinimtlError:
    """The error for a line of a log."""
    return damaged(f"{file}, line {number}: {what}")


def ascii_text(content: bytes, file: str) -> str:
    """The text in `content`; MinimtlError with the line of `file` where it is not ASCII."""
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise bad_line(file, line, "holds bytes that are no text") from None


def text_lines(content: bytes, file: str) -> list[str]:
    """The lines of the text in `content`; MinimtlError if it is not ASCII or has none."""
    lines = ascii_text(content, file).splitlines()
    if not lines:
        raise damaged(f"{file} is empty")
    return lines


def judge(agrees: bool) -> Judgement:
    """The judgement of a comparison that speaks for itself."""
    return Judgement(AGREES if agrees else DIFFERS)


def by_digits(printed: float, derived: float, digits: int) -> Judgement:
    """The judgement of a number that is printed to `digits` places, rounded or cut."""
    unit = 10.0**-digits
    # A ten-thousandth of the last digit: the rounding error of sums must not decide.
    if abs(printed - derived) <= 0.5001 * unit:
        return Judgement(AGREES)

    cut = math.trunc(derived / unit + math.copysign(1e-9, derived)) * unit
    if abs(printed - cut) < 1e-9:
        return Judgement(AGREES, "printed cut, not rounded")
    return Judgement(DIFFERS)


def tally(findings: Sequence[Finding]) -> str:
    """The number of findings that agree, of how many that could be decided."""
    verdicts = Counter(finding.verdict for finding in findings)
    return f"{verdicts[AGREES]} of {verdicts[AGREES] + verdicts[DIFFERS]}"


def undecided(findings: Sequence[Finding]) -> str:
    """A remark on numbers that cannot be decided, empty if there is none."""
    n = sum(finding.verdict == INCOMPLETE for finding in findings)
    return f" ({n} cannot be decided, as experiments are missing)" if n else ""


def audit_csv(findings: Sequence[Finding]) -> bytes:
    """The findings as CSV with a header; an absent number is an empty cell."""
    return to_csv(Table("audit", [dict(vars(finding)) for finding in findings]))


def audit_document(audited: Audited) -> Document:
    """The page: the lines that matter, and folded below them all that they were taken from."""
    verdicts = Counter(finding.verdict for finding in audited.findings)
    read = (
        f"Read: {'; '.join(audited.read)}. {counted(len(audited.findings), 'finding')}: "
        f"{verdicts[AGREES]} agree, {verdicts[DIFFERS]} differ, {verdicts[INCOMPLETE]} cannot be "
        f"decided, {verdicts[FOUND]} are in the logs but not in print, {verdicts[MISSING]} are "
        "missing."
    )

    blocks: list[Block] = [Items(tuple(audited.lines)), Paragraph(read), Paragraph(EXPLANATION)]
    for table in dict.fromkeys(finding.table for finding in audited.findings):
        findings = [finding for finding in audited.findings if finding.table == table]
        n_differing = sum(finding.verdict == DIFFERS for finding in findings)
        differing = f", {n_differing} differ" if n_differing else ""
        heading = f"{table[0].upper()}{table[1:]} ({len(findings)}{differing})"
        blocks.append(Folded(heading, (Grid(_HEAD, tuple(map(_cells, findings)), n_labels=2),)))
    return Document(audited.title, warnings=(), answer=(), blocks=tuple(blocks))


def _cells(finding: Finding) -> tuple[str, ...]:
    _, problem, item, reading, printed, derived, *rest = vars(finding).values()
    shown = "" if math.isnan(printed) else f"{printed:.6g}"
    return problem, item, reading, shown, _short(derived), *rest


def _short(value: float) -> str:
    """The derived number to one digit more than any table prints."""
    if math.isnan(value):
        return ""
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) >= 0.001 else f"{value:.1e}"
