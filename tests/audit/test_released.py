"""Released studies: whose results an archive holds, and how a printed number is judged."""

import tarfile
from functools import partial

import pytest

from minimtl.audit.recognise import STUDIES, audit
from minimtl.audit.released import by_digits
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


def test_nothing_known(tmp_path):
    (tmp_path / "README.md").write_text("text")
    with pytest.raises(MinimtlError, match="no released results") as raised:
        audit(tmp_path)
    assert all(study.layout in str(raised.value) for study in STUDIES)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("printed", "derived", "digits", "judgement"),
    [
        (0.893, 0.8934, 3, ("agrees", "")),
        (0.57, 0.5686, 2, ("agrees", "")),
        (0.57, 0.5768, 2, ("agrees", "printed cut, not rounded")),
        (-0.93, -0.9327, 2, ("agrees", "")),
        (-0.01, -0.0188, 2, ("agrees", "printed cut, not rounded")),
        (-0.02, -0.0148, 2, ("differs", "")),
        (17, 17.8, 0, ("agrees", "printed cut, not rounded")),
        (23, 23.0, 0, ("agrees", "")),
        (18, 16.9, 0, ("differs", "")),
        (0.05, 0.012, 2, ("differs", "")),
    ],
)
def test_how_a_number_was_shortened(printed, derived, digits, judgement):
    assert by_digits(printed, derived, digits) == judgement
