"""Reads the released results of Kerinec, Braud and Søgaard (2018), and holds the paper to them."""
