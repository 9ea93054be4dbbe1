"""Rate groups: tax that is rounded once for all lines of a document at one rate, then shared out.

Source: EN 16931, BR-CO-17: BT-117 = BT-116 × BT-119 / 100, to two decimals, where BT-116 is the sum
of the lines of that rate. In Belgium the tax of a line may not be rounded at all since 2026.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from khata.core.money import allocate, half_up
from khata.core.tax.gst import Head, TaxedAmount, TaxRow, tax_exclusive

Heads = tuple[Head, ...]


def shared_exclusive(
    taxed: Sequence[TaxedAmount], heads: Sequence[Heads]
) -> tuple[TaxedAmount, ...]:
    """Return the lines with the tax of each group rounded once and shared among its lines.

    Rounds: half up on the group; a line's part differs from its exact tax by less than one unit.
    Source: EN 16931 BR-CO-17.
    """
    rows = [list(one.taxes) for one in taxed]
    groups: dict[Head, list[tuple[int, int]]] = {}
    for line, own in enumerate(heads):
        for place, head in enumerate(own):
            if head.grouped:
                groups.setdefault(head, []).append((line, place))
    for head, where in groups.items():
        nets = [taxed[line].net for line, _ in where]
        whole = half_up(sum(nets) * head.numerator, head.denominator)
        for (line, place), part in zip(where, _parts(whole, nets), strict=True):
            rows[line][place] = replace(rows[line][place], amount=part)
    return tuple(
        replace(one, taxes=tuple(own)) for one, own in zip(taxed, rows, strict=True)
    )


def shared_inclusive(prices: Sequence[int], heads: Sequence[Heads]) -> tuple[TaxedAmount, ...]:
    """Take the tax out of prices that contain it, once for each group of lines.

    The net of a group is rounded half up and shared among its lines; its tax is then rounded on
    that net, and what remains of the prices, a few units at most, is the residue of its last line.
    """
    found: dict[int, TaxedAmount] = {}
    groups: dict[Heads, list[int]] = {}
    for line, own in enumerate(heads):
        groups.setdefault(own, []).append(line)
    for own, lines in groups.items():
        asked = [prices[line] for line in lines]
        share = 1 + sum((Fraction(head.numerator, head.denominator) for head in own), Fraction(0))
        net = half_up(sum(asked) * share.denominator, share.numerator)
        on_top = [tax_exclusive(part, own) for part in _parts(net, asked)]
        taxed = shared_exclusive(on_top, [own] * len(lines))
        gross = net + sum(row.amount for one in taxed for row in one.taxes)
        for line, one in zip(lines, taxed, strict=True):
            found[line] = one
        last = lines[-1]
        found[last] = replace(found[last], residue=sum(asked) - gross)
    return tuple(found[line] for line in range(len(prices)))


def shared_back(
    rows: Sequence[TaxRow], left: Sequence[int], *, nets: Sequence[int], takes_last: bool
) -> list[TaxRow]:
    """Return what a note takes back of one grouped tax, line by line: rounded once on the note.

    `left` is what is left of the tax of each line, which no part exceeds; a note that takes the
    last of all of them takes the last of the tax.
    """
    if takes_last:
        return [replace(row, amount=most) for row, most in zip(rows, left, strict=True)]
    rate = Fraction(rows[0].rate) / 100
    whole = min(half_up(sum(nets) * rate.numerator, rate.denominator), sum(left))
    parts = [min(part, most) for part, most in zip(_parts(whole, nets), left, strict=True)]
    missing = whole - sum(parts)
    for line, most in enumerate(left):
        more = min(missing, most - parts[line])
        parts[line] += more
        missing -= more
    return [replace(row, amount=part) for row, part in zip(rows, parts, strict=True)]


def _parts(whole: int, weights: Sequence[int]) -> list[int]:
    return allocate(whole, weights) if any(weights) else [0] * len(weights)
