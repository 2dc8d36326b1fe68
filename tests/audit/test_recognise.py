"""Whose results an archive holds, and that nothing else is taken for any."""

import tarfile
from functools import partial

import pytest

from minimtl.audit.recognise import STUDIES, audit
from minimtl.errors import MinimtlError
from tests.audit.madeup import MadeUpExperiment, MadeUpLogs


@pytest.mark.parametrize(
    ("write", "title"),
    [(partial(MadeUpExperiment, n_pairs=6), "Kerinec"), (MadeUpLogs, "Bingel")],
)
def test_a_folder_and_its_archive_are_recognised(write, title, tmp_path):
    folder, archive = tmp_path / "released", tmp_path / "released.tar.gz"
    folder.mkdir()
    (folder / "README.md").write_text("text")
    write(folder)
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, arcname="repository-master")
    audited = audit(folder)
    assert audit(archive) == audited
    assert audited.title.startswith(title)
    assert audited.findings
    assert audited.lines
    for table in audited.pairs:
        assert {"main", "aux", "gain"} <= set(table.rows[0])


def test_a_file_is_of_one_study():
    names = ["gains_1", "exp1_0/results200/simple/a_b", "x/logs/a/loss_tr.log"]
    names += ["logs/a_b/loss_dv.log"]
    assert [[study.pattern.fullmatch(name) is not None for study in STUDIES] for name in names] == [
        [True, False], [True, False], [False, True], [False, True]
    ]  # fmt: skip


def test_nothing_known(tmp_path):
    (tmp_path / "README.md").write_text("text")
    with pytest.raises(MinimtlError, match="no released results") as raised:
        audit(tmp_path)
    assert all(study.layout in str(raised.value) for study in STUDIES)
    assert "\n" not in str(raised.value)
