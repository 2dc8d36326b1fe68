"""Stations of one training step of the network: forward, loss, and backward."""

import numpy as np

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, Comparison, Heat, Rows, Station, Values, number

# Float32 has 24 bits, 6e-8 of a number; a sum of some hundred products loses a little more.
SINGLE = 1e-5
_N_ROWS, _N_COLUMNS = 16, 60  # of a heat map
_SHOWN = 6


def _compare(lesson: Lesson, name: str, ours: Array, twin: Array) -> Comparison:
    ours_by, twin_by = lesson.steps.by
    return Comparison(name, ours, twin, ours_by, twin_by, SINGLE)


def _heat(title: str, matrix: Array) -> Heat:
    return Heat(f"a corner of {title}", matrix[:_N_ROWS, :_N_COLUMNS], "posts", "units")


def first_layer_values(lesson: Lesson) -> Values:
    """The network's first layer turns ten thousand numbers into a hundred. Each of the hundred is a
    unit: it multiplies every entry of the row by a weight of its own, adds the products up, and
    adds one more number, its bias. All units together are one matrix product, x W + b.

    The weights start as small random numbers. Training changes them, step by step, until the sums
    are useful. A step looks at a batch, here 32 posts of the main task and below them 32 of the
    auxiliary task, and all 64 rows go through the same weights. The two tasks share this layer:
    that is the whole idea of multi-task learning.
    """
    ours, twin = lesson.steps.ours, lesson.steps.twin
    return Values(
        (_compare(lesson, "Z_1", ours.Z[0], twin.Z[0]),),
        (_heat("Z_1", twin.Z[0]),),
    )


def _products(lesson: Lesson) -> str:
    steps = lesson.steps
    X = steps.X[steps.batch(1).ravel()]
    width = steps.network.shape.hidden[0]
    dense, sparse = X.shape[0] * X.shape[1] * width, X.nnz * width
    return (
        f"The batch has {number(X.shape[0])} rows of {number(X.shape[1])} entries, and "
        f"{number(X.nnz)} entries are not zero. With {number(width)} units that is "
        f"{number(sparse)} products instead of {number(dense)}: the zeros would take "
        f"{number(dense / sparse, 3)} times the work."
    )


def dropout_values(lesson: Lesson) -> Values:
    """Each sum z goes through the sigmoid, a curve that rises from 0 to 1, so that a unit is a soft
    switch. Without such a bend two layers would be no more than one: a product of two matrices is
    a matrix.

    Then we do something that looks like sabotage. In each step we switch off every unit with
    probability one half, at random, post by post, and double those that stay. This is dropout. No
    unit can rely on another one being there, and the network learns several independent reasons
    for an answer. When it predicts, nothing is dropped.

    The random bits come from a hash of the unit's number and a key, not from a generator with a
    state. So the compiled program and its twin drop the very same units, bit for bit.
    """
    ours, twin = lesson.steps.ours, lesson.steps.twin
    exact = _compare(lesson, "R_1", ours.R[0], twin.R[0])._replace(tolerance=0.0)
    return Values(
        (
            _compare(lesson, "A_1", ours.A[0], twin.A[0]),
            exact,
            _compare(lesson, "D_1", ours.D[0], twin.D[0]),
        ),
        (_heat("D_1, where a white cell was dropped", twin.D[0]),),
    )


def _mean_of_masks(lesson: Lesson) -> str:
    steps = lesson.steps
    a, n = steps.twin.A[0], steps.keys.shape[0]
    mean = np.mean([a * steps.masks(step)[0] for step in range(1, n + 1)], axis=0)
    return (
        f"So that the next layer gets on average what it would get without dropout. Over the masks "
        f"of {n} steps the mean of D_1 is {number(mean.mean())}, and the mean of A_1 is "
        f"{number(a.mean())}. Half of the units, doubled, are as much as all of them, and a "
        "prediction needs no correction."
    )


def second_layer_values(lesson: Lesson) -> Values:
    """The second layer does the same again, from a hundred units to a hundred: multiply, add, bend,
    drop. Its input is what the first layer let through. Now a unit can combine what several units
    of the first layer found.

    Nothing here knows of words, or of tasks. Each of the 64 posts of the batch is now a row of a
    hundred numbers between 0 and 2.
    """
    ours, twin = lesson.steps.ours, lesson.steps.twin
    return Values(
        (
            _compare(lesson, "Z_2", ours.Z[1], twin.Z[1]),
            _compare(lesson, "D_2", ours.D[1], twin.D[1]),
        ),
        (_heat("D_2", twin.D[1]),),
    )


def _parameters(lesson: Lesson) -> str:
    network = lesson.steps.network
    sizes = [
        W.size + b.size
        for W, b in [
            *zip(network.weights, network.biases, strict=True),
            *zip(network.head_weights, network.head_biases, strict=True),
        ]
    ]
    first = f"{number(sizes[0])} of the {number(sum(sizes))} parameters are in the first layer"
    return (
        f"{first}, {number(100 * sizes[0] / sum(sizes), 3)} %. The second has {number(sizes[1])}, "
        f"and each task's head has {number(sizes[-1])}. So what training costs, it costs in the "
        "first layer, and that is where the program saves."
    )


def head_values(lesson: Lesson) -> Values:
    """Only here do the two tasks part. Each has a head of its own, which gives every post two
    numbers, one for each class. The softmax makes probabilities of them: it takes the exponential,
    which is positive, and divides by the sum.

    The loss says how wrong the network is: minus the logarithm of the probability that it gave to
    the true class. It is zero if that probability is 1, and grows without limit as it falls to 0.
    The batch's loss is the mean over its posts, and J is the sum over the tasks.
    """
    steps = lesson.steps
    ours, twin = steps.ours, steps.twin
    labels = steps.labels[steps.batch(1)]
    roles = ("main", "auxiliary")
    rows = tuple(
        (
            role,
            str(i + 1),
            number(P[i, 0]),
            number(P[i, 1]),
            str(y[i]),
            number(-np.log(P[i, y[i]])),
        )
        for role, P, y in zip(roles, twin.P, labels, strict=True)
        for i in range(_SHOWN // 2)
    )
    return Values(
        (_compare(lesson, "loss of each task", ours.losses, twin.losses),),
        (
            Rows(
                f"the first posts of each task; J = {number(twin.losses.sum(), 5)}",
                ("task", "post", "P of 0", "P of 1", "y", "−ln P of y"),
                rows,
            ),
        ),
    )


def _ignorance(lesson: Lesson) -> str:
    losses = lesson.steps.twin.losses
    return (
        f"It gives each of two classes one half, and its loss is ln 2 = {number(np.log(2), 5)}. "
        f"The losses of this first batch are {number(losses[0], 5)} and {number(losses[1], 5)}: "
        "before the first step the network knows nothing, and its loss says so. This is worth "
        "checking before you train anything."
    )


def gradient_values(lesson: Lesson) -> Values:
    """How should each weight change so that the loss falls? The gradient says it: for every weight,
    by how much J would rise if the weight rose a little. We get all of them in one pass from the
    loss back to the words, by the chain rule.

    It begins with the most pleasant formula of the field: the derivative of the loss by the two
    numbers of a head is the predicted probability minus the truth. From there each layer does three
    things with what it receives. It multiplies by the mask and the slope of the sigmoid, it
    multiplies by its own input to get its weights' gradient, and it passes the rest down.

    The gradient of the first layer has a row for every word, and a row is zero unless its word is
    in the batch. Remember this for the station after next.
    """
    steps = lesson.steps
    ours, twin = steps.ours, steps.twin
    words = np.unique(steps.X[steps.batch(1).ravel()].indices)
    largest = words[np.argsort(-np.abs(twin.gradient.first[words]).sum(axis=1))][:_N_ROWS]
    names = ", ".join(lesson.word(word) for word in largest)
    return Values(
        (
            _compare(lesson, "∂J/∂Z_1", ours.G[0], twin.G[0]),
            _compare(lesson, "∂J/∂W_1", ours.gradient.first, twin.gradient.first),
            _compare(lesson, "∂J/∂ all others", ours.gradient.flat, twin.gradient.flat),
        ),
        (
            Heat(
                f"∂J/∂W_1, the rows of {names}",
                twin.gradient.first[largest, :_N_COLUMNS],
                "words",
                "units",
            ),
        ),
    )


def _nudged(lesson: Lesson) -> str:
    steps, h = lesson.steps, 1e-5
    words = np.unique(steps.X[steps.batch(1).ravel()].indices)
    gradient = steps.twin.gradient.first
    word, unit = divmod(int(np.abs(gradient[words]).argmax()), gradient.shape[1])
    word = int(words[word])
    losses = []
    for nudge in (h, -h):
        network = steps.network.with_rows(np.arange(len(gradient)), np.float64)
        network.first[word, unit] += nudge
        losses.append(steps.twin_values(network, steps.masks(1)).losses.sum())
    slope = (losses[0] - losses[1]) / (2 * h)
    return (
        f"Move one weight up and down by {number(h)}, compute J both times, and divide the "
        f"difference by {number(2 * h)}. For the word “{lesson.word(word)}” and unit {unit + 1} "
        f"this gives {number(slope, 7)}, and the chain rule gives "
        f"{number(gradient[word, unit], 7)}."
    )


STATIONS: tuple[Station[Lesson], ...] = (
    Station(
        "first-layer",
        "The first layer",
        ((1, "Z_l = "),),
        ("nn/reference.py::forward",),
        first_layer_values,
        "How much work does it save that the rows are mostly zero?",
        _products,
        also=("nn/kernels/epoch.py::first_layer", "nn/network.py::initialize"),
    ),
    Station(
        "dropout",
        "Sigmoid and dropout",
        ((1, "A_l = "), (1, "σ(z)"), (1, "D_l = ")),
        ("nn/reference.py::activate", "nn/dropout.py::dropout_mask"),
        dropout_values,
        "Why are the units that stay doubled?",
        _mean_of_masks,
        also=(
            "nn/dropout.py::hash_counters",
            "nn/kernels/elementwise.py::activate",
            "nn/kernels/elementwise.py::fill_mask",
        ),
    ),
    Station(
        "second-layer",
        "The second layer",
        ((1, "Z_l = "), (1, "D_l = ")),
        ("nn/reference.py::forward",),
        second_layer_values,
        "Where are the network's parameters?",
        _parameters,
        also=("nn/kernels/layers.py::pass_up",),
    ),
    Station(
        "loss",
        "Each task's softmax and loss",
        ((1, "O_t"), (1, "P_t"), (1, "J =")),
        ("nn/reference.py::softmax", "nn/reference.py::loss_and_gradients"),
        head_values,
        "What loss does a network have that knows nothing?",
        _ignorance,
        also=("nn/kernels/heads.py::head_softmax",),
    ),
    Station(
        "gradients",
        "Gradients, back to the words",
        ((1, "∂J/∂U_t"), (1, "δ ← δ ∘"), (1, "∂J/∂W_l")),
        ("nn/reference.py::loss_and_gradients", "nn/reference.py::activation_slope"),
        gradient_values,
        "How can you check a gradient without trusting any formula?",
        _nudged,
        also=("nn/kernels/layers.py::backward", "nn/kernels/heads.py::heads"),
    ),
)
