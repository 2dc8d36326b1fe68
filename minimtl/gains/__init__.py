"""Tables of pairs, of a study or of other people: what predicts gains, and what holds of them.

May import: stats, corpora, report, jobs, tasks.
"""
