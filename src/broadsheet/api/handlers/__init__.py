"""What operations do: each function takes the :class:`~broadsheet.api.call.Call` and returns the answer."""
