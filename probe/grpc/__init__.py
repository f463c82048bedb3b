"""As much of gRPC as asking for a service's health takes."""
