"""`broadsheet evaluate`: search quality on judged collections."""
