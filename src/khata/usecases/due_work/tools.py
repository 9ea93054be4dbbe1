"""The tools of due work: what the engine needs to go on by itself."""

from dataclasses import dataclass

from khata.db.transaction import Database
from khata.ports.beside import Beside
from khata.ports.files import Files
from khata.ports.gateways import Gateways
from khata.ports.invoice_registries import InvoiceRegistries
from khata.ports.letters import LetterWriter
from khata.ports.mailer import Mailer
from khata.ports.pdf import PdfRenderer
from khata.ports.tax_id_registers import TaxIdRegisters
from khata.ports.tax_providers import TaxProviders
from khata.usecases.upkeep.forget_event_bodies import KEPT_DAYS


@dataclass(frozen=True, slots=True)
class Tools:
    """`keeps_mail`: letters stay in the list of mails and leave the machine in no way.

    `streams_events`: each event is told on the stream, too. `gateway_event_days`: how long the
    bodies of what gateways sent are kept. `beside` goes with test clocks.
    """

    db: Database
    gateways: Gateways
    pdf: PdfRenderer
    files: Files
    mailer: Mailer
    letters: LetterWriter
    base_url: str
    mail_from: str
    keeps_mail: bool
    streams_events: bool = False
    gateway_event_days: int = KEPT_DAYS
    beside: Beside | None = None
    irps: InvoiceRegistries | None = None  # where there is none, documents wait for their IRN
    tax_providers: TaxProviders | None = None  # where there is none, sales wait for their tax
    registers: TaxIdRegisters | None = None  # where there is none, no tax number is asked about
