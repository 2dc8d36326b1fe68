"""`minimtl.advise`: the whole answer for texts in memory, and for text sets from files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from minimtl.advice.advice import Advice
from minimtl.advice.conduct import Measuring
from minimtl.advice.features import Features, FeatureSet, are_features, feature_set
from minimtl.advice.fits import MARGIN, PER_CLASS, RUNS, Settings
from minimtl.advice.sets import Prepared, prepare
from minimtl.advice.tokenizers import (
    AUTO,
    FEATURES,
    TOKENIZERS,
    choose_tokenizer,
    make_vectorizer,
)
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.ways import WORDS, all_ways, way_called
from minimtl.corpora.files import LabelledText, TextSet, label_text, without_empty
from minimtl.errors import MinimtlError
from minimtl.estimator.validation import check_whole, is_missing
from minimtl.jobs.executors import Workers, make_workers
from minimtl.jobs.store import open_store
from minimtl.models.archive import label_to_plain
from minimtl.report.wording import counted
from minimtl.system import say

MAIN_NAME = "your set"


def advise(
    texts: Iterable[str],
    labels: Iterable[Any],
    auxiliary: Mapping[str, tuple[Iterable[str], Iterable[Any]]],
    *,
    test: tuple[Iterable[str], Iterable[Any]] | None = None,
    groups: Iterable[Any] | None = None,
    runs: int = RUNS,
    per_class: int = PER_CLASS,
    margin: float = MARGIN,
    tokenizer: str = AUTO,
    seed: int = 0,
    all_pairs: bool = False,
    out: str | Path | None = None,
    workers: int = 1,
    verbose: bool = False,
) -> Advice:
    """Measure which way to train a classifier for your texts: alone, or with other texts.

    Parameters
    ----------
    texts, labels : iterable of str, and of text, numbers, truth values, dates or tuples of them
        Your own; or in place of texts rows of features, a 2-D array or a sparse matrix
        (`minimtl.advice.features`). Missing texts and labels (None, NaN, NaT, NA, blank text) are
        left out, and a note counts them. Labels are the same where they are written alike, as 1
        and 1.0.
    auxiliary : mapping of a name to (texts, labels)
        Labelled texts that may help. Their labels may be others.
    test : (texts, labels), optional
        Texts of yours to test on in every run, in place of folds.
    groups : iterable, one of each of your texts, optional
        Its thread or author; None where there is none. No group is both learned from and tested.
    runs : int, default=20
        How often each way is trained and tested; rounds of five folds are made whole.
    per_class : int, default=500
        At most so many texts of a label are trained on in a run by a network, and ten times as many
        by a regression.
    margin : float, default=0.02
        Differences of macro-F1 up to this do not matter.
    tokenizer : {"auto", "words", "whitespace", "characters"}
        ``auto``: characters where most of your texts are in a script without spaces, else words.
    seed : int, default=0
        Of folds, draws and networks; the same seed gives the same advice.
    all_pairs : bool, default=False
        Also measure what each set gains with each other one.
    out : path, optional
        A folder that keeps every score; the same call continues an interrupted one there.
    workers : int, default=1
        Processes that train. With one, nothing leaves this process; more need the usual
        ``if __name__ == "__main__":`` in a script.
    verbose : bool, default=False
        Whether to print progress to standard error.

    Returns
    -------
    Advice
        Print it, show it in a notebook, or use ``rows``, ``verdict``, ``best``, ``model``.

    Raises
    ------
    TypeError, ValueError
        For settings that are no numbers or out of range, texts that are no strings, labels of
        another number, or labels that no model could save.
    MinimtlError
        For a set that is too small, in a sentence that says what to do.

    Examples
    --------
    >>> mine = [f"good {word}" for word in "abcdefgh"] + [f"bad {word}" for word in "abcdefgh"]
    >>> other = [text.replace("good", "fine good") for text in mine]
    >>> labels = ["yes"] * 8 + ["no"] * 8
    >>> advice = advise(mine, labels, {"other": (other, labels)}, runs=2)
    >>> list(advice.model.predict(["good day", "bad day"]))
    ['yes', 'no']
    """
    settings = Settings(runs, per_class, margin, tokenizer, seed, all_pairs)
    is_named = isinstance(auxiliary, Mapping)
    if not is_named or not all(
        isinstance(one, Sequence) and len(one) == 2 for one in auxiliary.values()
    ):
        raise TypeError("auxiliary must be {name: (texts, labels), …}.")
    workers = check_whole("workers", workers)
    values: dict[str, Any] = {}
    texts = texts if are_features(texts) else list(texts)
    sets = [
        _text_set(str(name), *of_set, values)
        for name, of_set in [(MAIN_NAME, (texts, labels)), *auxiliary.items()]
    ]
    if test is not None:
        sets[0] = with_test_part(sets[0], _text_set("the test part", *test, values))
    of_main = {} if groups is None else _groups_by_place(groups, texts)
    return advise_on(
        sets,
        settings,
        groups=[of_main] if of_main else (),
        out=out,
        workers=workers,
        is_quiet=not verbose,
        label_values=values,
    )


def advise_on(
    sets: Iterable[TextSet],
    settings: Settings,
    *,
    groups: Sequence[Mapping[str, str]] = (),
    out: str | Path | None = None,
    workers: int = 1,
    fresh: bool = False,
    way: str | None = None,
    is_quiet: bool = False,
    label_values: Mapping[str, Any] | None = None,
) -> Advice:
    """Advice on text sets, the main one first; the parameters are those of `advise`.

    `groups` has, for each set, the threads or authors of its texts by their places. `fresh` sets
    what `out` holds aside; `way` is a name that must be one way's; `label_values` are the labels
    that the model is to give, by the text that stands for them. Raises as `advise`, and if `out`
    holds another study.
    """
    named = with_notes_on_groups(with_own_names(sets), groups)
    features = Features.of(named)
    if features is None and settings.tokenizer == FEATURES:
        raise ValueError(f"tokenizer must be one of {', '.join((AUTO, *TOKENIZERS))} for texts.")
    prepared, tokenizer = prepare_all(named, settings.tokenizer if features is None else FEATURES)
    settings = replace(settings, tokenizer=tokenizer)
    data = SetsOfTexts.of(prepared, tokenizer, settings.per_class, settings.seed, groups, features)
    names = tuple(one.name for one in prepared)
    ways = all_ways(data.classes, has_words=features is None)
    if way is not None:
        way_called(way, ways, names)
    identity = {"command": "advise", "texts": prepared[0].digest}
    with (
        _folder(out) as folder,
        open_store(Path(folder), identity, fresh=fresh, announce=say) as store,
        _make_workers(workers, data) as pool,
    ):
        measuring = Measuring(data, names, settings, store, pool, is_quiet)
        rows = measuring.measure(ways)
        matrix = tuple(map(tuple, measuring.matrix())) if settings.all_pairs else None
    # Within each kind the best first, so that a reader sees what words of others add, and then
    # what their labels add.
    rows.sort(key=lambda row: (row.way.uses_labels, row.way.use == WORDS, -row.score))
    return Advice(
        prepared,
        tuple(rows),
        settings,
        data.tested_rows(0),
        matrix,
        label_values or {},
        features,
    )


def with_test_part(main: TextSet, test: TextSet) -> TextSet:
    """The main set with the texts of another one as its test part; MinimtlError if it has one."""
    if main.test:
        raise MinimtlError(
            f"{main.name} has a test part already; give that folder, or {test.name}, but not both."
        )
    rows = tuple(row._replace(place=f"{test.name}, {row.place}") for row in test.train)
    joined = replace(main, test=rows, notes=(*main.notes, *test.notes))
    features = Features.of([main, test])
    if features is not None and isinstance(joined, FeatureSet):
        return replace(joined, X=features.X)
    return joined


def _groups_by_place(groups: Iterable[Any], texts: Any) -> dict[str, str]:
    given = list(groups)
    n_texts = texts.shape[0] if are_features(texts) else len(texts)
    if len(given) != n_texts:
        raise ValueError(f"{n_texts} texts came with {len(given)} groups.")
    name = "X[{}]" if are_features(texts) else "text {}"
    places = map(name.format, range(n_texts))
    return {
        place: str(group)
        for place, group in zip(places, given, strict=True)
        if not is_missing(group)
    }


def with_own_names(sets: Iterable[TextSet]) -> list[TextSet]:
    """The sets, those named as an earlier one with a number behind the name."""
    named: dict[str, TextSet] = {}
    for one in sets:
        name, number = one.name, 1
        while name in named:
            number += 1
            name = f"{one.name} ({number})"
        named[name] = replace(one, name=name)
    return list(named.values())


def with_notes_on_groups(
    sets: Sequence[TextSet], groups: Sequence[Mapping[str, str]]
) -> list[TextSet]:
    """The sets, with a note of the texts that have no group where others of their set have one."""
    noted = list(sets)
    for at, of_places in enumerate(groups):
        one = noted[at]
        n_alone = sum(row.place not in of_places for row in (*one.train, *one.test))
        if of_places and n_alone:
            texts = counted(n_alone, "text")
            note = f"{one.name}: {texts} without a group; each counts as a group of its own."
            noted[at] = replace(one, notes=(*one.notes, note))

    return noted


def prepare_all(sets: list[TextSet], tokenizer: str) -> tuple[tuple[Prepared, ...], str]:
    """The sets without what cannot be used, and the tokenizer that is taken."""
    if len(sets) < 2:
        raise ValueError("advice needs one auxiliary set at least.")
    main, chosen = sets[0], tokenizer
    if tokenizer == AUTO:
        chosen = choose_tokenizer([row.text for row in main.train])
    if chosen != tokenizer and chosen != "words":
        note = (
            f"Most texts of {main.name} are in a script without spaces, so characters and pairs of "
            "them are counted (--tokenizer characters)."
        )
        main = replace(main, notes=(note, *main.notes))

    # A row of features is one word, its digest: equal to another one or not, never a near copy.
    analyze = str.split if chosen == FEATURES else make_vectorizer(chosen).build_analyzer()
    first = prepare(main, analyze)
    return (first, *(prepare(one, analyze, first) for one in sets[1:])), chosen


def _text_set(
    name: str, texts: Iterable[Any], labels: Iterable[Any], values: dict[str, Any]
) -> TextSet:
    """Texts or features in memory as a set.

    `values` learns which label each label's text stands for.
    """
    if are_features(texts):
        return feature_set(name, texts, [_written(label, values) for label in labels])
    if not (isinstance(texts, Iterable) and isinstance(labels, Iterable)):
        raise TypeError(f"{name} needs texts and labels, got {type(texts).__name__}.")
    all_texts, all_labels = list(texts), list(labels)
    if len(all_texts) != len(all_labels):
        raise ValueError(f"{name}: {len(all_texts)} texts came with {len(all_labels)} labels.")
    rows = []
    for number, (text, label) in enumerate(zip(all_texts, all_labels, strict=True)):
        if not is_missing(text) and not isinstance(text, str):
            raise ValueError(
                f"{name}: text {number} is of type {type(text).__name__}; expected a string."
            )
        written = _written(label, values)
        rows.append(LabelledText("" if is_missing(text) else text, written, f"text {number}"))
    kept, notes = without_empty(rows, name)
    return TextSet(name, kept, (), notes)


def _written(label: Any, values: dict[str, Any]) -> str:
    """The text of a label; ValueError if no model could save the label."""
    written = label_text(label)
    if written and written not in values:
        label_to_plain(label)
        values[written] = label
    return written


def _folder(out: str | Path | None) -> AbstractContextManager[str | Path]:
    """The folder of the store: `out`, or one that is gone afterwards."""
    return TemporaryDirectory(prefix="minimtl-") if out is None else nullcontext(out)


def _make_workers(workers: int, data: SetsOfTexts) -> AbstractContextManager[Workers]:
    return make_workers("process", workers, data) if workers > 1 else _in_this_process(data)


@contextmanager
def _in_this_process(data: SetsOfTexts) -> Iterator[Workers]:
    with ThreadPoolExecutor(1) as executor:
        yield Workers(executor, data)
