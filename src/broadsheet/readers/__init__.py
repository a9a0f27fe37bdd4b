"""Readers and their marks: read, saved, hidden; reading settings."""
