"""Where this program observes from. One place in this version, so every figure rests on it and statements say so."""

LOCATION = "local"
