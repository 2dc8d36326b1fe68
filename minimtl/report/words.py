"""What the page calls the things that tables and protocols name by identifiers."""

SCORE_NAMES = {"f1": "F1", "accuracy": "accuracy"}
SET_NAMES = {
    "all": "all features",
    "no_curve": "all but curve features",
    "only_curve": "curve features only",
    "only_ratio": "ratio features only",
    "no_ratio": "all but ratio features",
}
DESIGN_NAMES = {
    "in_fold": "random folds, scaled inside",
    "by_task": "main tasks held out",
    "by_topic": "topics held out",
}
