"""Our reading of the schema against another's: the library `jsonschema`, on forms gone wrong."""

import copy
import random
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khata.core.exports.inv01 import inv01
from khata.core.exports.inv01_rules import breaks_of_rules
from khata.core.exports.inv01_schema import breaks_of_schema, inv01_schema
from khata.core.exports.tax_document import Nature, TaxDocument, TaxLine
from khata.core.exports.wire_json import read, written
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.e_invoice.papers import (
    ABROAD,
    OTHER_STATE,
    SAME_STATE,
    between_states,
    credit_note,
    export,
    inside_a_state,
    line,
    paper,
)

VALIDATOR = jsonschema.Draft7Validator(inv01_schema())
FORMS = [inv01(one) for one in (between_states(), inside_a_state(), export(), credit_note())]


def test_the_schema_is_one_of_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(inv01_schema())


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) inside a form."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in list(keys)]
    for _, key in list(found):
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


WRONG: list[Any] = [
    None,
    "",
    "a",
    "x" * 400,
    'a "quotation"',
    "a\\b",
    "0",
    "00",
    "INV/1",
    "999999999",
    "31/12/2026",
    "2026-12-31",
    True,
    0,
    -1,
    99,
    100_000,
    10**15,
    Decimal("0.001"),
    Decimal("0.0001"),
    Decimal("-99.99"),
    Decimal("1E+3"),
    {},
    [],
    [{}],
    {"Irn": "x"},
]


@pytest.mark.parametrize("seed", range(12))
def test_both_find_the_same_forms_wrong_in_the_same_places(seed: int) -> None:
    """1,200 forms with one to three values replaced, taken out or added."""
    chance = random.Random(seed)
    wrong = 0
    for _ in range(100):
        form = copy.deepcopy(chance.choice(FORMS))
        for _ in range(chance.randint(1, 3)):
            holder, key = chance.choice(places(form))
            if chance.random() < 0.15 and isinstance(holder, dict):
                holder["Unknown"] = 1
            elif chance.random() < 0.2:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(chance.choice(WRONG))
        ours = {(one.path, one.rule) for one in breaks_of_schema(form)}
        theirs = {told for error in VALIDATOR.iter_errors(form) for told in _told(error)}
        of_another_type = {path for path, rule in theirs if rule == "type"}  # all is said by that
        assert ours == {
            (path, rule) for path, rule in theirs if rule == "type" or path not in of_another_type
        }
        wrong += bool(ours)
    assert wrong > 50


def _told(error: jsonschema.ValidationError) -> list[tuple[str, str]]:
    path = ""
    for step in error.absolute_path:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    if error.validator == "required":
        missing = error.message.split("'")[1]
        return [(f"{path}.{missing}" if path else missing, "required")]
    if error.validator == "additionalProperties":
        assert isinstance(error.instance, dict)
        known = error.schema["properties"]  # type: ignore[index]
        added = [key for key in error.instance if key not in known]
        return [(f"{path}.{key}" if path else key, "additionalProperties") for key in added]
    return [(path, str(error.validator))]


AMOUNTS = st.integers(0, 10**11)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "0.25", "3", "5", "12", "18", "28", "40")])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=320)
KINDS = st.sampled_from(
    [
        (SupplyKind.INTRA, Treatment.TAXABLE),
        (SupplyKind.INTER, Treatment.TAXABLE),
        (SupplyKind.SEZ, Treatment.ZERO_RATED_LUT),
        (SupplyKind.SEZ, Treatment.ZERO_RATED_WITH_IGST),
        (SupplyKind.EXPORT, Treatment.ZERO_RATED_LUT),
        (SupplyKind.EXPORT, Treatment.ZERO_RATED_WITH_IGST),
    ]
)


@st.composite
def lines(draw: st.DrawFn, supply: SupplyKind, treatment: Treatment, nature: Nature) -> TaxLine:
    taxable, rate = draw(AMOUNTS), draw(RATES) if nature is Nature.TAXABLE else Decimal(0)
    told: dict[str, Any] = {"igst": int(taxable * rate / 100)}
    if treatment is Treatment.ZERO_RATED_LUT:
        told = {}
    elif supply is SupplyKind.INTRA:
        half = int(taxable * rate / 200)
        told = {"cgst": half, "sgst": half}
    return line(
        taxable,
        rate=rate,
        nature=nature,
        description=draw(TEXTS),
        discount=draw(st.integers(0, 10**6)),
        quantity=draw(st.decimals(0, 1000, places=4)),
        unit_price=draw(st.decimals(0, 1000, places=4)),
        **told,
    )


@st.composite
def papers(draw: st.DrawFn) -> TaxDocument:
    supply, treatment = draw(KINDS)
    natures = draw(st.lists(st.sampled_from(list(Nature)), max_size=4))
    made = [draw(lines(supply, treatment, nature)) for nature in [Nature.TAXABLE, *natures]]
    buyer, place = OTHER_STATE, "27"
    if supply is SupplyKind.INTRA:
        buyer, place = SAME_STATE, "29"
    elif supply is SupplyKind.EXPORT:
        buyer, place = ABROAD, "96"
    return paper(
        *made,
        supply=supply,
        treatment=treatment,
        buyer=buyer,
        place_code=place,
        round_off=draw(st.integers(-99, 99)) if made[0].taxable > 99 else 0,
        reverse_charge=draw(st.booleans()) if supply is SupplyKind.INTER else False,
        reason=draw(TEXTS),
    )


@given(papers())
@settings(max_examples=120, deadline=None)
def test_any_basket_fits_the_schema_and_its_sums_agree(document: TaxDocument) -> None:
    form = read(written(inv01(document)))
    assert list(VALIDATOR.iter_errors(form)) == []
    assert breaks_of_rules(form) == []
    items, values = form["ItemList"], form["ValDtls"]
    taxed = [one for one in document.lines if one.nature is Nature.TAXABLE]
    assert len(items) == len(taxed)
    whole = values["AssVal"] + values.get("OthChrg", 0) + values.get("RndOffAmt", 0)
    if not document.reverse_charge:
        whole += values["IgstVal"] + values["CgstVal"] + values["SgstVal"]
    assert whole == values["TotInvVal"] == Decimal(document.total) / 100
    assert values["AssVal"] == sum(item["AssAmt"] for item in items)
    assert values["CgstVal"] == values["SgstVal"]
    for item in items:
        assert item["Qty"] * item["UnitPrice"] == item["TotAmt"]
        assert item["TotAmt"] - item.get("Discount", 0) == item["AssAmt"]
