"""The HTML door: the signed-in dashboard, and the page of an invoice that a customer opens."""
