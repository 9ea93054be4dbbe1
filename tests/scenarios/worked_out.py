"""Are taxes and credits what the stored inputs come to? Worked out here, by nothing of ours.

An explanation may only repeat what was kept: how much was asked to be credited, and what was left
of a tax. What that was is counted again from the lines and from all notes before.
"""

from fractions import Fraction
from math import floor
from typing import Any

from khata.db.transaction import UnitOfWork
from tests.scenarios.worked_out_vat import miscounted_vat

Place = tuple[object, int]  # an invoice and the position of a line of it


def miscounted(uow: UnitOfWork) -> list[str]:
    """The lines and notes of a shop whose amounts are not what their inputs come to."""
    left: dict[Place, int] = {}
    taxes_left: dict[Place, list[tuple[Fraction, int]]] = {}
    wrong = _lines(uow, left, taxes_left)
    return wrong + _notes(uow, left, taxes_left) + miscounted_vat(uow)


def _lines(
    uow: UnitOfWork, left: dict[Place, int], taxes_left: dict[Place, list[tuple[Fraction, int]]]
) -> list[str]:
    wrong = []
    for invoice, position, behavior, treatment, priced, off, amount, taxes in _rows(uow, _LINES):
        asked, place = priced - off, (invoice, position)
        rates = [Fraction(rate) for rate, _, _ in taxes]
        free = treatment in ("zero_rated_lut", "reverse_charge")  # of India's taxes
        taken = [
            0 if free and at_home else _half_up(amount * Fraction(rate) / 100)
            for rate, _, at_home in taxes
        ]
        net = asked
        if behavior == "inclusive":
            net = _half_up(Fraction(asked * 100) / (100 + sum(r for r in rates if any(taken))))
            taken = [asked - net] if len(rates) == 1 else taken
        if net != amount or taken != [tax for _, tax, _ in taxes]:
            wrong.append(f"{asked} asked: {amount} and {taxes} is not {net} and {taken}")
        left[place] = amount
        taxes_left[place] = [(Fraction(rate), tax) for rate, tax, _ in taxes]
    return wrong


def _notes(
    uow: UnitOfWork, left: dict[Place, int], taxes_left: dict[Place, list[tuple[Fraction, int]]]
) -> list[str]:
    wrong = []
    kept: set[Place] = set()  # of what a commercial note took, the tax stays
    for invoice, position, cause, amount, basis, taxes, commercial in _rows(uow, _NOTES):
        place = (invoice, position)
        if amount > left[place]:
            wrong.append(f"{amount} was taken of the {left[place]} that were left")
        if basis is None and cause != "manual" and amount != left[place]:
            wrong.append(f"{amount} was taken for {cause}, and nobody asked for so much")
        if basis is not None and basis["rule"] == "usage_credit":
            over = Fraction(basis["of"] * (basis["billed"] - basis["now"]), basis["billed"])
            if amount > _half_up(over):
                wrong.append(f"{amount} of usage was taken back, of {over}")
        elif basis is not None:
            share = Fraction(basis["of"] * basis["part"], basis["whole"])
            if amount != min(left[place], _half_up(share)):
                wrong.append(f"{amount} is not {share}")
        due = [
            tax
            if amount == left[place] and place not in kept
            else min(tax, _half_up(amount * rate / 100))
            for rate, tax in taxes_left[place]
        ]
        if commercial:
            due, taxes = [0] * len(due), taxes or [0] * len(due)
            kept.add(place)
        if due != taxes:
            wrong.append(f"{taxes} of tax were taken with {amount}, not {due}")
        left[place] -= amount
        taxes_left[place] = [
            (rate, tax - gone) for (rate, tax), gone in zip(taxes_left[place], taxes, strict=True)
        ]
    return wrong


def _half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


def _rows(uow: UnitOfWork, sql: bytes) -> list[tuple[Any, ...]]:
    return uow.connection.execute(sql).fetchall()


_LINES = b"""
    select l.invoice_id, l.position, l.tax_behavior, i.supply_treatment, l.priced,
           (select coalesce(sum(d.off_price), 0)::bigint from line_discounts d
             where d.invoice_id = l.invoice_id and d.line_position = l.position),
           l.amount,
           coalesce((select jsonb_agg(jsonb_build_array(x.rate, x.amount,
                             x.name in ('CGST', 'SGST', 'UTGST', 'IGST', 'CESS'))
                             order by x.position)
                       from line_taxes x
                      where x.invoice_id = l.invoice_id and x.line_position = l.position), '[]')
      from invoice_lines l join invoices i on i.id = l.invoice_id
     where l.priced is not null and not (coalesce(i.levy, '{}') @> '{"rounding": "rate_group",
       "treatment": "taxable"}') -- those are counted by worked_out_vat.py
"""
_NOTES = b"""
    select l.invoice_id, l.line_position, n.cause, l.amount, l.basis,
           (select coalesce(jsonb_agg(x.amount order by x.position), '[]')
              from credit_note_taxes x
             where x.credit_note_id = l.credit_note_id and x.line_position = l.position),
           n.treatment = 'commercial'
      from credit_note_lines l join credit_notes n on n.id = l.credit_note_id
      join invoices i on i.id = n.invoice_id
     where not (coalesce(i.levy, '{}') @> '{"rounding": "rate_group", "treatment": "taxable"}')
       and n.voided_at is null -- what a void one took is there again
     order by n.number, l.position -- as they were drawn, whoever was faster to name them
"""
