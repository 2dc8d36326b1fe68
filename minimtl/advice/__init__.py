"""Advice on a person's own texts: will joint training with other texts help, and did it.

May import: system, stats, text, nn, corpora, execution, study, meta, report.
"""

from minimtl.advice.advice import advise
from minimtl.advice.fit import fit_on_study
from minimtl.advice.forms import html_available, to_html, to_json, to_markdown, to_text
from minimtl.advice.metamodel import packaged_metamodel
from minimtl.advice.report import Report
from minimtl.advice.sets import TOKENIZERS, prepare, without_texts_of

__all__ = [
    "TOKENIZERS",
    "Report",
    "advise",
    "fit_on_study",
    "html_available",
    "packaged_metamodel",
    "prepare",
    "to_html",
    "to_json",
    "to_markdown",
    "to_text",
    "without_texts_of",
]
