"""minimtl doctor: one screen, JSON, no traceback, the exit code; each section, whole and broken."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minimtl.cli import doctor, main
from minimtl.corpora.newsgroups import BYDATE
from minimtl.system import EXTRA_OF

ROOT = Path(__file__).parents[2]


@pytest.fixture
def diagnosis_of(monkeypatch):
    """A function: the diagnosis of one section and its facts, by another check if one is given."""

    def diagnose(name, check=None):
        monkeypatch.setattr(doctor, "CHECKS", {name: check or doctor.CHECKS[name]})
        found = doctor.diagnose()
        return found, found.facts[name]

    return diagnose


@pytest.fixture
def training(diagnosis_of, monkeypatch):
    """A function: the diagnosis where the process that trains says this and ends so."""

    def diagnose(returncode=0, stdout="", stderr=""):
        ended = subprocess.CompletedProcess([], returncode, stdout.encode(), stderr.encode())
        monkeypatch.setattr(subprocess, "run", lambda command, **options: ended)
        return diagnosis_of("training")

    return diagnose


@pytest.mark.parametrize("broken", [[], ["A tiny training failed: so and so.", "And more."]])
def test_one_screen_and_json(tmp_path, broken, monkeypatch, capsys):
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    monkeypatch.setitem(doctor.CHECKS, "training", lambda facts, found: found.broken.extend(broken))
    assert main(["doctor"]) == bool(broken)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) < 50
    titles = [line for line in out.splitlines() if not line.startswith(" ")]
    assert titles[:4] == ["machine", "packages", "corpora", "training"]
    assert main(["doctor", "--json"]) == bool(broken)
    assert json.loads(capsys.readouterr().out)["broken"] == broken
    assert err == (f"minimtl: {broken[0]} (1 more, see above)\n" if broken else "")


def test_values_as_people_read_them(monkeypatch, capsys):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    facts = {"folder": "/home/ann/x", "data": None, "ok": True, "cores": 2, "off": 4.8e-9}
    found = doctor.Diagnosis({"a": facts}, [], ["In /home/ann all is well."])
    monkeypatch.setattr(doctor, "diagnose", lambda: found)
    main(["doctor"])
    assert capsys.readouterr().out.splitlines() == [
        "a",
        "  folder  ~/x",
        "  data    none",
        "  ok      yes",
        "  cores   2",
        "  off     4.8e-09",
        "note: In ~ all is well.",
    ]


@pytest.mark.slow
def test_from_any_folder_with_a_relative_cache(tmp_path, monkeypatch):
    """As a process of its own, in a folder with modules that stand in for ours."""
    monkeypatch.setenv("MINIMTL_CACHE", "cache")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    (tmp_path / "json.py").write_text("raise SystemExit('imported')")
    start = "import sys; sys.path.remove(''); from minimtl.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "doctor", "--json"]
    for kernels in ("compiled", "loaded"):
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        said = json.loads(result.stdout)
        assert said["training"]["kernels"] == kernels
        assert said["training"]["kept_in"].startswith(str(tmp_path / "cache"))


def test_whatever_fails_becomes_a_sentence(diagnosis_of):
    def crash(facts, found):
        facts["a"] = 1
        raise KeyError("b")

    found, facts = diagnosis_of("x", crash)
    assert (found.broken, facts) == (["Checking x failed (KeyError: 'b')."], {"a": 1})


def test_what_is_missing(diagnosis_of, monkeypatch):
    versions = dict.fromkeys(EXTRA_OF, "1.0") | dict.fromkeys(("tqdm", "scipy", "numba"))
    monkeypatch.setattr(doctor, "package_versions", lambda: versions)
    _, facts = diagnosis_of("packages")
    assert facts["numpy"] == "1.0"
    assert facts["scipy"] == "missing"
    assert facts["numba"] == "missing; NumPy trains in its place, some ten times slower"
    assert facts["tqdm"].startswith("missing; 'pip install minimtl[progress]' adds a progress bar")


@pytest.mark.parametrize("where", [None, "cache", "MINIMTL_DATA"])
def test_a_damaged_corpus_is_noticed_where_it_matters(tmp_path, diagnosis_of, monkeypatch, where):
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MINIMTL_DATA", str(tmp_path / "MINIMTL_DATA"))
    if where:
        (tmp_path / where).mkdir()
        (tmp_path / where / BYDATE.file_name).write_bytes(b"\x1f\x8bnothing")
    found, facts = diagnosis_of("corpora")
    assert facts["packaged in minimtl"] == "the file as published"
    assert facts.get(f"bydate in {where}") == ("damaged" if where else None)
    assert [BYDATE.file_name in note for note in found.notes] == [True] * (where == "cache")
    assert [BYDATE.file_name in said for said in found.broken] == [True] * (where == "MINIMTL_DATA")


def test_both_backends_train_and_agree(capsys):
    doctor.print_facts()
    said = json.loads(capsys.readouterr().out)
    assert said["kernels"] in ("loaded", "compiled")
    assert 0 < said["largest_difference"] < doctor.LOSSES_AGREE


def test_without_numba_numpy_trains_alone(training, monkeypatch, capsys):
    monkeypatch.setattr("minimtl.nn.backend.why_no_kernels", lambda: "Numba is not installed")
    doctor.print_facts()
    said = capsys.readouterr().out
    found, facts = training(stdout=said)
    assert facts == {"kernels": "none: Numba is not installed"}
    assert found.broken == []


def test_what_it_says_is_taken_over(training):
    said = {"kernels": "compiled", "kept_in": None, "largest_difference": 0.02}
    found, facts = training(stdout=json.dumps({**said, "notes": ["not kept"]}))
    assert facts == said
    assert found.notes[0] == "not kept"
    assert "cannot keep the kernels, so each process compiles them again" in found.notes[1]


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        ({"returncode": -11}, "ended by SIGSEGV"),
        ({"returncode": -63}, "ended by 63"),
        ({"returncode": 1, "stderr": "Traceback\n  x\nImportError: no\n"}, r": ImportError: no\.$"),
        ({"returncode": 3}, "exit code 3 without a message"),
        (
            {"stdout": '{"kernels": "none: Numba is installed but is not whole", "notes": []}'},
            "^Numba is installed but is not whole.*--force-reinstall numba",
        ),
        (
            {"stdout": '{"kernels": "loaded", "largest_difference": 0.02, "notes": []}'},
            "differ from NumPy by 2.0e-02 in a loss; use --backend numpy",
        ),
    ],
)
def test_a_training_that_fails_has_its_sentence(training, ending, sentence):
    (said,) = training(**ending)[0].broken
    assert re.search(sentence, said)


def test_a_process_that_hangs_has_its_sentence(diagnosis_of, monkeypatch):
    monkeypatch.setattr(doctor, "SECONDS_ALLOWED", 0.01)
    monkeypatch.setattr(doctor, "COMMAND", "import time; time.sleep(60)")
    assert "took more than" in diagnosis_of("training")[0].broken[0]
