"""Reads the released logs of Bingel and Søgaard (2017), and holds their notebook to them."""
