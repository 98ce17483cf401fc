"""The benchmark: the same four-stage chain built several ways, on servers of its own, with every result checked."""
