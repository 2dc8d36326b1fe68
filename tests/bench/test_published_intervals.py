"""Clustered and dyadic variances against double loops over all pairs of values."""

from itertools import combinations, product

import numpy as np
import pytest

from bench.published_intervals import (
    clustered_mean,
    clustered_variance,
    dyadic_mean,
    dyadic_variance,
)


def double_loop(x, n_units, are_dependent):
    """G/(G − 1) n⁻² Σ e_i e_j over the pairs of values that are dependent, of G units."""
    e = x - x.mean()
    pairs = product(range(len(x)), repeat=2)
    total = sum(e[i] * e[j] for i, j in pairs if are_dependent(i, j))
    return n_units / (n_units - 1) * total / len(x) ** 2


@pytest.fixture(params=range(5))
def values(request):
    """Values with effects of three ways of clustering, and the ways."""
    rng = np.random.default_rng(request.param)
    ways = [rng.integers(n, size=60) for n in (7, 5, 12)]
    x = sum(rng.normal(size=12)[way] for way in ways) + rng.normal(size=60)
    return x, ways


@pytest.mark.parametrize("n_ways", [1, 2, 3])
def test_any_number_of_ways_is_the_double_loop(values, n_ways):
    """Values are dependent that have a cluster in common, in any way."""
    x, ways = values
    for some in combinations(ways, n_ways):
        fewest = min(len(set(way)) for way in some)
        share = np.any([way[:, None] == way for way in some], axis=0)
        expected = double_loop(x, fewest, lambda i, j, share=share: share[i, j])
        assert clustered_variance(x, *some) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("n_units", [4, 9, 30])
@pytest.mark.parametrize("members", [1, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_dyads_are_the_double_loop(n_units, members, seed):
    rng = np.random.default_rng(seed)
    units = np.array([rng.choice(n_units, members, replace=False) for _ in range(70)])
    x = rng.normal(size=n_units)[units].sum(axis=1) + rng.normal(size=70)
    sets = [set(row) for row in units.tolist()]
    expected = double_loop(x, len(set.union(*sets)), lambda i, j: bool(sets[i] & sets[j]))
    assert dyadic_variance(x, units) == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert dyadic_variance(x, units[:, ::-1]) == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_a_task_is_shared_in_either_role_by_dyads_and_in_one_role_by_ways():
    main, aux = np.array([0, 1, 2, 3]), np.array([1, 0, 3, 2])
    x = np.array([1.0, 1.0, -1.0, -1.0])
    # Each pair and its reverse: by dyads two blocks of two, by ways four values on their own.
    assert dyadic_variance(x, np.stack([main, aux], axis=1)) == pytest.approx(4 / 3 * 8 / 16)
    assert clustered_variance(x, main, aux) == pytest.approx(4 / 3 * 4 / 16)


def test_the_fewest_clusters_and_the_largest_variance_count(values):
    x, (a, b, _) = values
    estimate = clustered_mean(x, a, b)
    variance = max(clustered_variance(x, a, b), clustered_variance(x, a), clustered_variance(x, b))
    assert estimate.degrees_of_freedom == 4
    assert estimate.standard_error == pytest.approx(np.sqrt(variance), rel=1e-14)


def test_a_two_way_variance_below_a_one_way_one_gives_way():
    # In a 2 × 2 table of sums 0 both ways have clusters without variance, and the cells all of it.
    x = np.array([1.0, -1.0, -1.0, 1.0])
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert clustered_variance(x, a, b) < 0
    assert clustered_mean(x, a, b).standard_error == 0
    # Rows that differ, columns that do not.
    x = np.array([3.0, 1.0, -3.0, -1.0])
    assert clustered_variance(x, a, b) < clustered_variance(x, a)
    assert clustered_mean(x, a, b).standard_error == np.sqrt(clustered_variance(x, a))


def test_a_dyadic_variance_below_that_of_independent_values_gives_way():
    # Every value shares a unit with every other: all products add up to 0.
    units = np.array([[0, 1], [0, 2], [1, 2]])
    x = np.array([1.0, 2.0, 6.0])
    assert dyadic_variance(x, units) == pytest.approx(0, abs=1e-15)
    estimate = dyadic_mean(x, units)
    assert estimate.standard_error == pytest.approx(np.sqrt(x.var(ddof=1) / 3), rel=1e-12)
    assert estimate.degrees_of_freedom == 2


@pytest.mark.parametrize(
    ("mean", "values", "units", "message"),
    [
        (clustered_mean, [1.0, 2.0], [], "got none"),
        (clustered_mean, [1.0, 2.0], [[1, 2, 3]], "clusters of that shape"),
        (clustered_mean, [1.0, 2.0], [[1, 1]], "at least two clusters"),
        (clustered_mean, [1.0, np.nan], [[1, 2]], "NaN or infinity"),
        (dyadic_mean, [1.0, 2.0], [[1, 2]], r"shape \(n_values"),
        (dyadic_mean, [1.0, 2.0], [[[1, 1], [1, 1]]], "at least two units"),
    ],
)
def test_refuses(mean, values, units, message):
    with pytest.raises(ValueError, match=message):
        mean(values, *units)
