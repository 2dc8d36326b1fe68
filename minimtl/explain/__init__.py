"""The mathematics at work: one page, or a notebook, that computes what it explains.

May import: stats, text, nn, corpora, report, jobs, tasks, gains, study.
"""
