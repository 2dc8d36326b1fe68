"""All random number generators of a study, seeded with a SHA-256 of what is to be computed.

A generator is named by plain values (strings, numbers, lists, dictionaries). The same values give
the same random numbers on every platform, in every process and in any order of work; other values
give independent ones.
"""

import hashlib
import json
from typing import Any

import numpy as np


def stable_hash(*parts: Any) -> str:
    """SHA-256 of the parts' canonical JSON (sorted keys, no spaces, ASCII), as 64 hex digits.

    Tuples count as lists. Floats enter by their shortest exact decimal form, which every
    IEEE 754 platform prints alike.

    Raises
    ------
    TypeError
        If a part is no JSON value (a NumPy number, say: convert it first).
    ValueError
        If a part holds NaN or an infinity, which JSON cannot express.
    """
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def rng_for(*parts: Any) -> np.random.Generator:
    """A PCG64 generator seeded with all 256 bits of ``stable_hash(*parts)``."""
    # PCG64 by name: NumPy may change what default_rng() means, this stream may not change.
    return np.random.Generator(np.random.PCG64(int(stable_hash(*parts), 16)))
