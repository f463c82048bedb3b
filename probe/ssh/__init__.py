"""As much of SSH as it takes to see who a server is."""
