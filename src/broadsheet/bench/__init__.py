"""`broadsheet bench`: speed measured on this machine, never changing the data directory."""
