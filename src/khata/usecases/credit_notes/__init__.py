"""Credit notes: taking back a part of what was invoiced."""
