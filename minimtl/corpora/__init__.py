"""Labelled text from files: 20 Newsgroups in its editions, Amazon reviews, a user's own sets."""
