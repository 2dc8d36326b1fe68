"""What stands under each figure."""

_FIGURE4 = (
    "Mean score on the test documents after each epoch, over all pairs and runs: single-task in "
    "blue with crosses, multi-task in orange with points, the paper's colours. Bands are 95 % "
    "t-intervals over the runs (one run has none), cut at the frame; the dashed line is where "
    "scores are read."
)
_FIGURE5 = (
    "Relative gain of each pair, under its main task; bars are 95 % t-intervals over the runs "
    "(one run has none). "
    "Orange points: multi-task learning was better; blue squares: single-task learning was; "
    "hollow where the interval contains 0."
)
CAPTIONS = {
    "figure4a": f"Figure 4a, RELATED. {_FIGURE4}",
    "figure4b": f"Figure 4b, UNRELATED. {_FIGURE4}",
    "figure5a": f"Figure 5a, sport against vehicles (rec). {_FIGURE5}",
    "figure5b": f"Figure 5b, systems against other computing (comp). {_FIGURE5}",
    "figure5c": f"Figure 5c, politics against religion (talk). {_FIGURE5}",
}
