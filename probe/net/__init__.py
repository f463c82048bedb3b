"""What every kind that goes over the network stands on: whom it may ask, at which address, over which connection."""
