"""explain.ipynb runs from the top with NumPy alone, and says what the page says."""

import pytest

from minimtl.explain.notebook import make_notebook
from minimtl.explain.stations import STATIONS

nbformat = pytest.importorskip("nbformat")


def read(text):
    return nbformat.reads(text, as_version=4)


def test_it_has_every_station_with_prose_formulas_and_question():
    text = make_notebook(None)
    assert text == make_notebook(None)
    notebook = read(text)
    nbformat.validate(notebook)
    words = "\n".join(cell.source for cell in notebook.cells)
    for station in STATIONS:
        for piece in (*station.prose, *station.formula_texts, station.question):
            assert piece in words
        assert f'visit_one(stations["{station.key}"], lesson)' in words


def test_the_pair_is_that_which_was_asked_for():
    topics = ["sci.space", "talk.politics.guns", "sci.med", "talk.politics.misc"]
    assert str(topics) in read(make_notebook(topics)).cells[1].source


def printed(cell):
    """What a cell wrote to standard output, which may have come in several pieces."""
    return "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )


@pytest.mark.slow
def test_it_runs_with_numpy_alone(tmp_path, monkeypatch):
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # then no kernel of ours can be imported
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = read(make_notebook(None))
    alone = "import sys; assert 'minimtl.nn.kernels.jit' not in sys.modules"
    notebook.cells.append(nbformat.v4.new_code_cell(alone))
    run = client.NotebookClient(
        notebook, timeout=1200, resources={"metadata": {"path": str(tmp_path)}}
    )
    run.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    values = [cell for cell in code if "visit_one(stations" in cell.source]
    assert len(values) == len(STATIONS)
    assert all("text/html" in cell.outputs[-1].data for cell in values)
    answers = [cell for cell in code if "answer(lesson)" in cell.source]
    assert all(printed(cell).endswith(".\n") for cell in answers)
