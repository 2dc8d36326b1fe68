"""From text to numbers: cleaning, tokens, TF-IDF. No files, no clocks."""
