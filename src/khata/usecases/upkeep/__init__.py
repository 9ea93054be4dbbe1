"""Upkeep: what has served its time goes, in the time of the machine."""
