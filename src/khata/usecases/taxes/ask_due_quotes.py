"""Ask providers of sales tax what is due, and tell them of the sales that were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from khata.core.events import SubscriptionParked
from khata.core.ids import public_id
from khata.core.tax.quotes import Quote, TaxQuoteNeeded, next_try_at
from khata.db.retrying import retrying
from khata.db.stores.tax_quotes import DueQuote, TaxQuotes
from khata.db.transaction import Database, UnitOfWork
from khata.ports.tax_provider import (
    MadeSale,
    ProviderAway,
    ProviderRefused,
    Reversal,
    TaxProvider,
)
from khata.ports.tax_providers import ChosenProvider, TaxProviders
from khata.usecases.taxes.find_tax_provider import find_tax_provider

REFUSED: Final = "tax_provider_refused"  # the code of what is parked for a provider's no


@dataclass(frozen=True, slots=True)
class AskDueQuotes:
    """`limit` bounds a share: a call takes a second or so."""

    tenant: UUID
    at: datetime
    limit: int = 20


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A voided sale that the provider has taken back, by its own id of that."""

    id: str


Answer = Quote | str | TakenBack | ProviderAway | ProviderRefused


def ask_due_quotes(command: AskDueQuotes, *, db: Database, providers: TaxProviders | None) -> int:
    """Ask and tell what is due, each outside a transaction; return how many were looked at.

    What a quote was missing for is released with it and billed. A provider's no is named on what
    waits. Once a provider is away, the rest waits without being tried.
    """

    def take(uow: UnitOfWork) -> tuple[list[DueQuote], ChosenProvider | None]:
        due = TaxQuotes(uow.connection).take_due(command.at, limit=command.limit)
        return due, find_tax_provider(uow) if due else None

    due, chosen = retrying(db, command.tenant, take)
    provider = providers.of(chosen) if providers and chosen else None
    away: ProviderAway | None = None
    for one in due:
        if chosen is None or one.basket.provider is not chosen.provider:
            answer: Answer | None = None
        else:
            answer = away or _answer(one, provider, command.at)
        if isinstance(answer, ProviderAway):
            away = answer
        retrying(db, command.tenant, partial(_keep, one=one, answer=answer, at=command.at))
    return len(due)


def _answer(one: DueQuote, provider: TaxProvider | None, at: datetime) -> Answer:
    if provider is None:
        return ProviderAway("The credentials do not open here")
    try:
        if one.invoice_id is None:
            return provider.quote(one.basket)
        assert one.quote is not None  # what is used was quoted
        if one.recorded_as is not None:
            return TakenBack(provider.reverse(_whole(one, one.quote, at)))
        return provider.record(MadeSale(public_id("inv", one.invoice_id), one.basket, one.quote))
    except (ProviderAway, ProviderRefused) as no:
        return no


def _whole(one: DueQuote, quote: Quote, at: datetime) -> Reversal:
    """Return the reversal of all of a sale: what was voided was credited in no part."""
    assert one.invoice_id is not None
    assert one.recorded_as is not None
    invoice = public_id("inv", one.invoice_id)
    return Reversal(
        f"{invoice}_void",
        invoice,
        one.recorded_as,
        one.basket,
        sum(line.amount for line in one.basket.lines),
        quote.tax,
        at.date(),
    )


def _keep(uow: UnitOfWork, *, one: DueQuote, answer: Answer | None, at: datetime) -> None:
    if isinstance(answer, Quote):
        if TaxQuotes(uow.connection).keep(one.id, answer):
            _release(uow, one.subscription_ids, at)
    elif isinstance(answer, str):
        TaxQuotes(uow.connection).recorded(one.id, answer, at)
    elif isinstance(answer, TakenBack):
        TaxQuotes(uow.connection).taken_back(one.id, answer.id)
    elif isinstance(answer, ProviderAway):
        TaxQuotes(uow.connection).again(one.id, str(answer), next_try_at(one.tries, at))
        _wait_on(uow, one, str(answer))
    elif isinstance(answer, ProviderRefused):
        TaxQuotes(uow.connection).refuse(one, answer.code, str(answer))
        _say(uow, one, str(answer), at)
    else:  # another provider was chosen since, or none: what waited is decided anew
        TaxQuotes(uow.connection).refuse(one, "not_chosen", "This provider is chosen no more")
        _release(uow, one.subscription_ids, at)


def _release(uow: UnitOfWork, subscriptions: Sequence[UUID], at: datetime) -> None:
    for work in uow.parked.take_up_waiting("subscription", subscriptions, TaxQuoteNeeded.code, at):
        uow.subscriptions.give_back(work.subject_id, work.resume_at or at)


def _wait_on(uow: UnitOfWork, one: DueQuote, why: str) -> None:
    code = TaxQuoteNeeded.code
    reason = f"Waiting for tax from {one.basket.provider.full_name}, which is asked again: {why}"
    uow.parked.say_anew("subscription", one.subscription_ids, code, code=code, reason=reason)


def _say(uow: UnitOfWork, one: DueQuote, why: str, at: datetime) -> None:
    """Name the provider's no on what waits for it: a person mends that, and releases it."""
    reason = f"{one.basket.provider.full_name} refuses to say the tax: {why}"
    waiting = uow.parked.say_anew(
        "subscription", one.subscription_ids, TaxQuoteNeeded.code, code=REFUSED, reason=reason
    )
    uow.events.add([SubscriptionParked(id, REFUSED, reason) for id in waiting], at)
