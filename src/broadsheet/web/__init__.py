"""Addresses, views, templates, styles, the little JavaScript."""
