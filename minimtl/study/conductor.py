"""The conductor of studies: from a definition to a result, whole, in shards, or from a store again.

All ways are one flow: a store is opened, filled by training or by copying, and concluded.
"""

import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.corpora import load_corpus
from minimtl.errors import MinimtlError
from minimtl.gains import conclude
from minimtl.jobs import (
    Store,
    Workers,
    check_executor,
    copy_results,
    differences,
    make_workers,
    open_existing_store,
    open_store,
)
from minimtl.report import counted
from minimtl.study.definition import (
    PlacedJob,
    Study,
    count_processors,
    define_study,
    feature_maker,
    identity_of,
)
from minimtl.study.manifest import (
    Stopwatch,
    check_manifest_of,
    finished_manifest,
    make_manifest,
    write_manifest,
)
from minimtl.study.studyresult import StudyResult
from minimtl.study.trainmodels import (
    Conditions,
    compute_placed,
    kinds_of,
    time_by_workers,
    time_here,
    train_missing,
)
from minimtl.system import available_cores, say
from minimtl.tasks import (
    PAPER,
    WHOLE,
    Problem,
    Reading,
    Results,
    Shard,
    decode,
    features_of,
    problems_of,
    read_manifest,
    read_manifest_of_any,
    read_score,
)


def run_study(
    problem: str = "both",
    protocol: str = PAPER.name,
    corpus: str = "auto",
    runs: int | None = None,
    pairs: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int | None = None,
    *,
    executor: str = "process",
    backend: str | None = None,
    features: str = PAPER.reading.features,
    fresh: bool = False,
    quiet: bool = False,
) -> StudyResult:
    """Train all models of a study and analyse when multi-task learning helped.

    Parameters
    ----------
    problem : ``"related"``, ``"unrelated"`` or ``"both"``.
    protocol : ``"paper"`` or ``"released"``.
    corpus : as ``minimtl study --corpus``: ``"auto"``, an edition's name, or a path.
    runs, pairs : runs of each problem, and an even sample of its pairs; all by default.
    seed : of all draws.
    out : the folder of models, tables and page. With it the same call resumes what was
        interrupted; without it models are kept as long as the result, whose `write` keeps them.
    workers : processes that train; all cores by default. A script that trains by several needs
        ``if __name__ == "__main__":``, as they import it.
    executor, backend, features, fresh : as the flags of ``minimtl study``.
    quiet : without progress on standard error.

    Raises
    ------
    UsageError
        If there is no such problem or protocol, or a number is too small.
    MinimtlError
        If corpus, folder or workers cannot be had; the message says what to do.

    Examples
    --------
    >>> study = run_study(problem="related", pairs=4, runs=2)  # doctest: +SKIP
    >>> study.table1[0].gain  # doctest: +SKIP
    """
    check_executor(executor)
    command = ["study"]
    for flag, value in (
        ("--problem", problem),
        ("--protocol", protocol),
        ("--corpus", corpus),
        ("--runs", runs),
        ("--pairs", pairs),
        ("--seed", seed),
        ("--features", features),
        ("--out", out),
    ):
        command += [] if value is None else [flag, str(value)]
    folder = Path(tempfile.mkdtemp(prefix="minimtl-") if out is None else out)
    conditions = Conditions(
        folder, workers or available_cores(), executor, fresh, quiet, command=command
    )
    try:
        study = define_study(
            problem, protocol, corpus,
            runs=runs, pairs=pairs, seed=seed, backend=backend, features=features,
            announce=conditions.announce,
        )  # fmt: skip
        for result in conduct(study, conditions):
            if out is not None:
                result.write(folder, announce=conditions.announce)
    except BaseException:
        if out is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if out is None:
        weakref.finalize(result, shutil.rmtree, folder, ignore_errors=True)
    return result


def conduct(study: Study, conditions: Conditions) -> Iterator[StudyResult]:
    """Train problem by problem; yield the result after each: the first one is soon complete.

    The last one is of the whole study. Nothing but the store and manifest.json is written.
    """
    took = Stopwatch()
    manifest = make_manifest(study, conditions.command, conditions.n_workers, conditions.executor)
    n_done = n_models = 0

    with open_store(conditions.out, study.identity, fresh=conditions.fresh, announce=say) as store:
        # From now on `minimtl report` can say how an interrupted study continues.
        write_manifest(manifest, conditions.out)
        with make_workers(conditions.executor, conditions.n_workers, (study.data,)) as workers:
            _announce_training(study, WHOLE, store, workers, conditions)
            for number in range(1, len(study.problems) + 1):
                problems = study.problems[:number]
                n_done += train_models(study, store, workers, problems, quiet=conditions.quiet)
                n_models = study.count_jobs(problems)
                if number < len(study.problems):
                    shown = {
                        **manifest,
                        "problems": {p.name: manifest["problems"][p.name] for p in problems},
                        "trained_by": count_processors(study, store, problems),
                    }
                    yield _result(study, problems, store, shown, conditions.out)

        conditions.announce_time("Models", took.read()["wall_seconds"])
        yield _finished(study, store, manifest, (n_done, n_models - n_done), took, conditions.out)


def train_shard(study: Study, shard: Shard, conditions: Conditions) -> int:
    """Train a part of a study, for `merge_shards`; returns the number of its models."""
    manifest = make_manifest(study, conditions.command, conditions.n_workers, conditions.executor)
    manifest["shard"] = str(shard)
    with open_store(conditions.out, study.identity, fresh=conditions.fresh, announce=say) as store:
        write_manifest(manifest, conditions.out)
        with make_workers(conditions.executor, conditions.n_workers, (study.data,)) as workers:
            _announce_training(study, shard, store, workers, conditions)
            train_models(study, store, workers, shard=shard, quiet=conditions.quiet)
    return study.count_jobs(shard=shard)


def merge_shards(folders: Sequence[Path], corpus: str, conditions: Conditions) -> StudyResult:
    """One study of the parts that were trained in these folders.

    Raises
    ------
    MinimtlError
        If they hold parts of several studies, or of one on another corpus than was given, or if
        models are missing.
    """
    took = Stopwatch()
    manifests = [read_manifest_of_any(folder) for folder in folders]
    study = _study_of(folders, manifests, corpus, conditions.announce)
    manifest = make_manifest(study, conditions.command, len(folders), "shards")

    with open_store(conditions.out, study.identity, announce=say) as store:
        for folder, shard_manifest in zip(folders, manifests, strict=True):
            with open_existing_store(folder) as shard:
                check_manifest_of(shard, shard_manifest)
                n_copied = copy_results(shard, store)
            conditions.announce(f"{folder}: {counted(n_copied, 'result')} copied")

        write_manifest(manifest, conditions.out)
        _refuse_missing(study, store, manifests, conditions.out)
        return _finished(study, store, manifest, (0, study.count_jobs()), took, conditions.out)


def reopen_study(folder: Path, features: str | None = None) -> StudyResult:
    """The result of the finished study in a folder, from its store.

    `features` is the definition that they have, of those that the store holds; by default that of
    the last report.

    Raises
    ------
    MinimtlError
        If the study is not finished, or its store lacks these features.
    """
    with open_existing_store(folder) as store:
        protocol, identity = identity_of(store)
        if not store.is_held:
            say(f"another minimtl is at work in {folder}; its store is read as it is now")
        manifest = read_manifest(folder)
        check_manifest_of(store, manifest)
        features = features or features_of(manifest)
        protocol = protocol.replace(features=features)

        def no_features(problem: Problem, run: int) -> np.ndarray:
            raise MinimtlError(
                f"{folder} lacks the features of {problem.name}, run {run}, as the {features} has "
                f"them; run `minimtl study` again with --out {folder} --features {features}, which "
                "keeps the models"
            )

        results = Results(store, identity, protocol)
        concluded = conclude(problems_of(manifest), results, identity.seed, no_features)
    return StudyResult(protocol, {**manifest, "features": features}, concluded, folder)


def plan_study(study: Study, shard: Shard, conditions: Conditions) -> str:
    """The models to train and how long it would take, in a line a problem and one for all."""
    kinds = kinds_of(job for _, job in study.keyed_jobs(shard=shard))
    when = time_here(kinds, (study.data,), conditions)
    return "\n".join(
        [
            *describe_problems(study.problems),
            f"{sum(kind.n_jobs for kind in kinds)} models by the protocol {study.protocol.name}, "
            f"seed {study.seed}, into {conditions.out}{when}; nothing was computed",
        ]
    )


def describe_problems(problems: Sequence[Problem]) -> list[str]:
    """Pairs and runs of each problem, a line each."""
    return [
        f"{problem.name}: {counted(len(problem.pairs), 'pair')}, {counted(problem.n_runs, 'run')}"
        for problem in problems
    ]


def train_models(
    study: Study,
    store: Store,
    workers: Workers,
    problems: Sequence[Problem] | None = None,
    *,
    shard: Shard = WHOLE,
    quiet: bool = False,
) -> int:
    """Train every model that the store lacks; returns their number.

    Those of all problems or of some, or of a shard. `workers` compute on ``(study.data,)``.
    """
    n_jobs = study.count_jobs(problems, shard)
    jobs = study.keyed_jobs(problems, shard)
    describe = _describe(study.protocol.reading)
    return train_missing(
        jobs, n_jobs, compute_placed, store, workers, describe, quiet=quiet
    ).n_computed


def _describe(reading: Reading) -> Callable[[PlacedJob, bytes], str]:
    """A text about a finished model, for the progress display."""

    def describe(placed: PlacedJob, payload: bytes) -> str:
        score = read_score(decode(payload), reading, 0)
        main, *others = placed.job.tasks
        beside = f" beside {' / '.join(others[0])}" if others else ""
        return f"{reading.score} {score:.3f} of {' / '.join(main)}{beside}"

    return describe


def _announce_training(
    study: Study, shard: Shard, store: Store, workers: Workers, conditions: Conditions
) -> None:
    """One line: what will be trained, how long it will take, where the report will be."""
    missing = kinds_of(job for key, job in study.keyed_jobs(shard=shard) if key not in store)
    if conditions.quiet or not missing:
        return
    when = time_by_workers(missing, workers, conditions)
    n_models = counted(sum(kind.n_jobs for kind in missing), "model")
    by_problem = len(study.problems) > 1 and shard == WHOLE
    order = f"; {study.problems[0].name.upper()} comes first" if by_problem else ""
    goal = "the report goes" if shard == WHOLE else f"shard {shard} goes"
    say(f"{n_models} to train{when}{order}; {goal} to {conditions.out}")


def _finished(
    study: Study,
    store: Store,
    manifest: dict[str, Any],
    n_done_and_resumed: tuple[int, int],
    took: Stopwatch,
    folder: Path,
) -> StudyResult:
    """The result of a study whose models are all in the store."""
    trained_by = count_processors(study, store)
    if len(trained_by) > 1:
        say(
            f"The models were trained on {len(trained_by)} kinds of processors "
            f"({'; '.join(trained_by)}): last digits of the tables may differ from one kind's."
        )
    finished = finished_manifest(manifest, *n_done_and_resumed, trained_by, took)
    return _result(study, study.problems, store, finished, folder)


def _result(
    study: Study,
    problems: Sequence[Problem],
    store: Store,
    manifest: dict[str, Any],
    folder: Path,
) -> StudyResult:
    """The result of these problems, whose models are all in the store."""
    results = Results(store, study.data.identity, study.protocol)
    concluded = conclude(problems, results, study.seed, feature_maker(study, results))
    return StudyResult(study.protocol, manifest, concluded, folder)


def _study_of(
    folders: Sequence[Path],
    manifests: Sequence[dict[str, Any]],
    corpus: str,
    announce: Callable[[str], None],
) -> Study:
    """The one study that all folders hold parts of."""
    first, manifest = folders[0], manifests[0]
    with open_existing_store(first) as store:
        protocol, model = identity_of(store)
        check_manifest_of(store, manifest)

    identity = manifest["identity"]
    for folder, other in zip(folders[1:], manifests[1:], strict=True):
        there, here = ({**m["identity"], "problems": m["problems"]} for m in (other, manifest))
        if found := differences(there, here):
            raise MinimtlError(
                f"{folder} and {first} hold parts of different studies ({found}: {folder} is there,"
                f" {first} here); leave one of them out"
            )

    loaded = load_corpus(corpus, announce=announce)
    protocol = protocol.replace(features=features_of(manifest))
    study = Study(loaded, protocol, problems_of(manifest), model.seed, identity["backend"])
    if found := differences(identity, study.identity):
        raise MinimtlError(
            f"{first} holds part of another study than the corpus {corpus} gives ({found}); "
            "give the --corpus that the shards were trained with"
        )
    return study


def _refuse_missing(
    study: Study, store: Store, manifests: Sequence[dict[str, Any]], out: Path
) -> None:
    """Raise MinimtlError if the store lacks models, naming the shards that would have them."""
    keys = [key for key, _ in study.keyed_jobs() if key not in store]
    if not keys:
        return

    lacking = f"{len(keys):,} of {counted(study.count_jobs(), 'model')} are missing"
    n_shards = {Shard.parse(m["shard"]).n_shards for m in manifests if "shard" in m}
    if len(n_shards) == 1:
        (n,) = n_shards
        counts = Counter(Shard.of_key(key, n) for key in keys)
        which = ", ".join(
            f"{count:,} of --shard {shard}" for shard, count in sorted(counts.items())
        )
        lacking += f" ({which})"
    raise MinimtlError(
        f"{lacking}; what there is was merged into {out}: run `minimtl study` again with the flags "
        "of those shards, then merge again"
    )
