"""The conductor of studies: from a definition to a result, whole, in shards, or from a store again.

All ways are one flow: a store is opened, filled by training or by copying, and concluded.
"""

import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.corpora.load import load_corpus
from minimtl.errors import MinimtlError
from minimtl.estimator.validation import check_whole
from minimtl.gains.studyanalysis import Analysed, adjusted_for_all, conclude
from minimtl.jobs.executors import Workers, check_executor, make_workers
from minimtl.jobs.identity import differences
from minimtl.jobs.store import Store, copy_results, open_existing_store, open_store
from minimtl.report.wording import counted
from minimtl.study.definition import (
    BOTH,
    Study,
    count_processors,
    data_of,
    define_studies,
    feature_maker,
    jobs_of,
)
from minimtl.study.studyresult import (
    Stopwatch,
    StudyResult,
    check_manifest_of,
    make_manifest,
    write_manifest,
)
from minimtl.study.training import (
    Conditions,
    announce_training,
    described,
    planned,
    train_models,
)
from minimtl.system import available_cores, say
from minimtl.tasks.modeljobs import StudyIdentity
from minimtl.tasks.outcomes import PairCurves, Results
from minimtl.tasks.plan import WHOLE, Problem, Shard
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.readmanifest import NAME, problems_of, read_manifest, read_manifest_of_any

Concluded = list[tuple[Analysed, PairCurves]]


def run_study(
    problem: str = "both",
    protocol: str = BOTH,
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
    protocol : ``"paper"``, ``"released"`` or another of `tasks.protocol.PROTOCOLS`; or ``"both"``.
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
    TypeError
        If a number is not whole.
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
    for name, number in (("runs", runs), ("pairs", pairs), ("seed", seed), ("workers", workers)):
        if number is not None:
            check_whole(name, number)
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
    n_workers = available_cores() if workers is None else workers
    conditions = Conditions(folder, n_workers, executor, fresh, quiet, command=command)
    try:
        studies = define_studies(
            problem, protocol, corpus,
            runs=runs, pairs=pairs, seed=seed, backend=backend, features=features,
            announce=conditions.announce,
        )  # fmt: skip
        for result in conduct(studies, conditions):
            if out is not None:
                result.write(folder, announce=conditions.announce)
    except BaseException:
        if out is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if out is None:
        weakref.finalize(result, shutil.rmtree, folder, ignore_errors=True)
    return result


def conduct(studies: Sequence[Study], conditions: Conditions) -> Iterator[StudyResult]:
    """Train problem by problem, each by every protocol; yield the result after each.

    The first one is soon complete, and the last one is of everything. Nothing but the store and
    manifest.json is written.
    """
    took, out = Stopwatch(), conditions.out
    manifest = make_manifest(studies, conditions)
    # Each study has the same problems, with runs of its own.
    parts = [
        (study, study.problems[number])
        for number in range(len(studies[0].problems))
        for study in studies
    ]
    n_done, concluded = 0, Concluded()

    with open_store(out, studies[0].identity, fresh=conditions.fresh, announce=say) as store:
        # From now on `minimtl report` can say how an interrupted study continues.
        write_manifest(manifest, out)
        with make_workers(conditions.executor, conditions.n_workers, data_of(studies)) as workers:
            _announce(studies, WHOLE, store, workers, conditions)
            for study, problem in parts:
                jobs = jobs_of([study], problem=problem.name)
                reading = study.protocol.reading
                n_done += train_models(jobs, store, workers, reading, quiet=conditions.quiet)
                concluded += _conclude(study, [problem], store)
                if len(concluded) < len(parts):
                    yield _result(concluded, manifest, out)

        conditions.announce_time("Models", took.read()["wall_seconds"])
        yield _finished(studies, concluded, store, manifest, n_done, took, out)


def train_shard(studies: Sequence[Study], shard: Shard, conditions: Conditions) -> int:
    """Train a part of the studies, for `merge_shards`; returns the number of its models."""
    manifest = {**make_manifest(studies, conditions), "shard": str(shard)}
    out, n_models = conditions.out, 0
    with open_store(out, studies[0].identity, fresh=conditions.fresh, announce=say) as store:
        write_manifest(manifest, out)
        with make_workers(conditions.executor, conditions.n_workers, data_of(studies)) as workers:
            _announce(studies, shard, store, workers, conditions)
            for study in studies:
                jobs, reading = jobs_of([study], shard), study.protocol.reading
                train_models(jobs, store, workers, reading, quiet=conditions.quiet)
                n_models += len(jobs)
    return n_models


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
    studies = _studies_of(folders, manifests, corpus, conditions.announce)
    manifest, out = make_manifest(studies, conditions), conditions.out

    with open_store(out, studies[0].identity, announce=say) as store:
        if (out / NAME).exists() and (found := _different(read_manifest_of_any(out), manifest)):
            raise MinimtlError(
                f"{out} holds another study than the shards ({found}); choose another --out"
            )
        for folder, shard_manifest in zip(folders, manifests, strict=True):
            with open_existing_store(folder) as shard:
                check_manifest_of(shard, shard_manifest)
                n_copied = copy_results(shard, store)
            conditions.announce(f"{folder}: {counted(n_copied, 'result')} copied")

        write_manifest(manifest, out)
        _refuse_missing(studies, store, manifests, out)
        concluded = [one for study in studies for one in _conclude(study, study.problems, store)]
        return _finished(studies, concluded, store, manifest, 0, took, out)


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
        if not store.is_held:
            say(f"another minimtl is at work in {folder}; its store is read as it is now")
        manifest = read_manifest(folder)
        check_manifest_of(store, manifest)
        features = features or manifest["features"]
        digest, seed = manifest["corpus"]["digest"], manifest["identity"]["seed"]

        def no_features(problem: Problem, run: int) -> np.ndarray:
            raise MinimtlError(
                f"{folder} lacks the features of {problem.name}, run {run}, as the {features} has "
                f"them; run `minimtl study` again with --out {folder} --features {features}, which "
                "keeps the models"
            )

        concluded = Concluded()
        for named, problems in problems_of(manifest):
            protocol = named.replace(features=features)
            results = Results(store, StudyIdentity(protocol.settings, digest, seed), protocol)
            concluded += conclude(problems, results, seed, no_features)
    return _result(concluded, {**manifest, "features": features}, folder)


def plan_study(studies: Sequence[Study], shard: Shard, conditions: Conditions) -> str:
    """The models to train and how long it would take, in a line a problem and one for all."""
    lines = [
        f"{study.protocol.name}, {described(problem)}"
        for study in studies
        for problem in study.problems
    ]
    return "\n".join([*lines, planned(studies, shard, conditions)])


def _announce(
    studies: Sequence[Study], shard: Shard, store: Store, workers: Workers, conditions: Conditions
) -> None:
    """One line: what will be trained, how long it will take, where the report will be."""
    first = studies[0].problems[0].name.upper()
    has_parts = shard == WHOLE and len(studies) + len(studies[0].problems) > 2
    order = f"; {first} by the protocol {studies[0].protocol.name} comes first" if has_parts else ""
    goal = "the report goes" if shard == WHOLE else f"shard {shard} goes"
    after = f"{order}; {goal} to {conditions.out}"
    announce_training(jobs_of(studies, shard), store, workers, conditions, "", after)


def _conclude(study: Study, problems: Sequence[Problem], store: Store) -> Concluded:
    """The outcomes and the meta-analyses of problems, whose models are all in the store."""
    results = study.results(store)
    return conclude(problems, results, study.seed, feature_maker(study, results))


def _finished(
    studies: Sequence[Study],
    concluded: Concluded,
    store: Store,
    manifest: dict[str, Any],
    n_done: int,
    took: Stopwatch,
    folder: Path,
) -> StudyResult:
    """The result of a study whose models are all in the store, `n_done` of them trained now."""
    trained_by = count_processors(studies, store)
    if len(trained_by) > 1:
        say(
            f"The models were trained on {len(trained_by)} kinds of processors "
            f"({'; '.join(trained_by)}), so the last digits of the tables may differ."
        )
    finished = {
        **manifest,
        "finished": True,
        "jobs": {"done": n_done, "resumed": sum(trained_by.values()) - n_done},
        "trained_by": trained_by,
        **took.read(),
    }
    return _result(concluded, finished, folder)


def _result(concluded: Concluded, manifest: dict[str, Any], folder: Path) -> StudyResult:
    """The result of these problems; p-values are adjusted for all of a protocol."""
    by_protocol: dict[str, Concluded] = {}
    for one in concluded:
        by_protocol.setdefault(one[0].protocol.name, []).append(one)
    adjusted = [one for of_one in by_protocol.values() for one in adjusted_for_all(of_one)]
    ordered = sorted(adjusted, key=lambda one: one[0].outcomes.problem)  # RELATED comes first
    return StudyResult(manifest, ordered, folder)


def _studies_of(
    folders: Sequence[Path],
    manifests: Sequence[dict[str, Any]],
    corpus: str,
    announce: Callable[[str], None],
) -> list[Study]:
    """The studies that all folders hold parts of."""
    first, manifest = folders[0], manifests[0]
    with open_existing_store(first) as store:
        check_manifest_of(store, manifest)

    identity = manifest["identity"]
    for folder, other in zip(folders[1:], manifests[1:], strict=True):
        if found := _different(other, manifest):
            raise MinimtlError(
                f"{folder} and {first} hold parts of different studies ({found}: {folder} is there,"
                f" {first} here); leave one of them out"
            )

    loaded = load_corpus(corpus, announce=announce)
    made: dict[Any, Any] = {}
    studies = []
    for place, (named, problems) in enumerate(problems_of(manifest)):
        protocol = named.replace(features=manifest["features"])
        studies.append(
            Study(loaded, protocol, problems, identity["seed"], identity["backend"], place, made)
        )
    if found := differences(identity, studies[0].identity):
        raise MinimtlError(
            f"{first} holds part of another study than the corpus {corpus} gives ({found}); "
            "give the --corpus that the shards were trained with"
        )
    return studies


def _different(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """The differences of the studies that two manifests are of, as a clause; "" without any."""
    return differences(*({**of["identity"], "problems": of["problems"]} for of in (there, here)))


def _refuse_missing(
    studies: Sequence[Study], store: Store, manifests: Sequence[dict[str, Any]], out: Path
) -> None:
    """Raise MinimtlError if the store lacks models, naming the shards that would have them."""
    wanted = jobs_of(studies)
    keys = [key for key in wanted if key not in store]
    if not keys:
        return

    lacking = f"{len(keys):,} of {counted(len(wanted), 'model')} are missing"
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
