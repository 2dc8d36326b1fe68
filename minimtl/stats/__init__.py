"""Statistics on arrays: divergences, curves, logistic regression, intervals. No files, no clocks."""
