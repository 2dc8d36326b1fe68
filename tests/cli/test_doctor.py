"""minimtl doctor: one screen, JSON, no traceback, the exit code; each section, whole and broken."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minimtl.cli import doctor, main
from minimtl.cli.doctor import Section, as_text, make_section
from minimtl.corpora import EDITIONS


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A cache and a working folder of the test's own."""
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("broken", [[], ["A tiny training failed: so and so.", "And more."]])
def test_one_screen_and_json(folders, broken, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "fill_training", lambda section: section.broken.extend(broken))
    assert main(["doctor"]) == bool(broken)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) < 50
    titles = [line for line in out.splitlines() if not line.startswith(" ")]
    assert titles == ["machine", "packages", "places", "corpora", "training"]
    assert main(["doctor", "--json"]) == bool(broken)
    assert json.loads(capsys.readouterr().out)["broken"] == broken
    assert err == (f"minimtl: {broken[0]} (1 more, see above)\n" if broken else "")


def test_values_as_people_read_them(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    facts = {"here": "/home/ann/x", "data": None, "free_bytes": 2_500_000_000, "size_bytes": 0}
    facts |= {"ok": True, "start_seconds": 1.5, "numba_ms": 3.25, "off": 4.8e-9}
    section = Section("a", facts, ["In /home/ann it fails."], ["Well."])
    assert as_text([section]).splitlines() == [
        "a",
        "  here   ~/x",
        "  data   none",
        "  free   2.5 GB",
        "  size   0.0 MB",
        "  ok     yes",
        "  start  1.5 s",
        "  numba  3.25 ms",
        "  off    4.8e-09",
        "  BROKEN: In ~ it fails.",
        "  note: Well.",
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


def test_whatever_fails_becomes_a_sentence():
    def crash(section):
        section.facts["a"] = 1
        raise KeyError("b")

    broken = ["Checking x failed (KeyError: 'b')."]
    assert make_section("x", crash) == Section("x", {"a": 1}, broken)


def test_the_extras_are_those_of_the_metadata():
    metadata = configparser.ConfigParser()
    metadata.read(Path(__file__).parents[2] / "setup.cfg")
    extras = metadata["options.extras_require"]
    for name, (package, _) in doctor.EXTRAS.items():
        assert [line.split(">")[0] for line in extras[name].split()] == [package]
    developers = {"all", "bench", "oracles", "test", "fuzz", "lint", "site"}
    assert set(extras) - set(doctor.EXTRAS) == developers
    required = metadata["options"]["install_requires"].strip().splitlines()
    names = [line.split(">")[0] for line in required if not line.startswith("#")]
    assert names == list(doctor.REQUIRED)


def test_what_is_missing_and_what_is_broken(monkeypatch):
    absent = ("tqdm", "scipy", "numba")
    monkeypatch.setattr(doctor, "installed_version", lambda name: None if name in absent else "1.0")
    monkeypatch.setitem(sys.modules, "scipy", None)
    section = make_section("packages", doctor.fill_packages)
    assert section.facts["numpy"] == "1.0"
    assert section.facts["scipy"] == "missing"
    assert section.facts["numba"] == "missing; NumPy trains in its place, some ten times slower"
    assert section.facts["tqdm"].startswith("missing; 'pip install minimtl[progress]' adds a prog")
    (sentence,) = section.broken
    assert sentence.startswith("scipy cannot be imported (ModuleNotFoundError")


def test_places(folders, monkeypatch):
    (folders / "cache").mkdir(parents=True)
    (folders / "cache" / "x").write_bytes(b"12345")
    section = make_section("places", doctor.fill_places)
    assert (section.notes, section.broken) == ([], [])
    assert section.facts["cache_size_bytes"] == 5
    assert section.facts["cache_writable"] is section.facts["here_writable"] is True

    monkeypatch.setenv("MINIMTL_CACHE", str(folders / "cache" / "x" / "y"))
    usage = shutil.disk_usage(folders)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    section = make_section("places", doctor.fill_places)
    assert section.facts["cache_writable"] is False
    first, second = section.notes
    assert "cannot be written, so corpora and kernels are not kept; set MINIMTL_CACHE" in first
    assert "cannot hold the results of a study" in second


@pytest.mark.parametrize("where", [None, "cache", "MINIMTL_DATA"])
def test_a_damaged_corpus_is_noticed_where_it_matters(folders, monkeypatch, where):
    if where == "MINIMTL_DATA":
        monkeypatch.setenv(where, str(folders / "MINIMTL_DATA"))
    bydate = EDITIONS[1]
    if where:
        (folders / where).mkdir()
        (folders / where / bydate.file_name).write_bytes(b"\x1f\x8bnothing")
    section = make_section("corpora", doctor.fill_corpora)
    assert section.facts["packaged in minimtl"] == "the file as published"
    assert section.facts.get(f"bydate in {where}") == ("damaged" if where else None)
    assert [bydate.file_name in note for note in section.notes] == [True] * (where == "cache")
    assert [bydate.file_name in said for said in section.broken] == [True] * (
        where == "MINIMTL_DATA"
    )


def ends(monkeypatch, returncode=0, stdout="", stderr=""):
    """Stands in for the process: it says this and ends so."""

    def run(command, **options):
        return subprocess.CompletedProcess(command, returncode, stdout.encode(), stderr.encode())

    monkeypatch.setattr(subprocess, "run", run)
    return make_section("training", doctor.fill_training)


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
    assert said["numpy_ms"] > 0
    assert ends(monkeypatch, stdout=json.dumps(said)).broken == []


def test_what_it_says_is_taken_over(monkeypatch):
    said = {"kernels": "loaded", "largest_difference": 0.02}
    section = ends(monkeypatch, stdout=json.dumps({**said, "notes": ["not kept"]}))
    assert section.facts == said
    assert section.notes == ["not kept"]
    (sentence,) = section.broken
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
    (said,) = ends(monkeypatch, returncode, stderr=stderr).broken
    assert re.search(sentence, said)


def test_a_process_that_hangs_has_its_sentence(monkeypatch):
    monkeypatch.setattr(doctor, "SECONDS_ALLOWED", 0.01)
    monkeypatch.setattr(doctor, "COMMAND", "import time; time.sleep(60)")
    assert "took more than" in make_section("training", doctor.fill_training).broken[0]
