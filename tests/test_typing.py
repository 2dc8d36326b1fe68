"""What a type checker tells a user of the library: mypy on scripts as a user would write them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import minimtl

pytest.importorskip("mypy")

ROOT = Path(__file__).parents[1]
CORRECT = """
import numpy as np
from minimtl import (
    LogisticRegression, MultiTaskMLPClassifier, MultiTaskTextClassifier, TfidfVectorizer, advise,
    cross_validate, fit_log_curve, jensen_shannon_divergence, load_model, meta_analysis, save_model,
)
texts, y = ["a good film", "a bad film"], [1, 0]
vectorizer = TfidfVectorizer(max_features=100, ngram_range=(1, 2), dtype=np.float32)
X = vectorizer.fit(texts).transform(texts)
model = MultiTaskMLPClassifier((50,), dropout=0.2, random_state=0).fit([X, X], [y, y])
probabilities = model.predict_proba(X, task=1)
texts_model = MultiTaskTextClassifier(vectorizer).fit({"a": texts}, {"a": y})
name: str = texts_model.tasks_[0]
loss: float = model.loss_curve_[0, -1]
score: float = LogisticRegression(C=2.0).fit(X, y).score(X, y)
mean: float = cross_validate(LogisticRegression(), X, y, n_splits=2)["accuracy"].mean()
slope: float = fit_log_curve([0.9, 0.5, 0.4]).a
divergence = jensen_shannon_divergence([1, 2], [2, 1])
found: str = meta_analysis("pairs.csv", main="target", sets={"sizes": ["n"]}).finding.verdict
save_model(model, "model.npz")
load_model("model.npz").predict(X)
advice = advise(texts, y, {"other": (texts, ["yes", "no"])}, runs=2, out="advice")
verdict: str = advice.verdict
best: float = advice.best.score
labels: np.ndarray = advice.model.predict(texts)
"""
# A line of a script, and what mypy must say of it.
WRONG = {
    "from minimtl import TfidfVectoriser": "has no attribute",
    "minimtl.TfidfVectorizer(max_feature=5)": "Unexpected keyword argument",
    "minimtl.TfidfVectorizer(max_features='5')": "incompatible type",
    "minimtl.TfidfVectorizer().fit_transfrom(['a'])": "has no attribute",
    "minimtl.TfidfVectorizer().fit(['a']).transfrom(['a'])": "has no attribute",
    "minimtl.MultiTaskMLPClassifier(epochs=5)": "Unexpected keyword argument",
    "minimtl.MultiTaskMLPClassifier(hidden_layer_sizes='50')": "incompatible type",
    "minimtl.MultiTaskMLPClassifier(random_state='one')": "incompatible type",
    "minimtl.MultiTaskMLPClassifier().fit([[1.0]], [1]).predict_prob([[1.0]])": "has no attribute",
    "minimtl.MultiTaskMLPClassifier().predict([[1.0]], task=1.5)": "incompatible type",
    "minimtl.LogisticRegression(c=1.0)": "Unexpected keyword argument",
    "minimtl.LogisticRegression(C='1')": "incompatible type",
    "minimtl.LogisticRegression().fit([[1.0]], [1]).coefs_": "has no attribute",
    "minimtl.jensen_shannon_divergence([1], [1], base=2)": "Unexpected keyword argument",
    "minimtl.fit_log_curve(loss=[1.0])": "Unexpected keyword argument",
    "minimtl.fit_log_curve([1.0]).slope": "has no attribute",
    "minimtl.cross_validate(minimtl.LogisticRegression(), [[1]], [1], cv=5)":
        "Unexpected keyword argument",
    "minimtl.cross_validate(minimtl.LogisticRegression(), [[1]], [1], n_splits='5')":
        "incompatible type",
    "minimtl.meta_analysis('pairs.csv', target='main')": "Unexpected keyword argument",
    "minimtl.meta_analysis('pairs.csv', features=3)": "incompatible type",
    "minimtl.save_model(minimtl.LogisticRegression())": "Missing positional argument",
    "minimtl.save_model('model', 3)": "incompatible type",
    "minimtl.load_model(3)": "incompatible type",
}  # fmt: skip


def test_correct_use_passes_and_each_mistake_is_an_error(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("\n".join(["import minimtl", *WRONG, CORRECT]), encoding="utf-8")
    # The package's own settings, under which scipy and numba count as untyped; its cache as well.
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"]
    result = subprocess.run([*command, str(script)], cwd=ROOT, capture_output=True, text=True)
    assert result.stderr == ""
    # What it finds in the package itself is CI's.
    found = re.findall(rf"^{script}:(\d+): error: (.*)", result.stdout, re.MULTILINE)
    line_of = dict(enumerate(WRONG, start=2))
    said = {line_of.get(int(number), CORRECT): sentence for number, sentence in found}
    assert said.keys() == WRONG.keys()
    assert [line for line, part in WRONG.items() if part not in said[line]] == []


def test_type_checkers_know_the_names_that_are_loaded_late():
    assert sorted(minimtl._HOMES) == sorted(set(minimtl.__all__) - {"__version__"})
    for name in minimtl.__all__:
        assert getattr(minimtl, name) is not None
