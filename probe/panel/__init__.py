"""One check asked from several locations: whose word counts, and what their votes make of it together."""
