"""The site for programs: everything a reader can do and see as JSON, its OpenAPI description, Hugging Face's addresses.

``operations/`` is the one table of what there is; addresses, checks and the description are made from it.
"""
