"""Released results of studies against what was printed of them.

May import: stats, corpora, report, models, tasks, gains.
"""
