"""The http kind's own client: HTTP/1.1, a fresh connection for every request, bounded in time and memory."""
