"""The two protocols of the study, ``paper`` and ``released``, as values of one data class.

`paper` follows the paper's text wherever it is explicit and the authors' released code where
the text is silent. `released` follows the released code, which produced the published numbers.
Nothing may ask a protocol for its name to decide what to do: every difference is a field.

The fields are grouped by what depends on them, and a function takes the group that it needs.
Documents, models and their curves depend on `Sampling`, `Model` and `TrainingSettings`; what is
read of them on `Reading`; the meta-analysis on `Meta`. A field's plain name is unique over all
groups.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple

Words = Literal["words", "whitespace", "nonword_split"]
ProblemName = Literal["related", "unrelated"]
FeatureChoice = Literal["code", "text"]
Score = Literal["f1", "f1_negative", "macro_f1", "accuracy", "log_loss"]

# Training documents of a task by the paper's text: the yardstick of equal updates and documents.
STANDARD_DOCUMENTS = 400


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """The documents that a task trains and is tested on.

    Attributes
    ----------
    train_per_class, train_per_task : training documents drawn, from each of the task's two
        topics or from their union; exactly one of the two is given.
    within_smaller_partition : draw from the first n of the task's shuffled training and test
        documents only, n the smaller of the task's two partitions.
    max_test : test documents of a task at most; None is no limit.
    equal_test : in joint runs, cut the test documents to the smaller of the tasks' counts.
    allow_fewer : take all the training documents that there are where the corpus has fewer than
        are asked for; without it that is an error.
    aux_times : so many times as many training documents of the auxiliary task of a joint model.
    validation_share : of each class's drawn training documents, the share that is held out of
        training to choose the epoch at which scores are read.
    """

    train_per_class: int | None
    train_per_task: int | None
    within_smaller_partition: bool
    max_test: int | None
    equal_test: bool
    allow_fewer: bool = False
    aux_times: float = 1.0
    validation_share: float = 0.0

    @property
    def n_train(self) -> int:
        """Training documents of a task, where its topics have that many."""
        return self.train_per_task or 2 * (self.train_per_class or 0)


@dataclass(frozen=True, kw_only=True)
class Model:
    """The network and its input. Hidden weights start Glorot-uniform, biases at zero.

    Attributes
    ----------
    max_features : the vocabulary: so many most frequent terms of the training partition.
    hidden_layer_sizes, activation, dropout : the shared layers; dropout after each of them.
    output_init_bound : output weights start uniform in ± this.
    posts : `whole` ones, with header, footer and quotations, or `stripped` ones without.
    """

    max_features: int = 10_000
    hidden_layer_sizes: tuple[int, ...] = (100, 100)
    activation: Literal["sigmoid", "tanh", "relu"] = "sigmoid"
    dropout: float = 0.5
    output_init_bound: float = 0.05
    posts: Literal["stripped", "whole"] = "stripped"


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The training of a network.

    Attributes
    ----------
    batch_size : documents of each task in one step.
    learning_rate, beta1, beta2, eps : Adam's.
    epochs_single, epochs_joint : epochs of a model of one task and of a joint one.
    equal : what is the same in each epoch, however many training documents a task has. `epochs`:
        one pass over those of the (main) task. `updates`: as many steps as a pass over
        `STANDARD_DOCUMENTS` takes. `documents`: so many documents of all tasks together, so that
        a joint model makes half the steps of a single-task one.
    aux_weight : of the auxiliary task's loss in joint models; the main task's is 1.
    curve_every : the test documents are predicted after every so many epochs, beginning with the
        first, and after the last one of either kind of model. Weights do not depend on it.
    """

    batch_size: int = 32
    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    epochs_single: int = 150
    epochs_joint: int = 100
    equal: Literal["epochs", "updates", "documents"] = "epochs"
    aux_weight: float = 1.0
    curve_every: int = 5

    def epoch_documents(self, n_tasks: int) -> int | None:
        """Documents of each task in an epoch; None for one pass over those of the first."""
        if self.equal == "epochs":
            return None
        return STANDARD_DOCUMENTS // (n_tasks if self.equal == "documents" else 1)

    def curve_epochs(self, n_epochs: int) -> tuple[int, ...]:
        """Those of a model's `n_epochs` after which test documents are predicted, from 0."""
        ends = self.epochs_single - 1, self.epochs_joint - 1
        return tuple(
            epoch for epoch in range(n_epochs) if epoch % self.curve_every == 0 or epoch in ends
        )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Reading of the trained models and their documents: scores, labels, features.

    Attributes
    ----------
    score : what is read of the test documents' predictions. `f1` is of the positive class;
        `log_loss` counts with a minus sign, so that more is better of every score.
    read_at : zero-based index of the epoch at which scores are read, single and joint.
    epoch : `fixed`: scores are read at `read_at`; `validation`: for each model at the first epoch,
        up to `read_at`, at which the same score of its validation documents is best.
    label : `mean_gain`: a pair's gains and features are averaged over the runs, one
        meta-analysis; `each_run`: each run is a meta-analysis, their results averaged.
    gradient_window : number of epochs of the loss curve that fractions refer to.
    gradient_fractions : where in the window the loss curve's four gradients are taken.
    words_jsd, words_counts : tokens of the divergences, and of word counts and OOV rates.
    features : whose definition of the features, that of the authors' code or that of the text.
    """

    score: Score
    read_at: int
    epoch: Literal["fixed", "validation"] = "fixed"
    label: Literal["mean_gain", "each_run"]
    gradient_window: int
    gradient_fractions: tuple[float, float, float, float] = (0.10, 0.25, 0.50, 0.75)
    words_jsd: Words
    words_counts: Words
    features: FeatureChoice = "code"

    @property
    def gradient_epochs(self) -> tuple[int, ...]:
        """Zero-based epochs of the gradients, ⌊p · window⌋."""
        # The margin keeps a product that is whole but for rounding from losing an epoch.
        return tuple(int(p * self.gradient_window + 1e-9) for p in self.gradient_fractions)


@dataclass(frozen=True, kw_only=True)
class Meta:
    """The meta-analysis: can gains be predicted from features?

    Attributes
    ----------
    scaling : of each feature over the pairs, as `minimtl.stats.logistic_fit` names it.
    meta_c, penalize_intercept : the meta-model's strength of L2 (as scikit-learn's C), and
        whether the intercept is shrunk too.
    cv_folds, cv_repeats : its randomised cross-validation.
    """

    scaling: Literal["minmax", "standard"]
    meta_c: float = 1.0
    penalize_intercept: bool
    cv_folds: int = 5
    cv_repeats: int = 100


class ModelSettings(NamedTuple):
    """All of a protocol that a trained model depends on."""

    sampling: Sampling
    model: Model
    training: TrainingSettings

    def to_dict(self) -> dict[str, Any]:
        """The fields by their plain names, as JSON values, and how hidden weights start.

        Without `allow_fewer` and `curve_every`: the weights are the same either way.
        """
        values = _used(self.sampling) | _used(self.model) | _used(self.training)
        for name in ("allow_fewer", "curve_every"):
            values.pop(name, None)
        # Random streams are seeded by these values, so what was once a field stays among them.
        named: dict[str, Any] = json.loads(json.dumps({**values, "hidden_init": "glorot_uniform"}))
        return named


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Every decision of a study that is not the corpus, the problem or the seed.

    Attributes
    ----------
    name : what people call it; shown, never asked.
    meaning : whose decisions these are, as sentences say it; no result depends on it.
    runs_related, runs_unrelated : default number of runs of each problem.
    share_directions : one joint model serves both directions of a pair.
    sampling, model, training, reading, meta : see their classes.
    """

    name: str
    meaning: str = field(compare=False)
    runs_related: int = 5
    runs_unrelated: int
    share_directions: bool
    sampling: Sampling
    model: Model = Model()
    training: TrainingSettings = TrainingSettings()
    reading: Reading
    meta: Meta

    def __post_init__(self) -> None:
        sampling, training, reading = self.sampling, self.training, self.reading
        if (sampling.train_per_class is None) == (sampling.train_per_task is None):
            raise ValueError("give either train_per_class or train_per_task")
        for name in _COUNTS:
            number = self.value_of(name)
            if number is not None and number < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 < sampling.aux_times < float("inf"):
            raise ValueError("aux_times must be positive")
        if not 0 <= sampling.validation_share < 1:
            raise ValueError("validation_share must lie in [0, 1)")
        if not all(size > 0 for size in self.model.hidden_layer_sizes):
            raise ValueError("hidden_layer_sizes must be positive")
        if not 0 <= self.model.dropout < 1:
            raise ValueError("dropout must lie in [0, 1)")
        if not 0 < training.learning_rate < float("inf"):
            raise ValueError("learning_rate must be positive")
        if not 0 <= training.aux_weight < float("inf"):
            raise ValueError("aux_weight must be finite and not negative")

        if not 0 <= reading.read_at < min(training.epochs_single, training.epochs_joint):
            raise ValueError(f"scores cannot be read at epoch index {reading.read_at}")
        if reading.gradient_window > training.epochs_single:
            raise ValueError("gradient_window is longer than the loss curve")
        if not all(0 < epoch < training.epochs_single - 1 for epoch in reading.gradient_epochs):
            raise ValueError(
                "the loss curve has no gradient at its ends; make gradient_window longer, or "
                "gradient_fractions others"
            )
        if reading.epoch == "validation" and not sampling.validation_share:
            raise ValueError("an epoch chosen by validation needs a validation_share above 0")
        if self.share_directions and (training.aux_weight, sampling.aux_times) != (1, 1):
            raise ValueError(
                "an auxiliary task that counts otherwise than the main one needs "
                "share_directions=False"
            )

    def runs(self, problem: ProblemName) -> int:
        """Default number of runs of ``related`` or ``unrelated``."""
        return self.runs_related if problem == "related" else self.runs_unrelated

    @property
    def settings(self) -> ModelSettings:
        """All that a trained model depends on; the rest may change without training anew.

        The test documents are predicted after each epoch where one is read that is not among those
        of `curve_every`, or where documents for validation are to choose it.
        """
        training, sampling = self.training, self.sampling
        at_epochs = training.curve_epochs(training.epochs_single)
        if sampling.validation_share or self.reading.read_at not in at_epochs:
            training = replace(training, curve_every=1)
        as_standard = sampling.n_train == STANDARD_DOCUMENTS and not sampling.allow_fewer
        if training.equal == "updates" and as_standard and not sampling.validation_share:
            training = replace(training, equal="epochs")  # which is the same then
        return ModelSettings(sampling, self.model, training)

    def replace(self, **changes: Any) -> "Protocol":
        """This protocol with other values of fields, each by its plain name, whatever its group.

        Raises
        ------
        TypeError
            If there is no such field.
        ValueError
            If the fields contradict one another.
        """
        own: dict[str, Any] = {}
        of_groups: dict[str, dict[str, Any]] = {}
        for name, value in changes.items():
            values = of_groups.setdefault(_GROUP_OF[name], {}) if name in _GROUP_OF else own
            values[name] = value

        for group, values in of_groups.items():
            own[group] = replace(getattr(self, group), **values)
        return replace(self, **own)

    def value_of(self, name: str) -> Any:
        """The value of a field by its plain name, whatever its group; KeyError without such."""
        holder = getattr(self, _GROUP_OF[name]) if name in _GROUP_OF else self
        return vars(holder)[name]

    def to_dict(self) -> dict[str, Any]:
        """The identity of a study in a store: the fields as JSON values, nested as here.

        Not `meaning`, on which nothing depends, nor `features`: a store can be concluded by
        either definition.
        """
        values = asdict(self) | {group: _used(getattr(self, group)) for group in _GROUPS}
        del values["meaning"], values["reading"]["features"]
        named: dict[str, Any] = json.loads(json.dumps(values))
        return named


_GROUPS = {
    "sampling": Sampling,
    "model": Model,
    "training": TrainingSettings,
    "reading": Reading,
    "meta": Meta,
}
_GROUP_OF = {inner.name: name for name, group in _GROUPS.items() for inner in fields(group)}
_COUNTS = (
    *("train_per_class", "train_per_task", "max_test", "max_features"),
    *("batch_size", "epochs_single", "epochs_joint", "curve_every"),
)
# Fields that came later than the first stores. While they have their default they are not told, so
# that stores and random streams of earlier versions are those of this one.
_LATER = (
    *("allow_fewer", "aux_times", "validation_share", "posts", "equal", "aux_weight", "epoch"),
    "curve_every",
)


def _used(group: Any) -> dict[str, Any]:
    """The fields of a group that results depend on."""
    values = asdict(group)
    for one in fields(group):
        if one.name in _LATER and values[one.name] == one.default:
            del values[one.name]
    return values


PAPER = Protocol(
    name="paper",
    meaning="by the paper's text",
    runs_unrelated=5,
    share_directions=True,
    sampling=Sampling(
        train_per_class=200,
        train_per_task=None,
        within_smaller_partition=False,
        max_test=None,
        equal_test=False,
    ),
    reading=Reading(
        score="f1",
        read_at=99,
        label="mean_gain",
        gradient_window=150,
        words_jsd="words",
        words_counts="words",
    ),
    meta=Meta(scaling="minmax", penalize_intercept=False),
)

RELEASED = Protocol(
    name="released",
    meaning="by the authors' code",
    runs_unrelated=1,
    share_directions=False,
    sampling=Sampling(
        train_per_class=None,
        train_per_task=200,
        within_smaller_partition=True,
        max_test=700,
        equal_test=True,
    ),
    reading=Reading(
        score="accuracy",
        read_at=80,
        label="each_run",
        gradient_window=80,
        words_jsd="whitespace",
        words_counts="nonword_split",
    ),
    meta=Meta(scaling="standard", penalize_intercept=True),
)

PROTOCOLS: dict[str, Protocol] = {protocol.name: protocol for protocol in (PAPER, RELEASED)}
