"""Fitted models: texts of several tasks in, labels out; models and arrays as bytes, no pickle.

May import: system, estimator, stats, text, nn.
"""
