"""`/api/v1/`: what a person can do, for programs. One file a resource; each names its routes and their shapes."""
