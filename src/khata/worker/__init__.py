"""The door of time: what is due is done without anybody asking."""
