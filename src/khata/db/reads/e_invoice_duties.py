"""What a tenant has yet to set up for its invoices to be lawful at the portals, by its turnover."""

from dataclasses import dataclass
from datetime import date

from khata.core.e_invoice.applicability import SellerStanding, bound_from
from khata.core.e_invoice.consumer_qr import shows_consumers_qr
from khata.db.rows import Connection
from khata.db.stores.irp_connections import IrpConnections

_UNCONNECTED = """
    select r.legal_name, r.tax_id from registrations r
     where r.tax_id_type = 'in_gst' and r.e_invoice_exempt_as is null
       and r.scheme in ('regular', 'sez')
       and not exists (select from irp_connections c
                        where c.tenant_id = r.tenant_id and c.registration_id = r.id)
     order by r.tax_id
"""


@dataclass(frozen=True, slots=True)
class MissingDuties:
    """`since` is from when on invoices are registered; `unconnected` are legal names with GSTINs.

    `consumer_qr`: consumers' invoices have to bear a QR code that tells the GST, and it is off.
    """

    since: date | None
    unconnected: tuple[tuple[str, str], ...]
    consumer_qr: bool


def missing_duties(connection: Connection, *, on: date) -> MissingDuties:
    """Return what the turnovers on file ask for on a day and nobody has set up.

    Source: CGST Rules, rule 48(4); Notf. 13/2020-CT; Notf. 14/2020-CT.
    """
    seller = SellerStanding(IrpConnections(connection).turnovers())
    since = bound_from(seller)
    if since is None or since > on:
        return MissingDuties(None, (), False)
    rows = connection.execute(_UNCONNECTED).fetchall()
    told = connection.execute("select (branding ->> 'upi_gst')::boolean from tenants").fetchone()
    is_off = told is not None and not told[0]
    return MissingDuties(since, tuple(rows), is_off and shows_consumers_qr(seller, on=on))
