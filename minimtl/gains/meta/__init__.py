"""Can gains be predicted: designs of folds, the meta-model, its scores and their intervals."""
