"""Networks on arrays: multi-task perceptrons, their gradients and Adam. No clocks, and no files but
compiled code.

May import: system, estimator.
"""
