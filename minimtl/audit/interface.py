"""What a reader of released results is, and what it finds."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from minimtl.audit.files import ReleasedFile
from minimtl.audit.finding import Finding
from minimtl.corpora import Corpus
from minimtl.report import Table


@dataclass(frozen=True)
class Audited:
    """What the audit of one study found.

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
    audit : reads these files in the archive's order, from the first one on. The corpus is the one
        that the study's tasks were made of, where a person gave it.
    """

    name: str
    layout: str
    pattern: re.Pattern[str]
    audit: Callable[[Iterator[ReleasedFile], Corpus | None], Audited]
