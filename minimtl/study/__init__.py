"""A study from its definition to its report; many of them as a multiverse; tuning.

May import: system, stats, text, estimator, nn, corpora, report, jobs, tasks, gains.
"""
