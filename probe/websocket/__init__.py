"""As much of WebSocket as saying one thing and hearing another takes."""
