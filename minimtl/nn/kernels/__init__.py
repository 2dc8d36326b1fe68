"""The compiled kernels, twins of `reference` and `adam` in float32, loop by loop.

Arrays and scalars only: `trainer` validates, allocates and calls. This package is the only place
that imports Numba. Loops over h run over the units of a layer and are the ones the compiler
vectorises; that needs NumPy's division, which does not check for zero.
"""
