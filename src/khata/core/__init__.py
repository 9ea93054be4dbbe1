"""What is true: pure functions over frozen values; standard library only."""
