"""What is known about papers: source records, projection, the change log."""
