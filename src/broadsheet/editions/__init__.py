"""Which paper belongs to which day, the zones of the front page, the standfirst."""
