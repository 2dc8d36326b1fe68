"""The whole audit of made-up and of the real logs of Bingel and Søgaard."""

import numpy as np
import pytest

from minimtl.audit import audit
from minimtl.audit.bingel.published import GAINS, GRADIENT_30
from minimtl.corpora import load_corpus
from minimtl.errors import UsageError


def by_item(audited):
    return {finding.item: finding for finding in audited.findings}


def test_the_printed_numbers():
    values = np.array(list(GAINS.values()))
    assert (len(values), (values > 0).sum(), (values < 0).sum()) == (90, 40, 50)
    assert max(GAINS, key=GAINS.get) == ("hyperlinks", "semcor")
    assert {main for main, _ in GAINS} == set(GRADIENT_30)


def test_made_up_logs_are_of_nothing_in_print(made_up_logs, root):
    made_up = made_up_logs()
    audited = audit(root)
    items = by_item(audited)
    assert items["gains that agree"].verdict == "incomplete"
    gains = np.array([made_up.gain(pair) for pair in made_up.joint])
    assert items["pairs that gain"].derived == (gains > 0).sum()
    assert items["largest gain"].derived == pytest.approx(gains.max())
    assert items["small gains"].derived == (np.abs(gains) < 1).sum()
    assert items["F1 of all 42 features"].verdict == "missing"
    assert [(table.name, len(table.rows)) for table in audited.pairs] == [("pairs_bingel2017", 12)]


def test_with_a_task_unseen_its_name_says_nothing(made_up_logs, root):
    """Gains that the main task alone decides: known by its name on random folds, and not beyond."""
    made_up = made_up_logs(tasks=tuple("abcdefgh"))
    for main, aux in made_up.joint:
        made_up.joint[main, aux] = made_up.alone[main] * (1.05 if main in "aceg" else 0.95)
    for file in (root / "logs").rglob("*.log"):
        file.unlink()
    for folder in sorted((root / "logs").iterdir()):
        folder.rmdir()
    (root / "logs").rmdir()
    made_up.write(root)
    items = by_item(audit(root))
    assert items["accuracy of main task's name"].derived == 1
    assert items["accuracy of majority, main task unseen"].derived <= 0.5
    assert items["main tasks of one label"].derived == 8


def test_a_corpus_is_refused(made_up_logs, root):
    made_up_logs()
    corpus = load_corpus("synthetic", announce=lambda line: None)
    with pytest.raises(UsageError, match="have no task"):
        audit(root, corpus)


def test_two_tasks_are_too_few_to_predict(made_up_logs, root):
    made_up_logs(tasks=("ant", "bee"))
    audited = audit(root)
    assert not any("accuracy of" in item for item in by_item(audited))
    assert not any("random folds" in line for line in audited.lines)


@pytest.mark.corpus
def test_the_real_logs(data_dir):
    audited = audit(data_dir / "bingel2017-logs.tar.gz")
    items = by_item(audited)
    for item, value in (
        ("gains that agree", 90),
        ("pairs that gain", 40),
        ("pairs that lose", 50),
        ("slopes at 30 % that agree", 10),
    ):
        assert (items[item].derived, items[item].verdict) == (value, "agrees")
    assert items["largest gain"].verdict == "agrees"
    assert items["largest gain"].derived == pytest.approx(23.200162754621978, abs=1e-9)
    # The name on random folds is worth more than anything that is printed; unseen, nothing.
    assert 0.74 < items["F1 of main task's name"].derived < 0.78
    assert items["accuracy of majority, main task unseen"].derived == pytest.approx(50 / 90)
    assert len(audited.lines) == 10
