"""fastText and Vowpal Wabbit on raw texts: both read training texts from a file, written first.

Both get the words that TF-IDF would count, a text a line, and their own way of weighting them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.peers_learners import Predict, alone
from bench.peers_problems import TextTask

WORD = re.compile(r"\b\w\w+\b")
LABEL = "__label__"
# A weight table of 2^20 entries for one decision, four times that for one decision for each topic.
BITS_TWO, BITS_MANY = 20, 22


def words(texts: Iterable[str]) -> list[str]:
    """The words of each text in lower case, a space between two."""
    return [" ".join(WORD.findall(text.lower())) for text in texts]


@alone
def fit_fasttext(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """fastText's supervised classifier with one thread."""
    import fasttext

    with TemporaryDirectory() as folder:
        file = Path(folder, "train.txt")
        lines = zip(task.train_labels.tolist(), words(task.train_texts), strict=True)
        file.write_text("".join(f"{LABEL}{y} {text}\n" for y, text in lines), encoding="utf-8")
        model = fasttext.train_supervised(str(file), thread=1, seed=seed, verbose=0, **params)

    def predict(texts: Sequence[str]) -> list[int]:
        found, _ = model.predict(words(texts))
        return [int(labels[0].removeprefix(LABEL)) for labels in found]

    return predict


@alone
def fit_vw(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """Vowpal Wabbit: several passes over a file that it reads itself, one decision a class.

    ``options`` are of its command line; ``weights`` says how words are weighted: ``counts``, or
    ``log``, which is 1 + ln(count), rows scaled to norm 1.
    """
    from vowpalwabbit import Workspace

    form = FORMS[params["weights"]]
    several = task.n_classes > 2
    kind = f"--oaa {task.n_classes} -b {BITS_MANY}" if several else f"--binary -b {BITS_TWO}"
    with TemporaryDirectory() as folder:
        file = Path(folder, "train.vw")
        labels = task.train_labels + 1 if several else 2 * task.train_labels - 1
        lines = zip(labels.tolist(), task.train_texts, strict=True)
        file.write_text("".join(f"{y} | {form(text)}\n" for y, text in lines), encoding="utf-8")
        model = Workspace(
            f"--loss_function logistic {kind} --holdout_off --quiet --random_seed {seed} "
            f"{params['options']} --passes {params['passes']} "
            f"-d {file} -k --cache_file {file}.cache"
        )

    def predict(texts: Sequence[str]) -> list[int]:
        found = [model.predict(f"| {form(text)}") for text in texts]
        return [int(y) - 1 if several else int(y > 0) for y in found]

    return predict


def log_weights(text: str) -> str:
    """Each word with its weight, such as ``sea:0.6 sun:0.8``."""
    counts = Counter(WORD.findall(text.lower()))
    weights = {word: 1.0 + log(count) for word, count in counts.items()}
    norm = sqrt(sum(weight * weight for weight in weights.values()))
    return " ".join(f"{word}:{weight / norm:.4f}" for word, weight in weights.items())


FORMS = {"counts": lambda text: words([text])[0], "log": log_weights}
