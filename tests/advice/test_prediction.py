"""What a study says of predictions."""

import pytest

from minimtl.advice.prediction import worth_of_prediction
from minimtl.errors import MinimtlError

HEAD = (
    "problem,features,accuracy_groups_unseen,majority_accuracy_groups_unseen,"
    "brier_groups_unseen,majority_brier_groups_unseen,p_holm_groups_unseen\n"
)


def table(tmp_path, *rows):
    (tmp_path / "table2.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return tmp_path


def test_no_better_than_a_guess(tmp_path):
    folder = table(
        tmp_path,
        "related,all,0.9,0.5,0.1,0.25,0.001",
        "unrelated,only_curve,0.9,0.5,0.1,0.25,0.001",
        "unrelated,all,0.543,0.44,0.302,0.2755,1",
    )
    sentence = worth_of_prediction(folder)
    assert "right for 54% of UNRELATED pairs" in sentence
    assert "(a guess: 50%), with a Brier score of 0.302 (a guess: 0.250)" in sentence
    assert sentence.endswith("no better than a guess, so no prediction is given.")


@pytest.mark.parametrize(
    ("row", "is_better"),
    [
        ("related,all,0.8,0.6,0.15,0.22,0.01", True),
        ("related,all,0.8,0.6,0.15,0.22,0.06", False),  # perhaps by chance
        ("related,all,0.8,0.6,0.23,0.22,0.01", False),  # badly calibrated
        ("related,all,0.6,0.65,0.15,0.22,0.01", False),
    ],
)
def test_better_in_every_respect_or_not(tmp_path, row, is_better):
    assert ("better than a guess; the scores" in worth_of_prediction(table(tmp_path, row))) == (
        is_better
    )


@pytest.mark.parametrize("rows", [(), ("related,all,x,0.6,0.15,0.22,0.01",), ("related,all,0.8",)])
def test_tables_that_do_not_say(tmp_path, rows):
    with pytest.raises(MinimtlError, match=r"table2\.csv is missing, or not as a study wrote it"):
        worth_of_prediction(table(tmp_path, *rows))
    with pytest.raises(MinimtlError, match="is missing"):
        worth_of_prediction(tmp_path / "none")
