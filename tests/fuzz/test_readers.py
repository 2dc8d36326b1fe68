"""Any bytes are read or refused in one sentence, by every reader; `__main__` looks deeper."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import readers

READERS = readers.READERS

NUMBERS = itertools.count()
PATCHES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 8)), min_size=1, max_size=5
)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("name", READERS)
def test_the_seeds_are_read(name, work):
    """But for the released logs', which is too short to be whole."""
    for seed in READERS[name].seeds:
        folder = work / f"{next(NUMBERS)}"
        folder.mkdir()
        if name == "released":
            with pytest.raises(readers.MinimtlError, match="ends after 1 of at least"):
                READERS[name].read(seed, folder)
        else:
            READERS[name].read(seed, folder)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=400) | st.text(max_size=100).map(str.encode))
def test_any_bytes(name, work, content):
    READERS[name](content, work / f"{next(NUMBERS)}")


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(patches=PATCHES, length=st.floats(0.5, 1.5), which=st.integers(0, 9))
def test_any_damage(name, work, patches, length, which):
    """A seed with some bytes replaced, removed or put in, and perhaps cut off."""
    seeds = READERS[name].seeds
    content = bytearray(seeds[which % len(seeds)])
    for place, patch, n_replaced in patches:
        position = int(place * len(content))
        content[position : position + n_replaced] = patch
    READERS[name](bytes(content[: int(length * len(content))]), work / f"{next(NUMBERS)}")
