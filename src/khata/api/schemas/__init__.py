"""What goes over the wire: one file for each object, with what makes it and what it looks like."""
