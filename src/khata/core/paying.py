"""Paying for another: whose invoices a customer pays, and how a line says for whom it is."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from khata.core.charge import Charge
from khata.core.customer import Customer
from khata.core.refusal import Kind, Refusal
from khata.core.terms import Terms
from khata.core.waiting import WaitingItem


class PayerNotPossible(Refusal):
    """This customer cannot pay for that one: itself, a chain of payers, or another currency."""


class PaysForOthers(Refusal):
    """The customer pays for others, so nobody can pay for it: payers stand on one level."""

    kind = Kind.CONFLICT


def check_payer(customer_id: UUID, currency: str, payer: Customer) -> None:
    """Refuse a payer whose invoices could not be this customer's.

    Raises: PayerNotPossible.
    """
    if payer.id == customer_id:
        raise PayerNotPossible("A customer pays for itself where it has no payer", param="payer")
    if payer.payer_id is not None:
        raise PayerNotPossible(f"{payer.name} has a payer itself: name that one", param="payer")
    if payer.currency != currency:
        raise PayerNotPossible(
            f"{payer.name} is billed in {payer.currency}, not in {currency}", param="payer"
        )


def for_whom(charges: Iterable[Charge], terms: Terms) -> list[Charge]:
    """Return charges as the payer's invoice says them: with the name of whom they are for."""
    name = terms.for_whom
    if name is None:
        return list(charges)
    return [replace(charge, description=f"{charge.description}, for {name}") for charge in charges]


def waited(waiting: Iterable[WaitingItem], terms: Terms) -> list[Charge]:
    """Return what had been waiting for an invoice; what is the payer's own names nobody."""
    charges = []
    for one in waiting:
        own = one.customer_id == terms.payer_id
        charges += [one.charge] if own else for_whom([one.charge], terms)
    return charges
