"""The paper's hyper-parameters, tuned as it says: single-task, on Amazon reviews, by k-fold CV."""
