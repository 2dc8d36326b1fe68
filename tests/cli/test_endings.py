"""However a command ends: one sentence, a documented exit code, and nothing lost.

Each case is a command as a person types it into a shell.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from minimtl.cli import main
from minimtl.jobs import store as storefile
from tests.jobs.processes import ENVIRONMENT, heed_signals, session, wait_until

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="closes streams and sets limits with bash"
)
ONE_PAIR = ["study", "--corpus", "synthetic", "--problem", "related", "--pairs", "1", "--runs", "1"]
STUDY = f"{' '.join(ONE_PAIR)} --workers 1 --out out"
TRAINING = "study --corpus synthetic --workers 1 --out out"

# A command, what a shell does around it ({}: the command), exit code, what standard error ends in.
ENDINGS = {
    "standard error is closed": (STUDY, "{} 2>&-", 0, ""),
    "standard error is full": (STUDY, "{} 2>/dev/full", 0, ""),
    "standard output is closed": (STUDY, "{} >&-", 0, ""),
    "standard output is full": (STUDY, "{} >/dev/full", 1, "standard output cannot be written (No"),
    "a full standard output for help": ("--help", "{} >/dev/full", 1, "output cannot be written"),
    "nobody reads": ("corpus info --corpus synthetic", "set -o pipefail; {} | true", 1, ""),
    "no folder": (f"{STUDY} --out ''", "{}", 2, "--out: it names no folder; the one you are in"),
    "no text": (f"{STUDY} --out $'\\xff'", "{}", 2, r"'\udcff' is not UTF-8 text; minimtl takes"),
    "many runs": (f"{STUDY} --runs 999999999999", "{}", 2, "is more than 10,000 (see `minimtl"),
    "many workers": (f"{STUDY} --workers 999999999999", "{}", 2, "is more than 10,000 (see"),
    "many pairs": (f"{STUDY} --pairs {9**40} --seed {9**40} --dry-run", "{}", 0, "all are taken"),
    "a small corpus": (
        f"{STUDY} --protocol released", "{}", 1,
        "2 of the study's 2 tasks cannot be trained by the protocol released: the protocol draws",
    ),
    "few open files": (STUDY, "ulimit -n 10; {}", 1, "no worker process could be started: [Errno"),
    "little memory": (STUDY, "ulimit -v 300000; {}", 1, "may use 307 MB of address space"),
    "no compiler": (STUDY, "NUMBA_DISABLE_JIT=1 {}", 1, "backend is numba there and numpy here"),
}  # fmt: skip
# These end before anything is written.
NOTHING_WRITTEN = ("no folder", "no text", "many runs", "many workers", "a small corpus")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with `out`, the folder of a finished study."""
    pytest.importorskip("numba")
    folder = tmp_path_factory.mktemp("finished")
    assert main([*ONE_PAIR, "--workers", "1", "--quiet", "--out", str(folder / "out")]) == 0
    return folder


def in_shell(folder, command, around):
    return subprocess.run(
        ["bash", "-c", around.format(f"{sys.executable} -m minimtl {command}")],
        cwd=folder,
        env=ENVIRONMENT | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", ENDINGS)
def test_every_ending_is_a_sentence_and_an_exit_code(finished, tmp_path, name):
    command, around, code, sentence = ENDINGS[name]
    starts_anew = name in NOTHING_WRITTEN or name == "few open files"
    ended = in_shell(tmp_path if starts_anew else finished, command, around)
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert sentence in ended.stderr
    if sentence and code:
        assert ended.stderr.splitlines()[-1].startswith("minimtl: ")
        assert ended.stderr.count("minimtl: ") == 1
    if name == "no compiler":
        assert "Numba is installed but cannot be used (NUMBA_DISABLE_JIT is set" in ended.stderr
    if name in NOTHING_WRITTEN:
        assert list(tmp_path.iterdir()) == []
    if not starts_anew:
        assert stored(finished / "out") == 4  # three models and the features


def stored(folder):
    connection = sqlite3.connect(folder / "study.sqlite")
    ((n_rows,),) = connection.execute("SELECT count(*) FROM results")
    connection.close()
    return n_rows


@pytest.fixture
def training(tmp_path):
    """A study of all pairs in a session of its own, which has stored some results."""
    running = subprocess.Popen(
        [sys.executable, "-m", "minimtl", *TRAINING.split()],
        cwd=tmp_path, env=ENVIRONMENT, start_new_session=True, preexec_fn=heed_signals,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: (tmp_path / "out" / "manifest.json").exists())
        wait_until(lambda: stored(tmp_path / "out") > 0)
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_study_with_the_command_that_continues_it(training, tmp_path, number):
    training.send_signal(number)
    _, said = training.communicate(timeout=300)
    assert training.returncode == 128 + number
    assert said.splitlines()[-1] == (
        f"minimtl: interrupted; every finished model is kept, and `minimtl {TRAINING}` continues"
    )
    assert "Traceback" not in said
    wait_until(lambda: not session(training.pid))
    assert stored(tmp_path / "out") > 0


def test_a_store_that_is_removed_meanwhile(training, tmp_path):
    shutil.rmtree(tmp_path / "out")
    _, said = training.communicate(timeout=300)
    assert training.returncode == 1
    assert "study.sqlite was removed or replaced while it was in use" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_report_beside_a_running_study_reads_and_disturbs_nothing(training, tmp_path, capsys):
    assert main(["report", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "another minimtl is at work in" in said
    assert said.endswith(f"is not finished; `minimtl {TRAINING}` continues it\n")
    before = stored(tmp_path / "out")
    time.sleep(0.5)
    assert training.poll() is None
    wait_until(lambda: stored(tmp_path / "out") > before)


@pytest.fixture
def copied(finished, tmp_path):
    """A folder of a finished study to be forged."""
    return shutil.copytree(finished / "out", tmp_path / "out")


def forge_identity(folder, **changes):
    """Change parts of the identity in a store, with the right checksum."""
    connection = sqlite3.connect(folder / "study.sqlite")
    ((text,),) = connection.execute("SELECT text FROM identity")
    text = json.dumps({**json.loads(text), **changes}, sort_keys=True)
    row = (text, storefile.checksum(b"identity", text.encode()))
    connection.execute("UPDATE identity SET text = ?, checksum = ?", row)
    connection.commit()
    connection.close()


def nested(depth):
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        ({"protocol": 5}, "is of another study than study.sqlite"),
        ({"corpus": {"digest": 7}}, "is of another study than study.sqlite"),
        ({"seed": "0"}, "is of another study than study.sqlite"),
        ({"more": nested(150)}, "is of another study than study.sqlite"),
        ({"more": nested(250)}, "does not say of which study"),
        ({"training_version": 99}, "made by another version of minimtl, which trained differently"),
    ],
)
def test_forged_identities_end_in_a_sentence(copied, capsys, forged, said):
    forge_identity(copied, **forged)
    assert main(["report", str(copied)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert said in sentence
    if "does not say" not in said:  # which is damage, and set aside
        assert main([*ONE_PAIR, "--quiet", "--workers", "1", "--out", str(copied)]) == 1
        assert "holds another study" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "forged",
    [{"problems": {"related": {}}}, {"corpus": []}, {"command": [1]}, {"identity": None},
     {"trained_by": {"numba": "many"}}, {"problems": {"related": {"pairs": 1, "runs": -1}}}],
)  # fmt: skip
def test_forged_manifests_end_in_a_sentence(copied, capsys, forged):
    path = copied / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **forged}))
    assert main(["report", str(copied)]) in (1, 2)
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("minimtl: ")


def run_python(code, *before, path=ENVIRONMENT["PYTHONPATH"]):
    return subprocess.run(
        [*before, sys.executable, "-c", code], env=ENVIRONMENT | {"PYTHONPATH": str(path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_what_nohup_ignores_stays_ignored():
    code = "import os, signal\nfrom minimtl.system import begin_process\nbegin_process()\n"
    code += "os.kill(os.getpid(), signal.SIGHUP)\nprint('alive')"
    assert run_python(code, "nohup").stdout == "alive\n"


def test_an_interrupted_process_ends_by_its_signal_wherever_it_is():
    """Also where Python itself was at work: it would end by SIGINT whatever had come."""
    ended = run_python(
        "import os, signal, sys, minimtl.cli\n"
        "def interrupt(*arguments):\n"
        "    exec('os.kill(os.getpid(), signal.SIGTERM)')\n"
        "sys.modules['minimtl.cli.main'].build_parser = interrupt\n"
        "sys.exit(minimtl.cli.run_process(['doctor']))\n"
    )
    assert ended.returncode == 143
    assert ended.stderr == "minimtl: interrupted; `minimtl doctor` begins again\n"


def test_a_signal_waits_while_something_is_imported(tmp_path):
    """Python would lose it in a callback of the import, or take it for a module that is broken."""
    (tmp_path / "slow.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    ended = run_python(
        "import time\nfrom minimtl.system import begin_process, exit_code_of_signal\n"
        "begin_process()\nimport slow\ntry:\n    time.sleep(30)\n"
        "except KeyboardInterrupt:\n    print('after the import', exit_code_of_signal())\n",
        path=f"{tmp_path}{os.pathsep}{ENVIRONMENT['PYTHONPATH']}",
    )
    assert (ended.stdout, ended.stderr) == ("after the import 143\n", "")
