"""The dns kind's messages and rules. What imports dnspython is imported where a check is of that kind."""
