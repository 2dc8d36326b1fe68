"""The two protocols of the study, ``paper`` and ``released``, as values of one data class.

`paper` follows the paper's text wherever it is explicit and the authors' released code where
the text is silent. `released` follows the released code, which produced the published numbers.
Nothing may ask a protocol for its name to decide what to do: every difference is a field.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Words = Literal["words", "whitespace", "nonword_split"]

# What a trained model depends on. The rest (how scores are read, features, the
# meta-analysis) may change without training anything anew.
_TRAINING_FIELDS = (
    "train_per_class",
    "train_per_task",
    "within_smaller_partition",
    "max_test",
    "equal_test",
    "max_features",
    "hidden_layer_sizes",
    "activation",
    "dropout",
    "hidden_init",
    "output_init_bound",
    "batch_size",
    "learning_rate",
    "beta1",
    "beta2",
    "eps",
    "epochs_single",
    "epochs_joint",
)


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Every decision of a study that is not the corpus, the problem or the seed.

    Attributes
    ----------
    name : what people call it; shown, never asked.
    train_per_class, train_per_task : training documents drawn, from each of the task's two
        topics or from their union; exactly one of the two is given.
    within_smaller_partition : draw from the first n of the task's shuffled training and test
        documents only, n the smaller of the task's two partitions.
    max_test : test documents of a task at most; None is no limit.
    equal_test : in joint runs, cut the test documents to the smaller of the tasks' counts.
    max_features : the vocabulary: so many most frequent terms of the training partition.
    hidden_layer_sizes, activation, dropout : the shared layers; dropout after each of them.
    hidden_init : how hidden weights start. Biases start at zero.
    output_init_bound : output weights start uniform in ± this.
    batch_size : documents of each task in one step.
    learning_rate, beta1, beta2, eps : Adam's.
    epochs_single, epochs_joint : passes over the (main) task's training documents.
    share_directions : one joint model serves both directions of a pair.
    score : what is read of the test documents' predictions.
    read_at : zero-based index of the epoch at which scores are read, single and joint.
    runs_related, runs_unrelated : default number of runs of each problem.
    label : `mean_gain`: a pair's gains and features are averaged over the runs, one
        meta-analysis; `each_run`: each run is a meta-analysis, their results averaged.
    gradient_window : number of epochs of the loss curve that fractions refer to.
    gradient_fractions : where in the window the loss curve's four gradients are taken.
    words_jsd, words_counts : tokens of the divergences, and of word counts and OOV rates.
    scaling : of each feature, over the pairs.
    meta_c, penalize_intercept : the meta-model's strength of L2 (as scikit-learn's C), and
        whether the intercept is shrunk too.
    cv_folds, cv_repeats : the meta-analysis' randomised cross-validation.
    meta_score : the score that stands for the meta-model in the tables.
    """

    name: str

    train_per_class: int | None
    train_per_task: int | None
    within_smaller_partition: bool
    max_test: int | None
    equal_test: bool

    max_features: int = 10_000
    hidden_layer_sizes: tuple[int, ...] = (100, 100)
    activation: Literal["sigmoid", "tanh", "relu"] = "sigmoid"
    dropout: float = 0.5
    hidden_init: Literal["glorot_uniform"] = "glorot_uniform"
    output_init_bound: float = 0.05
    batch_size: int = 32
    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    epochs_single: int = 150
    epochs_joint: int = 100
    share_directions: bool

    score: Literal["f1", "accuracy"]
    read_at: int
    runs_related: int = 5
    runs_unrelated: int
    label: Literal["mean_gain", "each_run"]

    gradient_window: int
    gradient_fractions: tuple[float, float, float, float] = (0.10, 0.25, 0.50, 0.75)
    words_jsd: Words
    words_counts: Words

    scaling: Literal["minmax", "standardise"]
    meta_c: float = 1.0
    penalize_intercept: bool
    cv_folds: int = 5
    cv_repeats: int = 100
    meta_score: Literal["f1", "accuracy"]

    def __post_init__(self) -> None:
        if (self.train_per_class is None) == (self.train_per_task is None):
            raise ValueError("give either train_per_class or train_per_task")
        if not 0 <= self.read_at < min(self.epochs_single, self.epochs_joint):
            raise ValueError(f"scores cannot be read at epoch index {self.read_at}")
        if self.gradient_window > self.epochs_single:
            raise ValueError("gradient_window is longer than the loss curve")

    @property
    def gradient_epochs(self) -> tuple[int, ...]:
        """Zero-based epochs of the gradients, ⌊p · window⌋."""
        # The margin keeps a product that is whole but for rounding from losing an epoch.
        return tuple(int(p * self.gradient_window + 1e-9) for p in self.gradient_fractions)

    def runs(self, problem: Literal["related", "unrelated"]) -> int:
        """Default number of runs of ``related`` or ``unrelated``."""
        return self.runs_related if problem == "related" else self.runs_unrelated

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values (tuples become lists)."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    def training_dict(self) -> dict[str, Any]:
        """The fields that a trained model depends on, as JSON values."""
        every = self.to_dict()
        return {key: every[key] for key in _TRAINING_FIELDS}


PAPER = Protocol(
    name="paper",
    train_per_class=200,
    train_per_task=None,
    within_smaller_partition=False,
    max_test=None,
    equal_test=False,
    share_directions=True,
    score="f1",
    read_at=99,
    runs_unrelated=5,
    label="mean_gain",
    gradient_window=150,
    words_jsd="words",
    words_counts="words",
    scaling="minmax",
    penalize_intercept=False,
    meta_score="f1",
)

RELEASED = Protocol(
    name="released",
    train_per_class=None,
    train_per_task=200,
    within_smaller_partition=True,
    max_test=700,
    equal_test=True,
    share_directions=False,
    score="accuracy",
    read_at=80,
    runs_unrelated=1,
    label="each_run",
    gradient_window=80,
    words_jsd="whitespace",
    words_counts="nonword_split",
    scaling="standardise",
    penalize_intercept=True,
    meta_score="accuracy",
)

PROTOCOLS: dict[str, Protocol] = {protocol.name: protocol for protocol in (PAPER, RELEASED)}
