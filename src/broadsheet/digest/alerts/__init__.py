"""Alerts: new papers of a stream, a search or a name, sent at once or bundled to mail, webhooks and chat."""
