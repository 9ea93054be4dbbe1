"""The JSON door: requests become commands, answers and refusals become JSON."""
