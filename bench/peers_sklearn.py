"""The same network in scikit-learn, as near as it comes: single-task and without dropout."""

from sklearn.neural_network import MLPClassifier

from bench.ours import BATCH, SEED
from minimtl.nn.training import TaskData


class SklearnEpochs:
    """Training of one `MLPClassifier`, an epoch for each call; it shuffles as minimtl does.

    Without dropout and, with ``alpha=0``, without weight decay: what it computes beside the
    step minimtl makes is nothing, what it leaves out is the dropout.
    """

    def __init__(self, task: TaskData) -> None:
        self.task = task
        self.model = MLPClassifier(
            (100, 100), activation="logistic", alpha=0.0, batch_size=BATCH, random_state=SEED
        )

    def epoch(self) -> float:
        """One epoch; its mean loss."""
        self.model.partial_fit(self.task.X, self.task.y, classes=[0, 1])
        return float(self.model.loss_)
