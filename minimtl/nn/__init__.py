"""Networks on arrays: multi-task perceptrons, their gradients and Adam. No files, no clocks.

May import: system, estimator.
"""

from minimtl.nn.adam import Adam, Moments
from minimtl.nn.backend import default_backend, processor_of, why_no_kernels
from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.nn.network import Network, Shape, initialize
from minimtl.nn.training import TRAINING_VERSION, History, Schedule, TaskData, Training, train

__all__ = [
    "TRAINING_VERSION",
    "Adam",
    "History",
    "Moments",
    "MultiTaskMLPClassifier",
    "Network",
    "Schedule",
    "Shape",
    "TaskData",
    "Training",
    "default_backend",
    "initialize",
    "processor_of",
    "train",
    "why_no_kernels",
]
