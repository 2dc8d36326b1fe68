"""minimtl doctor: one screen, JSON, no traceback, the exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from minimtl.cli import main
from minimtl.cli.diagnosis.section import Section, as_json, as_text


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


def test_one_screen(broken, capsys):
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert len(lines) < 50
    assert err == ""
    titles = [line for line in lines if not line.startswith(" ")]
    assert titles == ["machine", "packages", "places", "corpora", "training"]


def test_json(broken, capsys):
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
    facts = {"here": "/home/ann/x", "memory_bytes": None, "free_bytes": 2_500_000_000}
    facts |= {"size_bytes": 0, "ok": True, "start_seconds": 1.5, "numba_ms": 3.25, "off": 4.8e-9}
    section = Section("a", facts, ["In /home/ann it fails."], ["Well."])
    assert as_text([section]).splitlines() == [
        "a",
        "  here    ~/x",
        "  memory  unknown",
        "  free    2.5 GB",
        "  size    0.0 MB",
        "  ok      yes",
        "  start   1.5 s",
        "  numba   3.25 ms",
        "  off     4.8e-09",
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
