"""Where papers come from: one module per connector (fetch, parse), registry, polite HTTP client."""
