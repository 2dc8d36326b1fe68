"""What a maintainer would ask of someone with a problem; each module looks at one part."""
