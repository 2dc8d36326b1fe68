"""A training step, single and joint: minimtl, PyTorch in nine settings, scikit-learn, the floor."""

from bench.floor import Floor
from bench.harness import Contestant, Timings, interleave
from bench.ours import BATCH, EPOCHS, SEED, OurEpochs, active_words, several_epochs
from bench.rows import OURS, Row, missing_row, needs, timing_rows
from bench.settings import Settings
from minimtl.nn.training import TaskData

SECTION = "Training step"
WHATS = {1: "single task", 2: "two tasks jointly"}
FLOOR, SKLEARN, TORCH = "the floor", "scikit-learn MLPClassifier", "PyTorch"
ACTIVE = "PyTorch EmbeddingBag, fused Adam, active words only"
# The first steps make their deferred moves term by term, and rows never seen have none to make.
WARM_UP = 10


class SklearnEpochs:
    """Training of one `MLPClassifier`, an epoch for each call; it shuffles as minimtl does.

    It makes minimtl's step without the dropout; ``alpha=0`` is no weight decay.
    """

    def __init__(self, task: TaskData) -> None:
        from sklearn.neural_network import MLPClassifier

        self.task = task
        self.model = MLPClassifier(
            (100, 100), activation="logistic", alpha=0.0, batch_size=BATCH, random_state=SEED
        )

    def epoch(self) -> float:
        """One epoch; its mean loss."""
        self.continue_on(self.task)
        return float(self.model.loss_)

    def continue_on(self, task: TaskData) -> None:
        """One epoch on other documents."""
        self.model.partial_fit(task.X, task.y, classes=[0, 1])


def measure(settings: Settings) -> list[Row]:
    """Milliseconds of CPU per step, single and joint; a round is some epochs of each."""
    rows = []
    for n_tasks, what in WHATS.items():
        timings = time_epochs(settings.tasks(n_tasks), settings.choose(15, 2))
        rows += timing_rows(SECTION, what, timings)
        rows += missing_rows(what, n_tasks)
    return rows


def time_epochs(tasks: list[TaskData], rounds: int) -> Timings:
    """Timings per step of every contestant."""
    ours = OurEpochs(tasks)
    contestants: dict[str, Contestant] = {OURS: ours.epoch, FLOOR: Floor(ours).epoch}
    if len(tasks) == 1 and not needs("sklearn", "oracles"):
        contestants[SKLEARN] = SklearnEpochs(tasks[0]).epoch
    if not needs("torch", "oracles"):
        contestants |= torch_contestants(tasks)
    for _ in range(WARM_UP):
        ours.epoch()
    return interleave(several_epochs(contestants), rounds, units=ours.n_steps * EPOCHS)


def torch_contestants(tasks: list[TaskData]) -> dict[str, Contestant]:
    """PyTorch in every setting, and once with minimtl's own saving: the active words only."""
    from bench.peers_torch import ADAMS, INPUTS, TorchEpochs

    contestants: dict[str, Contestant] = {
        f"{TORCH} {document_input}, {adam} Adam": TorchEpochs(tasks, document_input, adam).epoch
        for document_input in INPUTS
        for adam in ADAMS
    }
    contestants[ACTIVE] = TorchEpochs(active_words(tasks)[0], "EmbeddingBag", "fused").epoch
    return contestants


def missing_rows(what: str, n_tasks: int) -> list[Row]:
    """Rows for the peers that are not installed."""
    peers = {TORCH: "torch"} | ({SKLEARN: "sklearn"} if n_tasks == 1 else {})
    reasons = {who: needs(package, "oracles") for who, package in peers.items()}
    return [missing_row(SECTION, what, who, why) for who, why in reasons.items() if why]
