"""Echo requests from a socket that needs no privilege (Linux's ping socket), and their replies."""
