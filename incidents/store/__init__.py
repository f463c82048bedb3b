"""The only place in this room where SQL is written: one file a table family, rows become values here."""
