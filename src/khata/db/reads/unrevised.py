"""What was sold before the certificate of registration came, and bears no tax yet."""

import psycopg
from psycopg.rows import TupleRow

from khata.core.exports.checks.finding import Finding, Severity
from khata.core.exports.return_period import ReturnPeriod
from khata.core.registration import Registration
from khata.core.succession import last_day_to_revise

_UNREVISED = """
    select i.id from invoices i
     where i.registration_id = %s and i.issued_on between %s and %s
       and i.status in ('open', 'paid') and i.document_kind = 'invoice'
       and i.supply_treatment = 'out_of_scope' and i.total > i.amount_credited
       and not exists (select from wallet_top_ups t where t.invoice_id = i.id)
     order by i.id
"""


def unrevised(
    connection: psycopg.Connection[TupleRow], registration: Registration, period: ReturnPeriod
) -> tuple[Finding, ...]:
    """Warn, in the return of the certificate's month, of invoices that were not revised.

    Source: CGST Act s.40: the first return after the grant declares what was sold before it.
    """
    effective, certificate = registration.effective_on, registration.certificate_on
    if registration.succeeds is None or effective is None or certificate is None:
        return ()
    if certificate not in period:
        return ()
    rows = connection.execute(_UNREVISED, [registration.succeeds, effective, certificate])
    ids = tuple(id for (id,) in rows)
    if not ids:
        return ()
    return (
        Finding(
            "not_revised",
            Severity.WARNS,
            f"{len(ids)} issued between {effective} and the certificate of {certificate} bear no "
            f"tax: revise them until {last_day_to_revise(certificate)}; the first return after the "
            "grant declares them (CGST Act s.31(3)(a), s.40)",
            ids,
        ),
    )
