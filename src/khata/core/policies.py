"""A tenant's policies: the choices that billing engines differ on, each with our default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from khata.core.tax.gst import RoundOff
from khata.core.tax.parties import NotRegistered
from khata.core.tax.rupees import OLDEST_DAYS


class AfterLastRetry(StrEnum):
    """What becomes of a subscription whose invoice could not be collected."""

    UNPAID = "unpaid"  # no service and no invoices until it is paid
    CANCELED = "canceled"
    PAUSED = "paused"  # held, and resumed when it is paid
    PAST_DUE = "past_due"  # service goes on all the same
    UNCOLLECTIBLE = "uncollectible"  # as unpaid, and the invoice is written off


class PauseCredit(StrEnum):
    """What becomes of days that were billed and that a pause leaves unused."""

    PRORATED = "prorated"  # they are credited
    NONE = "none"  # what was billed stays billed


class OverPayment(StrEnum):
    """What becomes of money that comes by hand beyond what an invoice owes."""

    CREDIT = "credit"  # it is the customer's credit, and pays the next invoices
    ADVANCE = "advance"  # beyond 1,000.00 rupees it is an advance for services, and taxed
    REFUSE = "refuse"  # it is not recorded: the tenant looks first


class OnDisputeLost(StrEnum):
    """What becomes of a subscription whose payment the bank took back for good."""

    NOTHING = "nothing"
    CANCEL = "cancel"


class FallbackMethods(StrEnum):
    """Whether another saved way to pay is tried where one moved no money through nobody's fault."""

    OFF = "off"
    SAME_CUSTOMER = "same_customer"  # another of the payer's own


class MandatesAfterCancel(StrEnum):
    """What becomes of a mandate by which nothing goes on to be collected."""

    WITHDRAW = "withdraw"  # once nothing is owed any more; its gateway forgets it, too
    KEEP = "keep"


class EInvoiceFormat(StrEnum):
    """What a PDF carries for machines, where VAT is told to a business."""

    NONE = "none"
    FACTUR_X = "factur_x"  # XML by EN 16931 inside the PDF


@dataclass(frozen=True, slots=True)
class Policies:
    """`retry_days` are days after the failure before: 1, 2, 4, 8 tries again within 15 days.

    `retry_days_by_class` replaces them for one class of decline (soft, customer_action, config).
    `retry_hour` is the hour of the customer's day at which is tried again; None: that of the
    failure. `pay_days` are days of the month (31: the last) on which money comes in: what failed
    for want of funds waits for one that comes before the try after.
    `return_urls` are the origins to which payers may be sent back (core/return_urls.py).
    `reminder_days` are days after the due date of an invoice that the customer pays by hand.
    `exchange_rate_days` is how old a rate of exchange may be that values an invoice in rupees.
    `vat_check_days` is how long an answer of its register lets a VAT id count as a business's.
    """

    round_off: RoundOff = RoundOff.NONE
    retry_days: tuple[int, ...] = (1, 2, 4, 8)
    retry_days_by_class: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    retry_hour: int | None = None
    pay_days: tuple[int, ...] = ()
    after_last_retry: AfterLastRetry = AfterLastRetry.UNPAID
    write_off_when_given_up: bool = False
    days_until_due: int = 0
    reminder_days: tuple[int, ...] = (1, 7, 14)
    pause_credit: PauseCredit = PauseCredit.PRORATED
    return_urls: tuple[str, ...] = ()
    over_payment: OverPayment = OverPayment.CREDIT
    on_dispute_lost: OnDisputeLost = OnDisputeLost.NOTHING
    fallback_methods: FallbackMethods = FallbackMethods.OFF
    mandates_after_cancel: MandatesAfterCancel = MandatesAfterCancel.WITHDRAW
    tax_not_registered: NotRegistered = NotRegistered.CHARGE_NONE
    vat_check_days: int = 90
    exchange_rate_days: int = OLDEST_DAYS
    e_invoice_format: EInvoiceFormat = EInvoiceFormat.NONE

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Policies":
        """Read what is stored; what is not stored has its default."""
        default = cls()
        return cls(
            round_off=RoundOff(stored.get("round_off", default.round_off)),
            retry_days=tuple(stored.get("retry_days", default.retry_days)),
            retry_days_by_class={
                name: tuple(days) for name, days in stored.get("retry_days_by_class", {}).items()
            },
            retry_hour=stored.get("retry_hour", default.retry_hour),
            pay_days=tuple(stored.get("pay_days", default.pay_days)),
            after_last_retry=AfterLastRetry(
                stored.get("after_last_retry", default.after_last_retry)
            ),
            write_off_when_given_up=stored.get(
                "write_off_when_given_up", default.write_off_when_given_up
            ),
            days_until_due=stored.get("days_until_due", default.days_until_due),
            reminder_days=tuple(stored.get("reminder_days", default.reminder_days)),
            pause_credit=PauseCredit(stored.get("pause_credit", default.pause_credit)),
            return_urls=tuple(stored.get("return_urls", default.return_urls)),
            over_payment=OverPayment(stored.get("over_payment", default.over_payment)),
            on_dispute_lost=OnDisputeLost(stored.get("on_dispute_lost", default.on_dispute_lost)),
            fallback_methods=FallbackMethods(
                stored.get("fallback_methods", default.fallback_methods)
            ),
            mandates_after_cancel=MandatesAfterCancel(
                stored.get("mandates_after_cancel", default.mandates_after_cancel)
            ),
            tax_not_registered=NotRegistered(
                stored.get("tax_not_registered", default.tax_not_registered)
            ),
            vat_check_days=stored.get("vat_check_days", default.vat_check_days),
            exchange_rate_days=stored.get("exchange_rate_days", default.exchange_rate_days),
            e_invoice_format=EInvoiceFormat(
                stored.get("e_invoice_format", default.e_invoice_format)
            ),
        )
