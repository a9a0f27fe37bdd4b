"""Files brought by hand: JSON Lines (plain, gzip, zstd) and BibTeX."""
