"""What a month of a check amounts to, for inspection reports."""
