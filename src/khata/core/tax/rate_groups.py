"""Rate groups: tax that is rounded once for all lines of a document at one rate, then shared out.

Source: EN 16931, BR-CO-17: BT-117 = BT-116 × BT-119 / 100, to two decimals, where BT-116 is the sum
of the lines of that rate. In Belgium the tax of a line may not be rounded at all since 2026.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from khata.core.money import allocate, half_up
from khata.core.tax.gst import Head, TaxedAmount, TaxRow, gross_share, tax_exclusive

Heads = tuple[Head, ...]


def shared_exclusive(
    taxed: Sequence[TaxedAmount], heads: Sequence[Heads]
) -> tuple[TaxedAmount, ...]:
    """Return the lines with the tax of each group rounded once and shared among its lines.

    Rounds: half up on the group; a line's part differs from its exact tax by less than one unit.
    What is taxable of each line is its net, and for a compound head the other taxes, too.
    Source: EN 16931 BR-CO-17.
    """
    rows = [list(one.taxes) for one in taxed]
    groups: dict[Head, list[tuple[int, int]]] = {}
    for line, own in enumerate(heads):
        for place, head in enumerate(own):
            if head.grouped:
                groups.setdefault(head, []).append((line, place))
    for head, where in groups.items():
        bases = [rows[line][place].taxable for line, place in where]
        whole = half_up(sum(bases) * head.numerator, head.denominator)
        for (line, place), part in zip(where, _exact_parts(whole, bases, head), strict=True):
            rows[line][place] = replace(rows[line][place], amount=part)
    return tuple(replace(one, taxes=tuple(own)) for one, own in zip(taxed, rows, strict=True))


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
        share = gross_share(own)
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
    rows: Sequence[TaxRow], left: Sequence[int], *, bases: Sequence[int], last: Sequence[bool]
) -> list[TaxRow]:
    """Return what a note takes back of one grouped tax, line by line: rounded once on the note.

    `bases` are what it is on; `left` is what is left of the tax of each line, which no part
    exceeds. What takes the `last` of a line takes the last of its tax, so that no cent stays
    behind; the other lines share the rest.
    """
    rate = Fraction(rows[0].rate) / 100
    whole = half_up(sum(bases) * rate.numerator, rate.denominator)
    fixed = sum(most for most, is_last in zip(left, last, strict=True) if is_last)
    free = [0 if is_last else base for base, is_last in zip(bases, last, strict=True)]
    room = [0 if is_last else most for most, is_last in zip(left, last, strict=True)]
    whole = max(0, min(whole - fixed, sum(room)))
    parts = [min(part, most) for part, most in zip(_parts(whole, free), room, strict=True)]
    missing = whole - sum(parts)
    for line, most in enumerate(room):
        more = min(missing, most - parts[line])
        parts[line] += more
        missing -= more
    return [
        replace(row, amount=most if is_last else part)
        for row, most, is_last, part in zip(rows, left, last, parts, strict=True)
    ]


def _exact_parts(whole: int, nets: Sequence[int], head: Head) -> list[int]:
    """Share a group's tax: each line its own exact tax, up or down to the next whole unit."""
    parts = [net * head.numerator // head.denominator for net in nets]
    remainders = [net * head.numerator % head.denominator for net in nets]
    by_remainder = sorted(range(len(nets)), key=lambda line: -remainders[line])
    for line in by_remainder[: whole - sum(parts)]:
        parts[line] += 1
    return parts


def _parts(whole: int, weights: Sequence[int]) -> list[int]:
    return allocate(whole, weights) if any(weights) else [0] * len(weights)
