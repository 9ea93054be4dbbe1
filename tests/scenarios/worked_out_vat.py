"""Is VAT what the stored lines come to? Rounded once for each rate of a document, not by line.

Worked out here, by nothing of ours. Source: EN 16931, BR-CO-17; Directive 2006/112/EC article
78(a): VAT is on the taxes of India that the customer pays as well.
"""

from fractions import Fraction
from math import floor
from typing import Any

from khata.db.transaction import UnitOfWork


def miscounted_vat(uow: UnitOfWork) -> list[str]:
    """The invoices and notes with VAT whose amounts are not what their inputs come to."""
    wrong = []
    for number, behavior, treatment, lines in _rows(uow, _INVOICES):
        [rate] = {Fraction(line["vat_rate"]) for line in lines}
        nets = [line["amount"] for line in lines]
        if behavior == "inclusive":
            home = {Fraction(r) for line in lines for r in line["home_rates"]} or {Fraction(0)}
            paid = Fraction(0) if treatment == "zero_rated_lut" else sum(home, Fraction(0))
            share = Fraction(100) / (100 + paid) * 100 / (100 + rate)
            asked = [line["priced"] - line["off"] for line in lines]
            if sum(nets) != _half_up(sum(asked) * share) or not _near(nets, asked, share):
                wrong.append(f"{number}: {nets} are not {asked} without {rate} %")
        vat, bases = [line["vat"] for line in lines], _bases(lines)
        if sum(vat) != _half_up(sum(bases) * rate / 100) or not _near(vat, bases, rate / 100):
            wrong.append(f"{number}: {vat} is not {rate} % of {bases}")
    for number, lines in _rows(uow, _NOTES):
        bases, vat = _bases(lines), [line["vat"] for line in lines]
        [rate] = {Fraction(line["vat_rate"]) for line in lines}
        # What takes the last of a line takes the last of its tax, which may be a unit off.
        last = sum(line["amount"] == line["line_amount"] for line in lines)
        if abs(sum(vat) - _half_up(sum(bases) * rate / 100)) > last:
            wrong.append(f"{number}: {vat} is not {rate} % of {bases}")
    return wrong


def _bases(lines: list[dict[str, Any]]) -> list[int]:
    return [line["amount"] + line["home_tax"] for line in lines]


def _near(parts: list[int], of: list[int], share: Fraction) -> bool:
    """Say whether each part is its exact one, up or down; a price inside moves it once more."""
    return all(abs(part - one * share) < 2 for part, one in zip(parts, of, strict=True))


def _half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


def _rows(uow: UnitOfWork, sql: bytes) -> list[tuple[Any, ...]]:
    return uow.connection.execute(sql).fetchall()


_INVOICES = b"""
    select i.number, min(l.tax_behavior), i.supply_treatment,
           jsonb_agg(jsonb_build_object(
             'priced', l.priced, 'amount', l.amount, 'vat', v.amount, 'vat_rate', v.rate,
             'off', (select coalesce(sum(d.off_price), 0) from line_discounts d
                      where d.invoice_id = l.invoice_id and d.line_position = l.position),
             'home_tax', (select coalesce(sum(x.amount), 0) from line_taxes x
                           where x.invoice_id = l.invoice_id and x.line_position = l.position
                             and x.name <> 'VAT'),
             'home_rates', (select coalesce(jsonb_agg(x.rate), '[]') from line_taxes x
                             where x.invoice_id = l.invoice_id and x.line_position = l.position
                               and x.name <> 'VAT')))
      from invoices i
      join invoice_lines l on l.invoice_id = i.id
      join line_taxes v on v.invoice_id = i.id and v.line_position = l.position and v.name = 'VAT'
     where l.priced is not null
     group by i.id, i.number, i.supply_treatment
"""
_NOTES = b"""
    select n.number,
           jsonb_agg(jsonb_build_object(
             'amount', l.amount, 'vat', v.amount, 'vat_rate', v.rate, 'line_amount', o.amount,
             'home_tax', (select coalesce(sum(x.amount), 0) from credit_note_taxes x
                           where x.credit_note_id = n.id and x.line_position = l.position
                             and x.name <> 'VAT')))
      from credit_notes n
      join credit_note_lines l on l.credit_note_id = n.id
      join credit_note_taxes v on v.credit_note_id = n.id and v.line_position = l.position
        and v.name = 'VAT'
      join invoice_lines o on o.invoice_id = l.invoice_id and o.position = l.line_position
     group by n.id, n.number
"""
