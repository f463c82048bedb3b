"""How exactly outages are counted: random ones, each with a known length, through the real prober and stores."""
