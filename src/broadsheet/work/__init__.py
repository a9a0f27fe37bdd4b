"""The worker: loops over rows that are due, with leases. No domain logic."""
