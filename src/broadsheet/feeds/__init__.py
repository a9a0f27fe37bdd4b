"""Feeds: Atom, RSS 2.0, JSON Feed 1.1 and OPML from one description of a list."""
