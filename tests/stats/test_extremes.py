"""Numbers at the edge of their type: a finite answer, or one sentence, and no warnings between."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from minimtl import LogisticRegression, fit_log_curve, jensen_shannon_divergence
from minimtl.stats.curves import central_difference

DTYPES = [
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"),
    *("float16", "float32", "float64", "longdouble", "complex64", "complex128", "object", "M8[D]"),
]


def edges(dtype):
    """Numbers of a type, the largest and the smallest among them."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        info = np.finfo(dtype)
        numbers = [0, 1, 0.5, 3, info.max, info.max / 2, info.tiny, info.smallest_subnormal]
    elif dtype.kind in "iu":
        numbers = [0, 1, 2, 7, np.iinfo(dtype).max, np.iinfo(dtype).max // 2]
    elif dtype.kind == "c":
        numbers = [0, 1, 2j, 1 + 1e30j]
    else:
        numbers = [0, 1, 2]
    return numbers


@st.composite
def arrays(draw, shape):
    """An array of any type, some of its numbers extreme."""
    dtype = draw(st.sampled_from(DTYPES))
    size = int(np.prod(shape))
    numbers = draw(st.lists(st.sampled_from(edges(dtype)), min_size=size, max_size=size))
    values = np.array(numbers, dtype=dtype).reshape(shape)
    if values.dtype.kind in "if" and draw(st.booleans()):
        values = -values
    return values


def answer(call):
    """What `call` returns, all of it finite; None where it refuses in one line."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "overflow encountered in cast")  # of a long double
        try:
            found, sentence = call(), "it was answered"
        except ValueError as error:
            found, sentence = None, str(error)
    assert sentence
    assert "\n" not in sentence
    assert found is None or np.isfinite(found).all()
    return found


@settings(deadline=None, max_examples=200)
@given(arrays((7, 3)), st.floats(1e-320, 1e308), st.sampled_from([2, 3]), st.booleans())
@example(np.full((7, 3), 1e160), 1.0, 2, False)
@example(np.eye(7, 3), 1e308, 3, False)
@example(np.zeros((7, 3)), 1.5e-101, 3, False)  # squares of gradients are 0
@example(np.diag(np.full(7, 127))[:, 4:], 1.8e15, 3, False)
def test_logistic_regression(X, C, n_classes, is_sparse):
    y = np.arange(7) % n_classes

    def fit():
        samples = sparse.csr_matrix(X) if is_sparse and X.dtype.kind in "iuf" else X
        model = LogisticRegression(C=C).fit(samples, y)
        return np.hstack([model.predict_proba(samples), np.tile(model.coef_.sum(), (7, 1))])

    answer(fit)


@pytest.mark.parametrize(("C", "size"), [(1e308, 1.0), (1.0, 1e160)])
def test_a_regression_beyond_float64_is_refused(C, size):
    with pytest.raises(ValueError, match="too large or too small to be computed with"):
        LogisticRegression(C=C).fit(size * np.eye(4), [0, 1, 0, 1])


def test_predictions_beyond_float64_are_refused():
    model = LogisticRegression(C=1e6).fit(np.eye(4) * 9, [0, 1, 0, 1])
    with pytest.raises(ValueError, match="X has entries too large"):
        model.predict(np.full((1, 4), 1.7e308))


@pytest.mark.parametrize("C", [1e17, 1e50, 1e99])
def test_a_penalty_that_is_lost_in_rounding_leaves_a_finite_answer(C):
    model = LogisticRegression(C=C).fit(np.eye(6), [0, 1, 0, 1, 0, 1])
    assert np.isfinite(model.coef_).all()


@settings(deadline=None)
@given(arrays((5,)))
@example(np.array([1.7e308, -1.7e308, 1.7e308, 0, 1]))
def test_log_curve(losses):
    curve = answer(lambda: np.array([[c.a, c.b, c.rss] for c in [fit_log_curve(losses)]]))
    if losses.dtype.kind in "buif":
        too_large = np.abs(losses.astype(np.longdouble)) > 1e150
        assert (curve is None) == too_large.any()
        answer(lambda: central_difference(np.clip(losses, -1.7e308, 1.7e308), 2))


@settings(deadline=None, max_examples=200)
@given(arrays((4,)), arrays((4,)))
def test_divergence(p, q):
    found = answer(lambda: jensen_shannon_divergence(p, q))
    assert found is None or 0 <= found <= np.log(2)


@pytest.mark.parametrize("dtype", ["float16", "int64", "uint8"])
def test_counts_of_any_type_have_the_divergence_of_their_numbers(dtype):
    largest = np.iinfo(dtype).max if dtype != "float16" else np.finfo(dtype).max
    p, q = np.array([[largest, largest, 0], [largest, 0, largest]], dtype)
    assert jensen_shannon_divergence(p, q) == jensen_shannon_divergence([1, 1, 0], [1, 0, 1])
