"""The portals of e-invoices: no document waits for its number for long."""

from datetime import datetime, timedelta

import psycopg

from khata.cli.doctor.finding import Finding

LONGEST_WAIT = timedelta(days=1)


def e_invoices_kept_up(app_url: str, now: datetime) -> Finding:
    """Look how many documents of all tenants have no IRN yet, and how long they have waited.

    Those that wait for a person are no fault of the engine, and are counted.
    """
    with psycopg.connect(app_url, connect_timeout=10) as connection:
        row = connection.execute(
            "select waiting, by_hand, oldest, first_last_day from e_invoices_waiting()"
        ).fetchone()
    assert row is not None
    waiting, by_hand, oldest, last_day = row
    persons = f"{by_hand:,} wait for their owners" if by_hand else ""
    until = f"; the first can be reported until {last_day}" if last_day else ""
    if oldest is not None and now - oldest > LONGEST_WAIT:
        days = (now - oldest) // timedelta(days=1)
        return Finding(
            "e-invoices",
            f"{waiting:,} wait for an IRN, the oldest for {days:,} days{until}",
            "see that a worker runs and reaches the portal; the page E-invoices says why of each",
        )
    if not waiting and not by_hand:
        return Finding("e-invoices", "no document waits for an IRN")
    told = [f"{waiting:,} wait for an IRN" if waiting else "", persons]
    return Finding("e-invoices", ", ".join(one for one in told if one) + until)
