"""Advice on a person's own texts: which way to train on them, alone or with other texts.

May import: system, stats, text, nn, corpora, report, models, jobs, estimator.
"""
