"""Models and what is measured of them: protocols, tasks, sampling, features, jobs, outcomes.

May import: stats, text, nn, corpora, models, jobs.
"""
