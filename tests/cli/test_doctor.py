"""minimtl doctor: one screen, JSON, no traceback, the exit code; each section, whole and broken."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from minimtl.cli import doctor, main
from minimtl.cli.doctor import Section, as_json, as_text, make_section
from minimtl.corpora.load import EDITIONS
from minimtl.corpora.newsgroups import BYDATE
from minimtl.errors import MinimtlError


@pytest.fixture
def broken(monkeypatch):
    """A list: what the training section will say is broken."""
    sentences = []

    def fill(section):
        section.facts["kernels"] = "loaded"
        section.broken += sentences

    monkeypatch.setattr("minimtl.cli.doctor.fill_training", fill)
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    return sentences


def test_one_screen_and_json(broken, capsys):
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert len(lines) < 50
    assert err == ""
    titles = [line for line in lines if not line.startswith(" ")]
    assert titles == ["machine", "packages", "places", "corpora", "training"]
    assert main(["doctor", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["training"] == {"kernels": "loaded"}
    assert said["broken"] == []


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_something_essential_broken_is_exit_1(broken, capsys, form):
    broken += ["A tiny training failed: so and so.", "And more."]
    assert main(["doctor", *form]) == 1
    out, err = capsys.readouterr()
    assert "A tiny training failed" in out
    assert err == "minimtl: A tiny training failed: so and so. (1 more, see above)\n"


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
    said = json.loads(as_json([section]))
    assert said["a"]["here"] == "~/x"
    assert said["broken"] == ["In ~ it fails."]


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


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A cache and a working folder of the test's own."""
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_whatever_fails_becomes_a_sentence_and_a_known_cause_a_note():
    def crash(section):
        section.facts["a"] = 1
        raise KeyError("b")

    def refuse(section):
        raise MinimtlError("No home.")

    broken = ["Checking x failed (KeyError: 'b')."]
    assert make_section("x", crash) == Section("x", {"a": 1}, broken)
    assert make_section("x", refuse) == Section("x", notes=["No home."])


def test_the_machine():
    facts = make_section("machine", doctor.fill_machine).facts
    assert facts["python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert 1 <= facts["cores_usable"] <= facts["cores"]
    assert facts["processor"]


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


def test_places_that_can_be_written(folders):
    (folders / "cache" / "deep").mkdir(parents=True)
    (folders / "cache" / "deep" / "x").write_bytes(b"12345")
    section = make_section("places", doctor.fill_places)
    assert (section.notes, section.broken) == ([], [])
    assert section.facts["cache_size_bytes"] == 5
    assert section.facts["cache_writable"] is section.facts["here_writable"] is True
    assert section.facts["here_free_bytes"] == pytest.approx(
        shutil.disk_usage(folders).free, rel=0.05
    )
    assert not [path for path in folders.iterdir() if path.name != "cache"]


def test_places_that_cannot(folders, monkeypatch):
    (folders / "file").write_text("")
    monkeypatch.setenv("MINIMTL_CACHE", str(folders / "file" / "cache"))
    usage = shutil.disk_usage(folders)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    section = make_section("places", doctor.fill_places)
    assert section.facts["cache_writable"] is False
    first, second = section.notes
    assert "cannot be written, so corpora and kernels are not kept; set MINIMTL_CACHE" in first
    assert "cannot hold the results of a study" in second


def test_the_packaged_corpus_is_always_checked(folders, monkeypatch, tmp_path):
    section = make_section("corpora", doctor.fill_corpora)
    assert section.facts == {"MINIMTL_DATA": None, "packaged in minimtl": "the file as published"}
    assert (section.notes, section.broken) == ([], [])
    monkeypatch.setattr(doctor, "EDITIONS", (replace(EDITIONS[0], folder=tmp_path),))
    section = make_section("corpora", doctor.fill_corpora)
    assert section.facts["packaged in minimtl"] == "damaged"
    assert "20news-words.xz cannot be read: No such file" in section.broken[0]


@pytest.mark.parametrize("where", ["cache", "MINIMTL_DATA"])
def test_a_damaged_corpus_is_noticed_where_it_matters(folders, monkeypatch, where):
    folder = folders / "cache"
    if where == "MINIMTL_DATA":
        folder = folders / "data"
        monkeypatch.setenv("MINIMTL_DATA", str(folder))
    folder.mkdir()
    (folder / BYDATE.file_name).write_bytes(b"\x1f\x8bnothing")
    section = make_section("corpora", doctor.fill_corpora)
    assert section.facts[f"bydate in {where}"] == "damaged"
    said = section.notes if where == "cache" else section.broken
    assert len(said) == 1
    assert len(section.notes) + len(section.broken) == 1
    assert BYDATE.file_name in said[0]


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
    assert 0 < said["numba_ms"] < 1e3 * said["first_training_seconds"] + 10


def test_without_numba_numpy_trains_alone(monkeypatch, capsys):
    monkeypatch.setattr("minimtl.nn.why_no_kernels", lambda: "Numba is not installed")
    doctor.print_facts()
    said = json.loads(capsys.readouterr().out)
    assert said["kernels"] == "none: Numba is not installed"
    assert said["numpy_ms"] > 0
    section = ends(monkeypatch, stdout=json.dumps(said))
    assert section.broken == []


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
        (-4, "noise", "ended by SIGILL"),
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
