"""Who stands where: the one place that puts an adapter behind a port."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from khata.adapters.clock import SystemClock
from khata.adapters.files.address import open_files
from khata.adapters.gateways.declines import use_own_tables
from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.rails import use_own_rail
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.stripe import StripeVendor
from khata.adapters.gateways.watched import WatchedGateway
from khata.adapters.irp.desk import IrpDesk
from khata.adapters.mail import letters as our_letters
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.mail.smtp import SmtpMailer
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.adapters.pdf.watched import WatchedRenderer
from khata.adapters.spreadsheets.xlsx import XlsxWriter
from khata.adapters.stream.bootstrap import kafka_options
from khata.adapters.tax_ids import RegisterDesk
from khata.adapters.tax_ids.hmrc.client import Hmrc
from khata.adapters.tax_ids.vies.client import Vies
from khata.adapters.tax_providers import TaxProviderDesk
from khata.adapters.vault import AesVault
from khata.adapters.webhooks import HttpWebhookSender
from khata.core.addresses import read_networks
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.db.wall_breaches import refuse_breaches
from khata.ports.beside import Beside
from khata.ports.clock import Clock
from khata.ports.event_stream import EventStream
from khata.ports.files import Files
from khata.ports.gateway_vendor import GatewayVendor
from khata.ports.gateways import Gateways
from khata.ports.invoice_registries import InvoiceRegistries
from khata.ports.letters import LetterWriter
from khata.ports.mailer import Mailer
from khata.ports.pdf import PdfRenderer
from khata.ports.pretend_payer import PretendPayer
from khata.ports.spreadsheets import SpreadsheetWriter
from khata.ports.tax_id_registers import TaxIdRegisters
from khata.ports.tax_providers import TaxProviders
from khata.ports.webhook_sender import WebhookSender
from khata.settings import Settings
from khata.usecases.due_work.tools import Tools
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.webhooks.tools import WebhookTools

# Whose gateways khata can speak with; each account brings its own credentials.
VENDORS: tuple[GatewayVendor, ...] = (PayPalVendor(), RazorpayVendor(), StripeVendor())


class _Closing(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True)
class Engine:
    """The whole of khata as one value: what every door is handed."""

    settings: Settings
    db: Database
    clock: Clock
    gateways: Gateways
    pdf: PdfRenderer
    files: Files
    mailer: Mailer
    letters: LetterWriter = our_letters
    spreadsheets: SpreadsheetWriter = field(default_factory=XlsxWriter)
    stream: EventStream | None = None  # where there is none, events are kept and not streamed
    webhooks: WebhookSender = field(default_factory=HttpWebhookSender)
    pretend_payer: PretendPayer | None = None  # stands at the fake gateway's page, in test mode
    beside: Beside | None = None  # whoever else lives in the time of test clocks
    registers: TaxIdRegisters = field(default_factory=RegisterDesk)
    tax_providers: TaxProviders | None = None
    irps: InvoiceRegistries | None = None  # portals that e-invoices are registered at
    closing: tuple[_Closing, ...] = field(default=(), repr=False)

    @property
    def tools(self) -> Tools:
        """What the engine needs to do by itself all that is due."""
        return Tools(
            db=self.db,
            gateways=self.gateways,
            pdf=self.pdf,
            files=self.files,
            mailer=self.mailer,
            letters=self.letters,
            base_url=self.settings.base_url,
            mail_from=self.settings.mail_from,
            keeps_mail=self.settings.smtp_url is None,
            streams_events=self.stream is not None,
            gateway_event_days=self.settings.gateway_event_days,
            beside=self.beside,
            registers=self.registers,
            irps=self.irps,
            tax_providers=self.tax_providers,
        )

    @property
    def webhook_tools(self) -> WebhookTools:
        """What webhooks need: a sender, and the vault of their secrets."""
        return WebhookTools(
            db=self.db,
            sender=self.webhooks,
            vault=AesVault(self.settings.secret()),
            chance=random.random,
        )

    def gateway_tools(self, db: Database) -> GatewayTools:
        """Return what gateway accounts need, on the database of a request or of the engine."""
        return GatewayTools(
            db=db,
            gateways=self.gateways,
            vault=AesVault(self.settings.secret()),
            stand_ins=self.settings.stand_ins(),
        )

    def now(self, tenant: UUID) -> datetime:
        """Return the tenant's time: its test clock's, or the machine's."""
        with self.db.transaction(tenant) as uow:
            clock = uow.clocks.get()
        return self.clock.now() if clock is None else clock.frozen_time

    def close(self) -> None:
        """Let go of every connection."""
        for one in (*self.closing, self.db):
            one.close()


def open_engine(settings: Settings, urls: Urls) -> Engine:
    """Return the engine on an up-to-date database.

    Raises: WallBreached, where the app role could see over the wall between tenants.
    """
    refuse_breaches(urls.app)
    use_own_tables(settings.declines_folder)
    use_own_rail(settings.mandates_folder)
    fake = FakeGateway(urls.app)
    stream = _stream(settings)
    irps = IrpDesk(AesVault(settings.secret()), SystemClock().now)
    taxes = TaxProviderDesk(AesVault(settings.secret()))
    registers = _registers(settings)
    return Engine(
        settings=settings,
        db=Database(urls.app),
        clock=SystemClock(),
        gateways=GatewayDesk(
            AesVault(settings.secret()), VENDORS, {"fake": WatchedGateway("fake", fake)}
        ),
        pdf=WatchedRenderer(TypstRenderer()),
        files=open_files(settings.files_address),
        mailer=SmtpMailer(settings.smtp_url) if settings.smtp_url else KeptOnly(),
        stream=stream,
        webhooks=HttpWebhookSender(allowed=read_networks(settings.webhook_allow)),
        pretend_payer=fake.payer,
        registers=registers,
        irps=irps,
        tax_providers=taxes,
        closing=(fake, registers, irps, taxes, *([] if stream is None else [stream])),
    )


def _registers(settings: Settings) -> RegisterDesk:
    id, secret = settings.hmrc_client_id, settings.hmrc_client_secret
    return RegisterDesk(
        vies=Vies(settings.vies_url) if settings.vies_url else None,
        hmrc=Hmrc(settings.hmrc_url, id, secret) if settings.hmrc_url and id and secret else None,
    )


def _stream(settings: Settings) -> EventStream | None:
    if settings.kafka_bootstrap is None:
        return None
    from khata.adapters.stream.kafka import KafkaStream  # here: few have one, and it takes its time

    return KafkaStream(
        settings.kafka_bootstrap,
        settings.kafka_topic_prefix,
        options=kafka_options(settings.kafka_options or ""),
    )
