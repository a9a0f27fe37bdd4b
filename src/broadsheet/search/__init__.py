"""Search by words and by meaning: query language, engine, fusion, why-this-paper, the follower."""
