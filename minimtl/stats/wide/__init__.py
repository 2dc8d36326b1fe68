"""Logistic regression of so many features that no Hessian can be made: products with X alone.

`products` has the loss, `newton_cg` its minimum, `own_words` makes X smaller.
"""

from minimtl.stats.wide.newton_cg import WideMinimum, minimise_by_products
from minimtl.stats.wide.own_words import condense
from minimtl.stats.wide.products import ProductLoss

__all__ = ["ProductLoss", "WideMinimum", "condense", "minimise_by_products"]
