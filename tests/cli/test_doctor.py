"""minimtl doctor: one screen, JSON, no traceback, the exit code; each section, whole and broken."""

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minimtl.cli import doctor, main
from minimtl.cli.doctor import Diagnosis, diagnose
from minimtl.corpora import EDITIONS
from minimtl.system import EXTRA_OF


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A cache and a working folder of the test's own."""
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def only(monkeypatch, name, check=None):
    """The diagnosis of one section, and its facts."""
    monkeypatch.setattr(doctor, "CHECKS", {name: check or doctor.CHECKS[name]})
    found = diagnose()
    return found, found.facts[name]


@pytest.mark.parametrize("broken", [[], ["A tiny training failed: so and so.", "And more."]])
def test_one_screen_and_json(folders, broken, monkeypatch, capsys):
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
    found = Diagnosis({"a": facts}, [], ["In /home/ann all is well."])
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
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    (tmp_path / "json.py").write_text("raise SystemExit('imported')")
    start = "import sys; sys.path.remove(''); from minimtl.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "doctor", "--json"]
    for kernels in ("compiled", "loaded"):
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        said = json.loads(result.stdout)
        assert said["training"]["kernels"] == kernels
        assert said["training"]["kept_in"].startswith(str(tmp_path / "cache"))


def test_whatever_fails_becomes_a_sentence(monkeypatch):
    def crash(facts, found):
        facts["a"] = 1
        raise KeyError("b")

    found, facts = only(monkeypatch, "x", crash)
    assert (found.broken, facts) == (["Checking x failed (KeyError: 'b')."], {"a": 1})


def test_the_packages_and_extras_are_those_of_the_metadata():
    metadata = configparser.ConfigParser()
    metadata.read(Path(__file__).parents[2] / "setup.cfg")
    extras = metadata["options.extras_require"]
    developers = {"all", "bench", "oracles", "test", "fuzz", "lint", "site"}
    assert {
        package: extra for extra in set(extras) - developers for package in names_in(extras[extra])
    } == {package: extra for package, extra in EXTRA_OF.items() if extra}
    required = names_in(metadata["options"]["install_requires"])
    assert required == [package for package, extra in EXTRA_OF.items() if extra is None]


def names_in(lines):
    return [line.split(">")[0] for line in lines.strip().splitlines() if not line.startswith("#")]


def test_what_is_missing(monkeypatch):
    absent = ("tqdm", "scipy", "numba")
    versions = {package: None if package in absent else "1.0" for package in EXTRA_OF}
    monkeypatch.setattr(doctor, "package_versions", lambda: versions)
    _, facts = only(monkeypatch, "packages")
    assert facts["numpy"] == "1.0"
    assert facts["scipy"] == "missing"
    assert facts["numba"] == "missing; NumPy trains in its place, some ten times slower"
    assert (
        facts["tqdm"]
        == "missing; 'pip install minimtl[progress]' adds a progress bar with the remaining time"
    )


@pytest.mark.parametrize("where", [None, "cache", "MINIMTL_DATA"])
def test_a_damaged_corpus_is_noticed_where_it_matters(folders, monkeypatch, where):
    if where == "MINIMTL_DATA":
        monkeypatch.setenv(where, str(folders / "MINIMTL_DATA"))
    bydate = EDITIONS[1]
    if where:
        (folders / where).mkdir()
        (folders / where / bydate.file_name).write_bytes(b"\x1f\x8bnothing")
    found, facts = only(monkeypatch, "corpora")
    assert facts["packaged in minimtl"] == "the file as published"
    assert facts.get(f"bydate in {where}") == ("damaged" if where else None)
    assert [bydate.file_name in note for note in found.notes] == [True] * (where == "cache")
    assert [bydate.file_name in said for said in found.broken] == [True] * (where == "MINIMTL_DATA")


def ends(monkeypatch, returncode=0, stdout="", stderr=""):
    """Stands in for the process: it says this and ends so."""

    def run(command, **options):
        return subprocess.CompletedProcess(command, returncode, stdout.encode(), stderr.encode())

    monkeypatch.setattr(subprocess, "run", run)
    return only(monkeypatch, "training")


def test_both_backends_train_and_agree(capsys):
    doctor.print_facts()
    said = json.loads(capsys.readouterr().out)
    assert said["kernels"] in ("loaded", "compiled")
    assert 0 < said["largest_difference"] < doctor.LOSSES_AGREE


def test_without_numba_numpy_trains_alone(monkeypatch, capsys):
    monkeypatch.setattr("minimtl.nn.why_no_kernels", lambda: "Numba is not installed")
    doctor.print_facts()
    said = json.loads(capsys.readouterr().out)
    assert said["kernels"] == "none: Numba is not installed"
    assert ends(monkeypatch, stdout=json.dumps(said))[0].broken == []


def test_a_numba_that_cannot_be_used_is_broken(monkeypatch):
    said = {"kernels": "none: Numba is installed but cannot be used (no LLVM)", "notes": []}
    (broken,) = ends(monkeypatch, stdout=json.dumps(said))[0].broken
    assert broken.startswith("Numba is installed but cannot be used (no LLVM)")
    assert "--force-reinstall numba" in broken


def test_what_it_says_is_taken_over(monkeypatch):
    said = {"kernels": "compiled", "kept_in": None, "largest_difference": 0.02}
    found, facts = ends(monkeypatch, stdout=json.dumps({**said, "notes": ["not kept"]}))
    assert facts == said
    first, second = found.notes
    assert first == "not kept"
    assert (
        "cannot keep the kernels, so each process compiles them again; set MINIMTL_CACHE" in second
    )
    (sentence,) = found.broken
    assert "differ from NumPy by 2.0e-02 in a loss; use --backend numpy" in sentence


@pytest.mark.parametrize(
    ("returncode", "stderr", "sentence"),
    [
        (-11, "", "ended by SIGSEGV"),
        (-63, "", "ended by 63"),
        (1, "Traceback\n  x\nImportError: no numba\n", r"failed: ImportError: no numba\.$"),
        (3, "", "exit code 3 without a message"),
    ],
)
def test_a_process_that_dies_has_its_sentence(monkeypatch, returncode, stderr, sentence):
    (said,) = ends(monkeypatch, returncode, stderr=stderr)[0].broken
    assert re.search(sentence, said)


def test_a_process_that_hangs_has_its_sentence(monkeypatch):
    monkeypatch.setattr(doctor, "SECONDS_ALLOWED", 0.01)
    monkeypatch.setattr(doctor, "COMMAND", "import time; time.sleep(60)")
    assert "took more than" in only(monkeypatch, "training")[0].broken[0]
