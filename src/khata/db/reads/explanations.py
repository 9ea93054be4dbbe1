"""What explanations are made of: lines, what was taken off them, their taxes, and credit notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from khata.core.explaining import explain_line, explain_total
from khata.core.explaining_credits import explain_credit
from khata.core.explaining_previews import UNTAXED
from khata.core.explanation import CreditFacts, CutFacts, LineFacts, LineWhy, Why
from khata.core.ids import public_id
from khata.core.periods import Period
from khata.core.refusal import NotFound
from khata.core.tax.gst import TaxRow
from khata.db.rows import Connection


@dataclass(frozen=True, slots=True)
class ExplainedNote:
    """A credit note, and why each of its lines and taxes is what it is."""

    id: UUID
    number: str
    issued_on: date
    total: int
    lines: tuple[tuple[Why, tuple[Why, ...]], ...]
    is_void: bool = False  # it takes nothing back any more

    @property
    def texts(self) -> list[str]:
        """Return all of it as a customer reads it."""
        return [why.text for own, taxes in self.lines for why in (own, *taxes)]

    @property
    def tax_texts(self) -> list[str]:
        return [tax.text for _, taxes in self.lines for tax in taxes]


@dataclass(frozen=True, slots=True)
class ExplainedInvoice:
    id: UUID
    currency: str
    lines: tuple[tuple[UUID, LineWhy], ...]
    total: Why
    notes: tuple[ExplainedNote, ...]

    def of_tax(self, name: str, rate: str) -> list[str]:
        """Return why a head of tax at one rate comes to what it does, line by line."""
        return [
            why.text
            for _, line in self.lines
            for why in line.taxes
            if (why.inputs["name"], why.inputs["rate"]) == (name, rate)
        ]


def explained_invoice(connection: Connection, id: UUID) -> ExplainedInvoice:
    """Return every amount of an issued invoice with its reason. Raises: NotFound."""
    row = connection.execute(_INVOICE, [id]).fetchone()
    if row is None:
        raise NotFound("invoice", public_id("inv", id))
    currency, round_off, total, treatment, stored = row
    cuts_of = _cuts(stored)
    lines = [_line(line, cuts_of[n]) for n, line in enumerate(stored)]
    zero_rated = UNTAXED.get(treatment)
    whys = (explain_line(line, currency, zero_rated=zero_rated) for line in lines)
    return ExplainedInvoice(
        id,
        currency,
        tuple((UUID(line["id"]), why) for line, why in zip(stored, whys, strict=True)),
        explain_total(lines, round_off=round_off, total=total, currency=currency),
        tuple(_note(note, currency) for note in connection.execute(_NOTES, [id])),
    )


def _cuts(lines: Sequence[Mapping[str, Any]]) -> list[tuple[CutFacts, ...]]:
    """Return, line by line, what each coupon took of it, with what it had found there."""
    found: dict[str, int] = {}
    taken: dict[str, int] = {}
    befores: list[list[int]] = []
    for line in lines:
        left, own = line["priced"] or 0, []
        for cut in line["cuts"]:
            own.append(left)
            found[cut["discount_id"]] = found.get(cut["discount_id"], 0) + left
            taken[cut["discount_id"]] = taken.get(cut["discount_id"], 0) + cut["off_price"]
            left -= cut["off_price"]
        befores.append(own)
    return [
        tuple(
            CutFacts(
                cut["name"],
                cut["percent"],
                cut["off_price"],
                cut["amount"],
                left,
                taken[cut["discount_id"]],
                found[cut["discount_id"]],
            )
            for cut, left in zip(line["cuts"], own, strict=True)
        )
        for line, own in zip(lines, befores, strict=True)
    ]


def _line(line: Mapping[str, Any], cuts: tuple[CutFacts, ...]) -> LineFacts:
    return LineFacts(
        line["description"],
        line["kind"],
        line["quantity"],
        line["unit_amount"],
        line["priced"],
        line["discount"],
        line["amount"],
        line["tax_behavior"] == "inclusive",
        _period(line, "period"),
        _period(line, "full"),
        line["basis"],
        tuple(TaxRow(**tax) for tax in line["taxes"]),
        cuts,
    )


def _note(row: Sequence[Any], currency: str) -> ExplainedNote:
    id, number, issued_on, total, lines, is_void = row
    return ExplainedNote(
        id,
        number,
        issued_on,
        total,
        tuple(
            explain_credit(
                CreditFacts(
                    line["description"],
                    line["amount"],
                    _period(line, "period"),
                    line["basis"],
                    tuple(TaxRow(**tax) for tax in line["taxes"]),
                ),
                currency,
            )
            for line in lines
        ),
        is_void,
    )


def _period(line: Mapping[str, Any], name: str) -> Period:
    return Period(
        date.fromisoformat(line[f"{name}_start"]), date.fromisoformat(line[f"{name}_end"])
    )


_INVOICE = """
    select i.currency, i.round_off, i.total, i.supply_treatment,
           (select coalesce(jsonb_agg(to_jsonb(v) order by v.position), '[]')
              from (select l.position, l.id, l.description, l.kind, l.quantity, l.unit_amount,
                           l.priced, l.discount, l.amount, l.tax_behavior, l.period_start,
                           l.period_end, l.full_start, l.full_end, l.basis,
                           (select coalesce(jsonb_agg(to_jsonb(c) - 'position'
                                                      order by c.position), '[]')
                              from (select d.position, d.discount_id, d.name, d.percent,
                                           d.amount, d.off_price
                                      from line_discounts d
                                     where d.invoice_id = l.invoice_id
                                       and d.line_position = l.position) c) as cuts,
                           (select coalesce(jsonb_agg(to_jsonb(t) - 'position'
                                                      order by t.position), '[]')
                              from (select x.position, x.name, x.rate, x.taxable, x.amount
                                      from line_taxes x
                                     where x.invoice_id = l.invoice_id
                                       and x.line_position = l.position) t) as taxes
                      from invoice_lines l where l.invoice_id = i.id) v)
      from invoices i where i.id = %s and i.status <> 'draft'
"""
_NOTES = """
    select n.id, n.number, n.issued_on, n.total,
           (select coalesce(jsonb_agg(to_jsonb(v) order by v.position), '[]')
              from (select l.position, l.description, l.amount, l.period_start, l.period_end,
                           l.basis,
                           (select coalesce(jsonb_agg(to_jsonb(t) - 'position'
                                                      order by t.position), '[]')
                              from (select x.position, x.name, x.rate, x.taxable, x.amount
                                      from credit_note_taxes x
                                     where x.credit_note_id = n.id
                                       and x.line_position = l.position) t) as taxes
                      from credit_note_lines l where l.credit_note_id = n.id) v),
           n.voided_at is not null
      from credit_notes n where n.invoice_id = %s order by n.id
"""
