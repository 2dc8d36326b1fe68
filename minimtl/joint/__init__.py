"""Texts of several tasks in, labels out: the vectorizer and the joint network in one estimator.

May import: estimator, text, nn.
"""

from minimtl.joint.texts import MultiTaskTextClassifier

__all__ = [
    "MultiTaskTextClassifier",
]
