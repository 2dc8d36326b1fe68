"""From text to numbers: tokens, counts, TF-IDF. No files, no clocks.

May import: estimator, system.
"""
