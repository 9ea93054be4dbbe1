"""Questions: lists, statements and reports, answered as frozen views."""
