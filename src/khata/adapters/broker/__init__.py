"""The broker that rings: its address, and what can be seen of it from outside."""
