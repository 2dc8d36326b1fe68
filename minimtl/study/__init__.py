"""The study: what is computed, where it is kept, and what is concluded from it."""
