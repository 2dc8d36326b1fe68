"""Networks on arrays: multi-task perceptrons, their gradients and Adam. No clocks, and no files but
compiled code.

May import: system, estimator.
"""

from minimtl.nn.adam import Adam, Moments, Schedule
from minimtl.nn.backend import (
    default_backend,
    processor_of,
    trainer_class,
    why_no_kernels,
)
from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.nn.dropout import dropout_mask
from minimtl.nn.network import Network, Shape, initialize
from minimtl.nn.reference import Trainer, forward, loss_and_gradients, softmax
from minimtl.nn.training import TRAINING_VERSION, History, Learner, TaskData

__all__ = [
    "TRAINING_VERSION",
    "Adam",
    "History",
    "Learner",
    "Moments",
    "MultiTaskMLPClassifier",
    "Network",
    "Schedule",
    "Shape",
    "TaskData",
    "Trainer",
    "default_backend",
    "dropout_mask",
    "forward",
    "initialize",
    "loss_and_gradients",
    "processor_of",
    "softmax",
    "trainer_class",
    "why_no_kernels",
]
