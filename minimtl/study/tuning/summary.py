"""``tune.csv`` and ``tune.md``: every setting's scores, and how the paper's setting compares."""

import numpy as np

from minimtl.report import Row, Table, pipe_table, signed
from minimtl.stats import PairedComparison
from minimtl.study.tuning.choice import Tuning
from minimtl.study.tuning.data import HELD_OUT, N_FOLDS
from minimtl.study.tuning.fits import PER_CLASS
from minimtl.study.tuning.grid import PAPERS

_METHOD = f"""\
One network for each domain and fold tells positive from negative reviews: {PER_CLASS} training
reviews of each class, TF-IDF of the 10,000 most frequent unigrams, everything else as in the
study's `paper` protocol, scores read after 100 epochs. A sixth of each domain is held out, the
rest is divided into {N_FOLDS} folds, the same for all settings. The setting with the highest mean
F1 over domains and folds is chosen. Differences are paired by domain and fold; their 95 %
intervals and p-values are corrected for the folds' common training reviews (Nadeau & Bengio 2003).
The chosen setting is the best of {{n}}, and so a little flattered in them; "held out" is what
all settings score on reviews that had no part in the choice."""


def tuning_table(tuning: Tuning) -> Table:
    """One row a setting, in the order of the grid."""
    return Table("tune", [_row(tuning, number) for number in range(len(tuning.settings))])


def _row(tuning: Tuning, number: int) -> Row:
    difference = tuning.difference(number)
    of_domain = tuning.f1[number, :, :HELD_OUT].mean(axis=1)
    return {
        **tuning.settings[number]._asdict(),
        "f1": float(tuning.cv_f1[number]),
        "accuracy": float(tuning.accuracy[number, :, :HELD_OUT].mean()),
        "difference": difference.mean,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "p_value": difference.p_value,
        "chosen": int(number == tuning.chosen),
        "held_out_f1": float(tuning.f1[number, :, HELD_OUT].mean()),
        "held_out_accuracy": float(tuning.accuracy[number, :, HELD_OUT].mean()),
        **{f"f1_{d}": float(f) for d, f in zip(tuning.domains, of_domain, strict=True)},
        "seconds": float(tuning.seconds[number]),
    }


def tuning_finding(tuning: Tuning) -> str:
    """What was chosen, and how the paper's setting compares, in one or two sentences."""
    n_others = len(tuning.settings) - 1
    n_equal = len(tuning.equals()) - 1
    if n_equal == n_others:
        others = f"none of the other {n_others} is significantly worse"
    else:
        verb = "is" if n_equal == 1 else "are"
        others = f"{n_equal} of the other {n_others} {verb} not significantly worse"
    chosen = (
        f"Chosen of {len(tuning.settings)} settings: **{tuning.settings[tuning.chosen]}** (mean F1 "
        f"{tuning.cv_f1[tuning.chosen]:.3f}); {others}."
    )
    if PAPERS not in tuning.settings:
        return chosen
    if tuning.papers == tuning.chosen:
        return f"{chosen} It is what the paper settled on."
    difference = tuning.difference(tuning.papers)
    verdict = "significantly worse" if difference.high < 0 else "not significantly worse"
    return (
        f"{chosen} The paper's 2 × 100 has {tuning.cv_f1[tuning.papers]:.3f}, "
        f"{_with_interval(difference)}, which is {verdict}."
    )


def _with_interval(difference: PairedComparison) -> str:
    return f"{signed(difference.mean)} [{signed(difference.low)}, {signed(difference.high)}]"


def tuning_markdown(tuning: Tuning, source: str, figure: str) -> str:
    """``tune.md``; `figure` is the file's name, or a sentence where there is none."""
    order = np.argsort(-tuning.cv_f1, kind="stable").tolist()
    scores = ("F1", *tuning.domains)
    header = ("layers × size", *scores, "from the chosen", "p", "held out F1", "s a fit")
    parts = [
        "# Hidden layers and their size, tuned on Amazon reviews",
        tuning_finding(tuning),
        pipe_table(header, [_cells(tuning, number) for number in order]),
        f"![F1 of each setting]({figure})" if figure.endswith(".png") else figure,
        _METHOD.format(n=len(tuning.settings)),
        f"Reviews: {source}, {len(tuning.domains)} domains: {', '.join(tuning.domains)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _cells(tuning: Tuning, number: int) -> list[str]:
    """A line of the table."""
    row = _row(tuning, number)
    name = str(tuning.settings[number])
    compared = [_with_interval(tuning.difference(number)), f"{row['p_value']:.2g}"]
    if number == tuning.chosen:
        name = f"**{name}**"
        compared = ["–", "–"]
    scores = [f"{row[column]:.3f}" for column in ("f1", *(f"f1_{d}" for d in tuning.domains))]
    return [name, *scores, *compared, f"{row['held_out_f1']:.3f}", f"{row['seconds']:.1f}"]
