"""``minimtl study`` and ``minimtl report`` end to end: what they leave, print and draw again."""

import json
import shutil
from contextlib import suppress

import numpy as np
import pytest

from minimtl.cli import main
from minimtl.jobs.store import open_existing_store
from minimtl.models.archive import array_to_bytes, bytes_to_array
from minimtl.tasks.protocol import PROTOCOLS, RELEASED

STUDY = [
    "study", "--corpus", "synthetic", "--problem", "related", "--pairs", "1", "--runs", "1",
    "--workers", "1", "--quiet",
]  # fmt: skip
STATE = {"study.sqlite", "manifest.json"}


def study(folder, *flags):
    """Run the study in a folder; how many models it trained."""
    assert main([*STUDY, "--out", str(folder), *flags]) == 0
    return json.loads((folder / "manifest.json").read_text())["jobs"]["done"]


def report(folder, *flags):
    """The exit code of a report on the study in a folder."""
    return main(["report", str(folder), *flags])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished study of one pair."""
    folder = tmp_path_factory.mktemp("finished")
    study(folder)
    return folder


@pytest.fixture
def bare(folder, tmp_path):
    """A copy of it with nothing but the store and the manifest."""
    for name in STATE:
        shutil.copy(folder / name, tmp_path)
    return tmp_path


def drawn(folder, pattern="*"):
    """The bytes of the files that are made from the store."""
    return {
        path.name: path.read_bytes()
        for path in folder.glob(pattern)
        if path.name not in STATE and not path.name.startswith(".")
    }


def test_the_store_alone_gives_every_file_again(folder, bare, capsys):
    assert report(bare) == 0
    assert {"table1.csv", "table2.csv", "table3a.csv", "report.md"} <= drawn(folder).keys()
    assert drawn(bare) == drawn(folder)
    assert str(bare / "report.") in capsys.readouterr().out


def test_another_protocol_joins_the_models_that_are_there(tmp_path, monkeypatch, capsys):
    """The synthetic corpus has too few documents for `released` as it is."""
    assert main([*STUDY[:-1], "--dry-run"]) == 0
    assert "A protocol is left out: 2 of the study's 2 tasks cannot" in capsys.readouterr().err
    monkeypatch.setitem(PROTOCOLS, "released", RELEASED.replace(train_per_task=100))
    n_trained, rows = {}, {}
    for protocol in ("paper", "both", "released"):
        n_trained[protocol] = study(tmp_path, "--protocol", protocol)
        _, *rows[protocol] = (tmp_path / "table2.csv").read_text().splitlines()
    assert n_trained == {"paper": 3, "both": 3, "released": 0}
    assert rows["both"] == rows["released"] + rows["paper"]


def test_a_store_is_concluded_by_either_definition_of_the_features(bare, folder, capsys):
    """What each gives is drawn again by `report`; what the store lacks, `study` makes."""
    assert report(bare, "--features", "text") == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert f"--out {bare} --features text" in sentence
    assert study(bare, "--features", "text") == 0
    of_text = drawn(bare)
    assert b"type_token_ratio_relative" in of_text["features.csv"]
    assert report(bare) == 0
    assert drawn(bare) == of_text
    assert report(bare, "--features", "code") == 0
    assert drawn(bare, "*.csv") == drawn(folder, "*.csv")
    assert report(bare, "--features", "text") == 0
    assert drawn(bare)["features.csv"] == of_text["features.csv"]


def test_models_of_another_version_are_a_sentence(bare, monkeypatch, capsys):
    monkeypatch.setattr("minimtl.tasks.modeljobs.TRAINING_VERSION", -1)
    assert report(bare) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "lacks the model of comp.sys.ibm.pc.hardware / comp.graphics, run 0" in sentence


def test_results_that_cannot_be_decoded_are_a_sentence_and_are_trained_again(folder, bare, capsys):
    with open_existing_store(bare) as store:
        for key in list(store):
            store.remove(key)
            store.add([(key, b"sound by its checksum alone")])
    assert report(bare) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "study.sqlite holds something else in place of the model of comp.sys" in sentence
    assert study(bare) == 3
    assert drawn(bare, "*.csv") == drawn(folder, "*.csv")


def test_features_of_another_shape_are_made_again(folder, bare):
    def features_in(store):
        found = {}
        for key in list(store):
            with suppress(ValueError):
                bytes_to_array(store[key])
                found[key] = store[key]
        return found

    with open_existing_store(bare) as store:
        whole = features_in(store)
        (key,) = whole
        store.remove(key)
        store.add([(key, array_to_bytes(np.zeros((2, 31))))])
    assert study(bare) == 0
    with open_existing_store(bare) as store:
        assert features_in(store) == whole
