"""The tiny training: agreement, and a sentence for every way it can end."""

import json
import re
import subprocess

import pytest

from minimtl.cli.diagnosis import training
from minimtl.cli.diagnosis.section import make_section

SAID = {"kernels": "loaded", "largest_difference": 1e-8, "notes": []}


def ends(monkeypatch, returncode=0, stdout="", stderr=""):
    """Stands in for the process: it says this and ends so."""

    def run(command, **options):
        return subprocess.CompletedProcess(command, returncode, stdout.encode(), stderr.encode())

    monkeypatch.setattr(subprocess, "run", run)
    return make_section("training", training.fill_training)


def test_both_backends_train_and_agree(capsys):
    training.print_facts()
    said = json.loads(capsys.readouterr().out)
    assert said["kernels"] in ("loaded", "compiled")
    assert 0 < said["largest_difference"] < training.LOSSES_AGREE
    assert 0 < said["numba_ms"] < 1e3 * said["first_training_seconds"] + 10


def test_without_numba_numpy_trains_alone(monkeypatch, capsys):
    monkeypatch.setattr("minimtl.nn.why_no_kernels", lambda: "Numba is not installed")
    training.print_facts()
    said = json.loads(capsys.readouterr().out)
    assert said["kernels"] == "none: Numba is not installed"
    assert said["numpy_ms"] > 0
    section = ends(monkeypatch, stdout=json.dumps(said))
    assert section.broken == []


def test_what_it_says_is_taken_over(monkeypatch):
    section = ends(monkeypatch, stdout=json.dumps({**SAID, "notes": ["not kept"]}))
    assert section.facts == {"kernels": "loaded", "largest_difference": 1e-8}
    assert (section.notes, section.broken) == (["not kept"], [])


def test_backends_that_differ_are_broken(monkeypatch):
    section = ends(monkeypatch, stdout=json.dumps({**SAID, "largest_difference": 0.02}))
    assert "differ from NumPy by 2.0e-02 in a loss; use --backend numpy" in section.broken[0]


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
    monkeypatch.setattr(training, "SECONDS_ALLOWED", 0.01)
    monkeypatch.setattr(training, "COMMAND", "import time; time.sleep(60)")
    assert "took more than" in make_section("training", training.fill_training).broken[0]
