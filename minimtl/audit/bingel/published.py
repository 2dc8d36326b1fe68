"""What Bingel and Søgaard's notebook of experiments prints, as data.

Source: ``experiments.ipynb`` beside the released logs of "Identifying beneficial task relations
for multi-task learning in deep neural networks" (Bingel and Søgaard, 2017).
"""

# Gains in per cent, a row a main task, a column an auxiliary one; printed with all digits, here
# with two.
_GAINS = """
            ccg  chunking  com    fnt   gpos hyperlinks keysem17  mwe semcor streusle
ccg           -   1.38   0.45   0.58   1.81   0.24   0.30   0.45   1.37   0.84
chunking  -0.05      -  -0.15  -0.12  -0.45  -0.50  -0.22  -0.27  -0.10  -0.32
com       -5.03   1.34      -   1.28  -1.35  -2.39  -4.84   0.82  -2.99  -0.63
fnt       -5.79  -1.01  -6.11      -  -9.41  -5.72  -3.56  -9.36  -2.96  -0.68
gpos       4.89   2.87   1.87   0.90      -  -0.85  -0.26   1.29   3.36   2.87
hyperlinks 12.05  4.02 -10.70   9.18  22.24      -   1.45  -7.71  23.20   8.09
keysem17   5.65   3.21  -1.03  -0.43  -1.25  -2.64      -  -4.73   0.59   0.69
mwe       17.98  19.56   7.38   5.50   1.64  -3.81  -5.85      -  15.98   8.61
semcor    -4.99  -0.76  -1.24  -0.81  -0.85  -1.27  -0.83  -1.08      -  -1.71
streusle  -1.73   1.46  -0.26  -0.72   0.04  -1.47  -1.40  -1.64   1.72      -
"""
GAIN_DIGITS = 2
N_GAINS, N_LOSSES, LARGEST_GAIN = 40, 50, 23.20

# Slope of the training loss at 30 % of the log, to four significant digits.
GRADIENT_30 = {
    "ccg": -6.298e-03,
    "chunking": 1.435e-03,
    "com": 5.261e-05,
    "fnt": 4.132e-05,
    "gpos": -6.624e-04,
    "hyperlinks": -8.521e-04,
    "keysem17": -9.096e-05,
    "mwe": -7.284e-05,
    "semcor": 1.184e-03,
    "streusle": 3.213e-04,
}

# Mean F1 of "gain" over 100 repetitions of five random folds.
F1_ALL = 0.669  # all 42 features
F1_BEST = 0.713  # the best of a series from which features are taken away, one after the other
F1_DATA = 0.527  # the 21 features that are not of the loss curve


def _printed_gains() -> dict[tuple[str, str], float]:
    head, *rows = (line.split() for line in _GAINS.strip().splitlines())
    return {
        (main, aux): float(cell)
        for main, *cells in rows
        for aux, cell in zip(head, cells, strict=True)
        if cell != "-"
    }


GAINS = _printed_gains()  # {(main, aux): per cent}, 90 of them
