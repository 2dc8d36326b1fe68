"""What a prediction of the gain would be worth, by a finished study's own measure.

Advice has no prediction: by the full study of 20 Newsgroups it is no better than a guess on pairs
of tasks that share nothing with those learned from, as a person's own texts do not. This module
reads the same from any study.
"""

import csv
from pathlib import Path

from minimtl.errors import MinimtlError

_ERROR = 0.05
_COIN = 0.5  # accuracy of a coin, and the probability whose Brier score is a quarter


def worth_of_prediction(folder: Path) -> str:
    """A sentence from the study's ``table2.csv``: all features, on pairs of unseen subclasses.

    UNRELATED is taken if the study has it, as it has more pairs. A guess is the better one of a
    coin and of always answering the share of gains among the pairs learned from.

    Raises
    ------
    MinimtlError
        If there is no such table, or it lacks the row or a number.
    """
    path = folder / "table2.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = {row["problem"]: row for row in csv.DictReader(file) if row["features"] == "all"}
        problem = "unrelated" if "unrelated" in rows else "related"
        accuracy, majority, brier, majority_brier, p = (
            float(rows[problem][f"{name}_groups_unseen"])
            for name in ("accuracy", "majority_accuracy", "brier", "majority_brier", "p_holm")
        )
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        raise MinimtlError(
            f"{path} is missing, or not as a study wrote it; give the folder of a finished study, "
            f"or run minimtl report {folder}."
        ) from None
    guess = max(majority, _COIN)
    guess_brier = min(majority_brier, _COIN**2)
    is_better = accuracy > guess and brier < guess_brier and p < _ERROR
    end = (
        "That is better than a guess; the scores measured on your texts say more, and count alone."
        if is_better
        else "That is no better than a guess, so no prediction is given."
    )
    return (
        f"By the study in {folder.name}, a prediction of the gain is right for {accuracy:.0%} of "
        f"{problem.upper()} pairs that share nothing with those it learned from (a guess: "
        f"{guess:.0%}), with a Brier score of {brier:.3f} (a guess: {guess_brier:.3f}). {end}"
    )
