"""Pure functions on text: identifiers, names, dates, LaTeX, sentences. No Django, no input or output."""
