"""Real checks by a real server against targets that flap by a written script, over a bad line."""
