"""Due work: what the engine does by itself, in order."""
