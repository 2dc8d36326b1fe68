"""``tune.csv`` and ``tune.md``: every setting's scores, and where the paper's stands."""

from collections.abc import Sequence

import numpy as np

from minimtl.report import Row, Table, signed
from minimtl.tune.choice import Tuning
from minimtl.tune.data import HELD_OUT, N_FOLDS
from minimtl.tune.fits import PER_CLASS
from minimtl.tune.grid import PAPERS

_METHOD = f"""\
One network for each domain and fold tells positive from negative reviews: {PER_CLASS} training
reviews of each class, TF-IDF of the 10,000 most frequent unigrams, everything else as in the
study's `paper` protocol, scores read after 100 epochs. A sixth of each domain is held out, the
rest is divided into {N_FOLDS} folds, the same for all settings. The setting with the highest mean
F1 over domains and folds is chosen. Differences are paired by domain and fold; their 95 %
intervals and p-values are corrected for the folds' common training reviews (Nadeau & Bengio 2003).
The chosen setting is the best of {{n}}, and so a little flattered in them; "held out" is what
all settings score on reviews that had no part in the choice."""


def table(tuning: Tuning) -> Table:
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


def finding(tuning: Tuning) -> str:
    """What was chosen and where the paper's setting stands, in one or two sentences."""
    said = (
        f"Chosen of {len(tuning.settings)} settings: **{tuning.settings[tuning.chosen]}** (mean F1 "
        f"{tuning.cv_f1[tuning.chosen]:.3f}); {_equals(tuning)}."
    )
    if PAPERS not in tuning.settings:
        return said
    if tuning.papers == tuning.chosen:
        return f"{said} It is what the paper settled on."
    difference = tuning.difference(tuning.papers)
    verdict = (
        "which is worse" if difference.high < 0 else "which cannot be told from the chosen one"
    )
    return (
        f"{said} The paper's 2 × 100 has {tuning.cv_f1[tuning.papers]:.3f}, "
        f"{signed(difference.mean)} [{signed(difference.low)}, {signed(difference.high)}], "
        f"{verdict}."
    )


def _equals(tuning: Tuning) -> str:
    equal, others = len(tuning.equals()) - 1, len(tuning.settings) - 1
    if equal == others:
        return f"none of the other {others} can be told from it"
    return f"{equal} of the other {others} cannot be told from it"


def markdown(tuning: Tuning, source: str, figure: str) -> str:
    """``tune.md``; `figure` is the file's name, or a sentence where there is none."""
    order = np.argsort(-tuning.cv_f1, kind="stable")
    drawn = f"![F1 of each setting]({figure})" if figure.endswith(".png") else figure
    parts = [
        "# Hidden layers and their size, tuned on Amazon reviews",
        finding(tuning),
        "\n".join(_lines(tuning, order.tolist())),
        drawn,
        _METHOD.format(n=len(tuning.settings)),
        f"Reviews: {source}, {len(tuning.domains)} domains: {', '.join(tuning.domains)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _lines(tuning: Tuning, order: Sequence[int]) -> list[str]:
    """The table, best first."""
    head = (
        "layers × size",
        "F1",
        *tuning.domains,
        "from the chosen",
        "p",
        "held out F1",
        "s a fit",
    )
    lines = [head, ("---",) * len(head)]
    for number in order:
        row, difference = _row(tuning, number), tuning.difference(number)
        from_chosen = (
            "–"
            if number == tuning.chosen
            else f"{signed(difference.mean)} [{signed(difference.low)}, {signed(difference.high)}]"
        )
        lines.append(
            (
                f"**{tuning.settings[number]}**"
                if number == tuning.chosen
                else f"{tuning.settings[number]}",
                f"{row['f1']:.3f}",
                *(f"{row[f'f1_{domain}']:.3f}" for domain in tuning.domains),
                from_chosen,
                "–" if number == tuning.chosen else f"{row['p_value']:.2g}",
                f"{row['held_out_f1']:.3f}",
                f"{row['seconds']:.1f}",
            )
        )
    return ["| " + " | ".join(line) + " |" for line in lines]
