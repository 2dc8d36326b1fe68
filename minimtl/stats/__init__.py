"""Statistics on arrays: divergences, curves, classifiers, intervals. No files, no clocks.

May import: estimator.
"""
