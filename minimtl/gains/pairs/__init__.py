"""Other people's tables of pairs: a real prediction of gains told from a leak."""
