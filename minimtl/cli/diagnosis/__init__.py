"""What a maintainer would ask of someone with a problem: machine, packages, places, training."""
