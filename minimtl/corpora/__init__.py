"""Labelled text from files: 20 Newsgroups in its editions, Amazon reviews, a person's own sets.

May import: estimator, system.
"""
