"""Views: parse, call a service, render. They never write."""
