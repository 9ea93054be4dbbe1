"""Checks: what is looked at before a return is given out, one kind of question a file."""
