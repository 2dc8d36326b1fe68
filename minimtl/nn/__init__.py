"""Networks on arrays: multi-task perceptrons, their gradients, and Adam. No files, no clocks."""
