"""`minimtl study` as people run it: by workers, in CPU seconds beside PyTorch's steps, in memory.

The RELATED study with all that belongs to it: corpus, TF-IDF, training, curves, features,
meta-analysis, tables and figures. PyTorch's side is a product: the steps of the very same models
times the time of a step in its best setting, with nothing else counted.
"""

import tempfile

from bench import starts
from bench.processes import Ended, run_python
from bench.rows import Row, missing_row
from bench.settings import Settings
from minimtl.tasks.plan import Problem, make_problems, plan_jobs
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS

SECTION = "The RELATED study"
CPU, WALL = "CPU seconds, one worker", "wall seconds"
WORKER_MEMORY, PARENT_MEMORY = "peak memory of a worker", "peak memory of the parent"
TOTAL_MEMORY = "peak memory of all processes, one worker"


def measure(settings: Settings) -> list[Row]:
    """Rows of the study with one worker and with two."""
    size = study_size(settings)
    run_python(starts.STARTS[starts.WARM])  # compiles the kernels if nobody has yet
    rows: list[Row] = []
    for n_workers in (1, 2):
        ended = run_study(settings, n_workers)
        who = f"minimtl, {n_workers} worker{'s' if n_workers > 1 else ''}"
        if ended.error:
            return [*rows, missing_row(SECTION, size, who, f"it failed: {ended.error}")]
        rows.append(Row(SECTION, f"{WALL}, {size}", who, "s", ended.wall))
        if n_workers == 1:
            rows += single_rows(ended, size, who, settings)
    return rows


def single_rows(ended: Ended, size: str, who: str, settings: Settings) -> list[Row]:
    """CPU and memory, which one worker shows as well as many."""
    n_single, n_joint = count_steps(settings)
    note = f"{n_single:,} single and {n_joint:,} joint steps"
    return [
        Row(SECTION, f"{CPU}, {size}", who, "s", ended.cpu, note=note),
        Row(SECTION, WORKER_MEMORY, who, "MB", ended.worker_mb),
        Row(SECTION, PARENT_MEMORY, who, "MB", ended.parent_mb),
        Row(SECTION, TOTAL_MEMORY, who, "MB", ended.total_mb),
    ]


def sizes(settings: Settings) -> tuple[int | None, int | None]:
    """Pairs and runs; None for all there are."""
    return (2, 1) if settings.quick else (None, None)


def study_size(settings: Settings) -> str:
    """The size in words."""
    (problem,) = _problems(settings)
    return f"{len(problem.pairs)} pairs, {problem.n_runs} runs"


def count_steps(settings: Settings) -> tuple[int, int]:
    """Training steps of all single and of all joint models of the study."""
    per_epoch = -(-PAPER.sampling.n_train // PAPER.training.batch_size)
    n_tasks = [len(job.tasks) for job in plan_jobs(_problems(settings), PAPER)]
    single = n_tasks.count(1) * PAPER.training.epochs_single
    return single * per_epoch, n_tasks.count(2) * PAPER.training.epochs_joint * per_epoch


def run_study(settings: Settings, n_workers: int) -> Ended:
    """Run one study in a temporary folder."""
    n_pairs, n_runs = sizes(settings)
    arguments = ["-m", "minimtl", "study", "--problem", "related", "--protocol", "paper", "--quiet"]
    arguments += ["--corpus", settings.corpus_choice, "--workers", str(n_workers)]
    if n_pairs and n_runs:
        arguments += ["--pairs", str(n_pairs), "--runs", str(n_runs)]
    with tempfile.TemporaryDirectory() as folder:
        return run_python([*arguments, "--out", f"{folder}/study"], memory=True)


def _problems(settings: Settings) -> list[Problem]:
    n_pairs, n_runs = sizes(settings)
    return make_problems("related", PAPER, NEWSGROUPS, n_runs=n_runs, n_pairs=n_pairs)
