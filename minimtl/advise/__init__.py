"""Advice on a person's own texts: will joint training with a candidate help, and did it."""
