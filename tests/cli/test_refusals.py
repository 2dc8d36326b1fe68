"""What a command refuses once it looks at files: one sentence, exit code 1, and nothing written."""

import pytest

from minimtl import LogisticRegression, save_model
from minimtl.cli import main
from tests.cli.conftest import write_set

UNIVERSES = "multiverse --pairs 1 --runs 1 --vary posts=whole"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder, with an archive that is none, tables of texts, a model, a few posts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs.tar.gz").write_bytes(b"\x1f\x8b" + b"nothing" * 20)
    for name, head in (("a.csv", ("label", "text")), ("b.csv", ("stars", "note"))):
        write_set(tmp_path / name, ("x", "y"), 9, 0, head)
    model = LogisticRegression().fit([[0.0], [1.0]], ["a", "b"])
    save_model(model, tmp_path / "numbers.npz")
    for partition in ("train", "test"):
        topic = tmp_path / "posts" / f"20news-bydate-{partition}" / "sci.med"
        topic.mkdir(parents=True)
        (topic / "1").write_text("From: ann\n\nbody\n")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("audit absent", "absent does not exist"),
        ("audit logs.tar.gz", "logs.tar.gz"),
        ("advise --main a.csv --aux absent.csv", "absent.csv does not exist"),
        ("advise --main a.csv --aux a.csv --save-model no/m.npz", "There is no folder for"),
        (
            "advise --main a.csv --aux b.csv --text-column note",
            "a.csv has no column 'note' (--text-column)",
        ),
        (
            "advise --main a.csv --aux b.csv --group-column who",
            "a.csv has no column 'who' (--group-column); it has 'label', ",
        ),
        ("corpus verify --corpus posts", "is not the published 'bydate' edition"),
        (f"{UNIVERSES} --corpus synthetic", "the synthetic corpus has no headers"),
        (UNIVERSES, "whole posts are in the raw archive 20news-bydate.tar.gz only"),
        ("merge posts --corpus synthetic", "posts has no manifest.json; give the --out folder"),
        ("predict numbers.npz a.csv", "holds a LogisticRegression, which takes no texts"),
    ],
)
def test_one_sentence_and_nothing_written(folder, monkeypatch, capsys, command, said):
    monkeypatch.setenv("MINIMTL_DATA", str(folder))
    monkeypatch.setattr("minimtl.corpora.load.fetch_edition", lambda edition, say: folder / "none")
    before = sorted(folder.rglob("*"))

    assert main(command.split()) == 1

    assert said in capsys.readouterr().err.splitlines()[-1]
    assert sorted(folder.rglob("*")) == before
