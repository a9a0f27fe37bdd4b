"""`python -m broadsheet` is the command `broadsheet`."""

from .cli.main import main

main()
