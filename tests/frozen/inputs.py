"""Small inputs for the frozen commands: text sets, tables of pairs, reviews, released logs.

Nothing of minimtl is imported here, so that its modules may move while these files stay.
"""

import csv
import io
import json
import subprocess
import sys
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
# Topics of pairs as the study makes them: the main task's two, then the auxiliary task's.
RELATED = (
    ("comp.sys.ibm.pc.hardware", "comp.graphics", "comp.sys.mac.hardware", "comp.windows.x"),
    ("talk.politics.misc", "alt.atheism", "talk.politics.guns", "talk.religion.misc"),
    ("talk.politics.mideast", "alt.atheism", "talk.politics.misc", "soc.religion.christian"),
)
UNRELATED = (
    ("comp.windows.x", "sci.electronics", "comp.os.ms-windows.misc", "sci.med"),
    ("rec.motorcycles", "sci.crypt", "rec.autos", "sci.electronics"),
    ("talk.politics.mideast", "soc.religion.christian", "talk.politics.guns", "alt.atheism"),
)


def _write_csv(path: Path, rows: list, delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)


def write_text_sets(folder: Path) -> None:
    """The example's text sets in ``sets``; in ``few`` 60 texts of each label, one set as JSON."""
    example = ROOT / "examples" / "make_text_sets.py"
    subprocess.run([sys.executable, example, folder / "sets"], check=True, capture_output=True)
    few = folder / "few"
    few.mkdir()
    for path in sorted((folder / "sets").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        labels = sorted({row["label"] for row in rows})
        by_label = [[row for row in rows if row["label"] == label] for label in labels]
        chosen = [row for members in by_label for row in members[:60]]
        if path.stem == "sport":
            lines = [json.dumps(row) + "\n" for row in chosen]
            (few / "sport.jsonl").write_text("".join(lines), encoding="utf-8")
        else:
            table = [("text", "label"), *((row["text"], row["label"]) for row in chosen)]
            _write_csv(few / path.name, table)
    with (few / "vehicles.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    _write_csv(folder / "new.csv", [("text",), *((text,) for text in texts[::15])])


def write_tables_of_pairs(folder: Path) -> None:
    """``runs.csv`` with runs and groups, ``pairs.tsv`` without, and the matrix ``gains.csv``."""
    rng = np.random.default_rng(0)
    tasks = [f"task {letter}" for letter in "ABCDEF"]
    group = {task: "left" if i < 3 else "right" for i, task in enumerate(tasks)}
    size = {task: int(rng.integers(100, 900)) for task in tasks}
    effect = {task: rng.normal(0, 0.01) for task in tasks}
    runs = [("main", "aux", "main_group", "aux_group", "run", "gain", "n_main", "n_aux", "overlap")]
    pairs, gains = [("target", "source", "gain", "n_main", "overlap")], {}
    for main, aux in permutations(tasks, 2):
        overlap = round(float(rng.uniform()), 3)
        mean = effect[main] + 0.03 * (overlap - 0.5)
        for run in range(2):
            gain = round(float(mean + rng.normal(0, 0.005)), 4)
            row = (main, aux, group[main], group[aux], run, gain, size[main], size[aux], overlap)
            runs.append(row)
        pairs.append((main, aux, gain, size[main], overlap))
        gains[main, aux] = gain
    _write_csv(folder / "runs.csv", runs)
    _write_csv(folder / "pairs.tsv", pairs, "\t")
    matrix = [[main, *(gains.get((main, aux), "") for aux in tasks)] for main in tasks]
    _write_csv(folder / "gains.csv", [["main", *tasks], *matrix])


def write_reviews(folder: Path) -> None:
    """Amazon reviews of four domains, twelve of a label, in ``processed_acl``."""
    for number, domain in enumerate(("books", "dvd", "electronics", "kitchen")):
        of_domain = folder / "processed_acl" / domain
        of_domain.mkdir(parents=True)
        for label in ("negative", "positive"):
            lines = [
                f"{label}:{1 + i % 2} w{i % 5}:2 w{number}:1 #label#:{label}\n" for i in range(12)
            ]
            (of_domain / f"{label}.review").write_text("".join(lines), encoding="utf-8")


def write_logs_of_bingel(folder: Path) -> None:
    """Logs of four tasks in the layout of Bingel and Søgaard's, in ``bingel``."""
    write_tasks(folder / "bingel" / "logs", ("ant", "bee", "cow", "dog"), np.random.default_rng(0))


def write_tasks(
    logs: Path, tasks: tuple, rng: np.random.Generator, n_lines: int = 400
) -> tuple[dict, dict, dict]:
    """Logs of tasks and their pairs; losses, F1 alone, and F1 of the main task of each pair."""
    losses, joint = {}, {}
    alone = {task: round(float(rng.uniform(0.4, 0.8)), 5) for task in tasks}
    curve = 3 - 0.3 * np.log(0.05 * np.arange(n_lines) + 1)

    def development(scores: list) -> str:
        line = "Iter {}, task {}, loss 1.5, acc 0.5, f1 {}, p 0.5, r 0.5\n"
        return "".join(line.format(*score) for score in scores)

    for task in tasks:
        log = logs / task
        log.mkdir(parents=True)
        losses[task] = curve + rng.normal(0, 0.01, n_lines)
        lines = [
            f"Iter {10 * i}, task {task}, loss {x}\n" for i, x in enumerate(losses[task], start=1)
        ]
        (log / "loss_tr.log").write_text("".join(lines))
        scores = [(49_900, task, 0.5), (50_000, task, alone[task])]
        (log / "loss_dv.log").write_text(development(scores))
    for pair in combinations(tasks, 2):
        log = logs / "_".join(pair)
        log.mkdir()
        scores = [(99_900, task, 0.5) for task in pair]
        for main, aux in (pair, pair[::-1]):
            joint[main, aux] = round(alone[main] * float(rng.uniform(0.9, 1.1)), 5)
            scores.append((100_000, main, joint[main, aux]))
        (log / "loss_dv.log").write_text(development(scores))
        (log / "loss_tr.log").write_text("not read\n")
    return losses, alone, joint


def write_logs_of_kerinec(folder: Path) -> None:
    """Two experiments of RELATED and one of UNRELATED in the layout of Kerinec et al.'s."""
    experiments = {"exp1_0": RELATED, "exp1_1": RELATED, "exp2_0": UNRELATED}
    for seed, (name, pairs) in enumerate(experiments.items()):
        results = folder / "kerinec" / name / "results200"
        write_experiment(results, pairs, np.random.default_rng(seed))


def write_experiment(
    results: Path, pairs: tuple, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logs and features of pairs; single and joint accuracy after 81 epochs, and the features."""
    single = "Epoch {}, loss {}, val_loss 0.5, cacc {}, acc 0.5, val_acc {}, f1 {}, p 0.0, r 1.0\n"
    joint = (
        "Epoch {}, cacc {}, f1 {}, p 0.0, r 1.0 activation_9_acc 0.5 activation_9_loss {} "
        "activation_10_acc 0.5 activation_10_loss 0.6 loss 1.2 val_activation_9_acc {} "
        "val_activation_9_loss 0.7 val_activation_10_acc 0.25 val_activation_10_loss 0.7 "
        "val_loss 1.4 \n"
    )
    n_test = 700
    (results / "simple").mkdir(parents=True)
    (results / "multi").mkdir()
    accuracy, of_task = {}, {}
    for task in sorted({task for four in pairs for task in (four[:2], four[2:])}):
        losses = np.round(0.7 - 0.002 * np.arange(150) + rng.normal(0, 0.01, 150), 12)
        accuracy[task] = int(rng.integers(500, 650)) / n_test
        gradients = [(losses[i + 1] - losses[i - 1]) / 2 for i in (8, 20, 40, 60)]
        of_task[task] = np.array([*rng.uniform(0.2, 0.4, 4), *gradients])
        scores = np.where(np.arange(150) == 80, accuracy[task], 0.5).tolist()
        lines = [single.format(i, losses[i], a, a, a) for i, a in enumerate(scores)]
        (results / "simple" / "_".join(task)).write_text("".join(lines))
        (results / "simple" / ("_".join(task) + "_informations")).write_text("OOV rate 0.1\n")
    joints, features = [], []
    for four in pairs:
        main, aux = of_task[four[:2]], of_task[four[2:]]
        features.append(np.concatenate([main, aux, main / aux, rng.uniform(0, 1, 6)]))
        joints.append(accuracy[four[:2]] + int(rng.integers(-10, 15)) / n_test)
        scores = np.where(np.arange(100) == 80, joints[-1], 0.5).tolist()
        lines = [joint.format(i, a, a, 0.6, a) for i, a in enumerate(scores)]
        (results / "multi" / ("_".join(four) + "split")).write_text("".join(lines))
    (results / "80array_features_log_reg.npz").write_bytes(npz(np.array(features)))
    singles = [accuracy[four[:2]] for four in pairs]
    return np.array(singles), np.array(joints), np.array(features)


def npz(array: np.ndarray) -> bytes:
    """The bytes of an ``.npz`` with a single array."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, array)
    return buffer.getvalue()
