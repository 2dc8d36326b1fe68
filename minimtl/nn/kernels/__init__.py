"""The compiled training loop. Kernels take arrays and scalars; each has a NumPy twin in `nn`.

A change that gives other numbers needs a new `minimtl.nn.TRAINING_VERSION`.

May import: system, for the folder of compiled code; llvmlite comes with Numba.
"""

from minimtl.nn.kernels.codecache import target
from minimtl.nn.kernels.epoch import train_epoch
from minimtl.nn.kernels.jit import FOLDER, fuses_products

__all__ = [
    "FOLDER",
    "fuses_products",
    "target",
    "train_epoch",
]
