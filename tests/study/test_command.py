"""``minimtl study`` and ``minimtl report`` end to end: what they leave, print and draw again."""

import json
import shutil
from contextlib import suppress

import numpy as np
import pytest

from minimtl.cli import main
from minimtl.jobs.store import open_existing_store
from minimtl.models.archive import array_to_bytes, bytes_to_array
from minimtl.tasks import PROTOCOLS, RELEASED

STUDY = ["--corpus", "synthetic", "--problem", "related", "--pairs", "1", "--runs", "1"]
STATE = {"study.sqlite", "manifest.json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished study of one pair."""
    folder = tmp_path_factory.mktemp("finished")
    assert main(["study", *STUDY, "--workers", "1", "--quiet", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def bare(folder, tmp_path):
    """A copy of it with nothing but the store and the manifest."""
    for name in STATE:
        shutil.copy(folder / name, tmp_path)
    return tmp_path


def drawn(folder):
    """The bytes of all files that are made from the store."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.name not in STATE and not path.name.startswith(".")
    }


def test_the_store_alone_gives_every_file_again(folder, bare, capsys):
    assert main(["report", str(bare)]) == 0
    expected = drawn(folder)
    assert {"table1.csv", "table2.csv", "table3a.csv", "report.md"} <= expected.keys()
    assert drawn(bare) == expected
    assert str(bare / "report.") in capsys.readouterr().out


def test_the_end_is_the_answer_the_table_behind_it_and_the_path_of_the_page(folder, capsys):
    again = ["study", *STUDY, "--workers", "1", "--out", str(folder)]  # all models are there
    assert main(again) == 0
    warnings, came_out, helped, predicted, rest = capsys.readouterr().out.split("\n\n")
    look, needed, corpus = warnings.splitlines()
    assert look == "RELATED: 1 of 52 pairs, 1 of 5 runs: a look, no finding."
    assert needed.startswith("A verdict needs all pairs")
    assert corpus.startswith("The corpus is the synthetic edition, on which nothing was published")
    assert came_out.startswith("There are no published numbers for this corpus")
    assert helped.startswith("By the paper's text joint training changes the mean score by ")
    assert predicted.startswith("Whether gains can be predicted")
    header, *lines, path = rest.splitlines()
    assert header.strip() == "by the paper's text"
    assert [line.split()[0] for line in lines] == ["RELATED,"] * 4
    assert path == str(folder / "report.html")
    assert (folder / "report.html").stat().st_size > 50_000


def test_another_protocol_joins_the_models_that_are_there(tmp_path, monkeypatch, capsys):
    """The synthetic corpus has too few documents for `released` as it is."""
    assert main(["study", *STUDY, "--dry-run"]) == 0
    assert "A protocol is left out: 2 of the study's 2 tasks cannot" in capsys.readouterr().err
    monkeypatch.setitem(PROTOCOLS, "released", RELEASED.replace(train_per_task=100))
    study = ["study", *STUDY, "--workers", "1", "--quiet", "--out", str(tmp_path)]
    tables = {}
    for protocol, done in (("paper", 3), ("both", 3), ("released", 0)):
        assert main([*study, "--protocol", protocol]) == 0
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        assert manifest["jobs"]["done"] == done
        tables[protocol] = (tmp_path / "table2.csv").read_text().splitlines()
    header, *rows = tables["both"]
    assert rows == tables["released"][1:] + tables["paper"][1:]
    assert header.startswith("protocol,")


def test_a_store_is_concluded_by_either_definition_of_the_features(bare, folder, capsys):
    """What each gives is drawn again by `report`; what the store lacks, `study` makes."""
    assert main(["report", str(bare), "--features", "text"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert f"--out {bare} --features text" in sentence
    again = [*STUDY, "--workers", "1", "--quiet", "--out", str(bare), "--features", "text"]
    assert main(["study", *again]) == 0
    assert json.loads((bare / "manifest.json").read_text())["jobs"]["done"] == 0
    of_text = drawn(bare)
    assert b"type_token_ratio_relative" in of_text["features.csv"]
    assert b"The features are those that the paper's text describes" in of_text["report.md"]
    assert main(["report", str(bare)]) == 0
    assert drawn(bare) == of_text
    assert main(["report", str(bare), "--features", "code"]) == 0
    tables = [name for name in drawn(folder) if name.endswith(".csv")]
    assert [drawn(bare)[name] for name in tables] == [drawn(folder)[name] for name in tables]
    assert main(["report", str(bare), "--features", "text"]) == 0
    assert drawn(bare)["features.csv"] == of_text["features.csv"]


def test_models_of_another_version_are_a_sentence(bare, monkeypatch, capsys):
    monkeypatch.setattr("minimtl.tasks.modeljobs.TRAINING_VERSION", -1)
    assert main(["report", str(bare)]) == 1
    err = capsys.readouterr().err
    assert "lacks the model of comp.sys.ibm.pc.hardware / comp.graphics, run 0" in err
    assert len(err.splitlines()) == 1


def test_results_that_cannot_be_decoded_are_a_sentence_and_are_trained_again(folder, bare, capsys):
    with open_existing_store(bare) as store:
        for key in list(store):
            store.remove(key)
            store.add([(key, b"sound by its checksum alone")])
    assert main(["report", str(bare)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "study.sqlite holds something else in place of the model of comp.sys" in sentence
    assert main(["study", *STUDY, "--workers", "1", "--quiet", "--out", str(bare)]) == 0
    tables = [name for name in drawn(folder) if name.endswith(".csv")]
    assert {name: drawn(bare)[name] for name in tables} == {
        name: drawn(folder)[name] for name in tables
    }


def test_features_of_another_shape_are_made_again(folder, bare):
    with open_existing_store(bare) as store:
        keys = []
        for key in list(store):
            with suppress(ValueError):
                bytes_to_array(store[key])
                keys.append(key)
        whole = {features: store[features] for features in keys}
        assert len(whole) == 1
        for features in keys:
            store.remove(features)
            store.add([(features, array_to_bytes(np.zeros((2, 31))))])
    assert main(["study", *STUDY, "--workers", "1", "--quiet", "--out", str(bare)]) == 0
    with open_existing_store(bare) as store:
        assert {features: store[features] for features in keys} == whole
