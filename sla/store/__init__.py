"""What sla reads and writes, one file a table; all SQL of this room is here."""
