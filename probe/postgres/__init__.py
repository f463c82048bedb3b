"""As much of PostgreSQL's protocol as a query of one value takes."""
