"""What we ask for: wishes towards the world outside, each made true by an adapter."""
