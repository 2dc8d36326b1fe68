"""Tunes the paper's hyper-parameters as the paper did: single-task networks, k-fold CV."""
