"""Tally: masters and vouchers of finished documents and booked entries, as TallyPrime imports."""
