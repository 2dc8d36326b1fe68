"""The claims of the paper's text, each as a statistic of a study with intervals and a verdict."""
