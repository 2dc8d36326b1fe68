"""Scikit-learn's conventions without scikit-learn: the base class, checks of input, feature names.

May import: errors.
"""
