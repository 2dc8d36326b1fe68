"""Any bytes are read or refused in one sentence, by every reader; `__main__` looks deeper."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimtl.errors import MinimtlError
from tests.fuzz.readers import READERS

NUMBERS = itertools.count()
PATCHES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 8)), min_size=1, max_size=5
)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize(
    ("name", "seed"),
    [(name, seed) for name, reader in READERS.items() for seed in reader.seeds],
    ids=lambda value: value if isinstance(value, str) else "seed",
)
def test_the_seeds_are_read(name, seed, tmp_path):
    """But for the released logs', which is too short to be whole."""
    if name == "released":
        with pytest.raises(MinimtlError, match="ends after 1 of at least"):
            READERS[name].read(seed, tmp_path)
    else:
        READERS[name].read(seed, tmp_path)


@st.composite
def damaged(draw, seeds):
    """A seed with some bytes replaced, removed or put in, and perhaps cut off."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for place, patch, n_replaced in draw(PATCHES):
        position = int(place * len(content))
        content[position : position + n_replaced] = patch
    return bytes(content[: int(draw(st.floats(0.5, 1.5)) * len(content))])


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_bytes_and_any_damage(name, work, data):
    strange = st.binary(max_size=400) | st.text(max_size=100).map(str.encode)
    content = data.draw(strange | damaged(READERS[name].seeds))
    READERS[name](content, work / f"{next(NUMBERS)}")
