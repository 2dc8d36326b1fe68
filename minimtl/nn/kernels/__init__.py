"""The compiled training loop. Kernels take arrays and scalars; each has a NumPy twin in `nn`.

A change that gives other numbers needs a new `minimtl.nn.TRAINING_VERSION`.

May import: system, for the folder of compiled code; llvmlite comes with Numba.
"""

from minimtl.nn.kernels.epoch import train_epoch
from minimtl.nn.kernels.jit import FOLDER
from minimtl.nn.kernels.processor import fuses_products, target

__all__ = [
    "FOLDER",
    "fuses_products",
    "target",
    "train_epoch",
]
