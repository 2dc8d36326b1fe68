"""What a person can choose about advice."""

from dataclasses import dataclass

from minimtl.advice.tokenizers import AUTO, FEATURES, TOKENIZERS
from minimtl.advice.trials import N_FOLDS
from minimtl.estimator import check_real, check_whole

RUNS = 20
PER_CLASS = 500
MARGIN = 0.02
QUICK_RUNS = N_FOLDS
QUICK_PER_CLASS = 100


@dataclass(frozen=True)
class Settings:
    """How advice is measured.

    Attributes
    ----------
    runs : trainings of each way, 2 at least; whole rounds are made, each of 5 runs, or of 1 with a
        test part of its own.
    per_class : at most so many texts of a class does a network learn from in a run, and a
        regression from ten times as many.
    margin : differences of the score up to this do not matter.
    tokenizer : one of `TOKENIZERS`, or `AUTO`; `FEATURES` where sets hold no texts.
    seed : of the folds, the draws and the networks.
    all_pairs : whether to measure each set's gain with each other set.
    is_quick : whether this was asked for as a quick look; a word in the output.

    Raises
    ------
    TypeError, ValueError
        If one is no number, or out of range.
    """

    runs: int = RUNS
    per_class: int = PER_CLASS
    margin: float = MARGIN
    tokenizer: str = AUTO
    seed: int = 0
    all_pairs: bool = False
    is_quick: bool = False

    def __post_init__(self) -> None:
        for name in ("runs", "per_class", "seed"):
            object.__setattr__(self, name, check_whole(name, getattr(self, name)))
        object.__setattr__(self, "margin", check_real("margin", self.margin))
        if self.runs < 2 or self.per_class < 1:
            raise ValueError(
                "runs must be at least 2 and per_class at least 1; "
                f"got {self.runs} and {self.per_class}."
            )
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin must lie in [0, 1); got {self.margin}.")
        if self.tokenizer not in (AUTO, FEATURES, *TOKENIZERS):
            raise ValueError(
                f"tokenizer must be one of {', '.join((AUTO, *TOKENIZERS))}; "
                f"got {self.tokenizer!r}."
            )
