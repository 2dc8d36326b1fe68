"""The compiled training loop. Kernels take arrays and scalars; each has a NumPy twin in `nn`.

A change that gives other numbers needs a new `minimtl.nn.training.TRAINING_VERSION`.

May import: system, for the folder of compiled code; llvmlite comes with Numba.
"""
