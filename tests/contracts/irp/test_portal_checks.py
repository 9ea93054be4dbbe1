"""What the pretend portal refuses, and what the client makes of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from khata.adapters.irp.nic import NicRegistry
from khata.core.e_invoice.dated import Reaction
from khata.core.exports.wire_json import read, written
from khata.ports.invoice_registry import Refused, Registered, Taxpayer, TaxpayerStatus
from khata.simulators.irp import IrpSimulator
from tests.contracts.irp.candidates import AT, asked, opened
from tests.core.e_invoice.papers import between_states, with_buyer

BUYER = "27AAACM3025E1ZZ"


def _at(*way: str | int) -> Callable[[Any, Any], None]:
    def put(form: Any, value: Any) -> None:
        for step in way[:-1]:
            form = form[step]
        form[way[-1]] = value

    return put


@pytest.mark.parametrize(
    ("put", "value", "code", "reaction"),
    [
        (_at("Version"), "1.0", "2140", Reaction.CORRECT),
        (_at("Irn"), "x", "2140", Reaction.CORRECT),
        (_at("SellerDtls", "Pin"), 5600, "2140", Reaction.CORRECT),
        (_at("DocDtls", "Dt"), "31/02/2026", "2140", Reaction.CORRECT),
        (_at("DocDtls", "Dt"), "21/04/2026", "2163", Reaction.CORRECT),  # tomorrow
        (_at("BuyerDtls", "Gstin"), "29AABCR1718E1ZL", "2211", Reaction.CORRECT),
        (_at("BuyerDtls", "Stcd"), "24", "2265", Reaction.CORRECT),
        (_at("SellerDtls", "Stcd"), "24", "2266", Reaction.CORRECT),
        (_at("SellerDtls", "Gstin"), "27AABCR1718E1ZP", "2143", Reaction.CORRECT),
        (_at("BuyerDtls", "Pos"), "29", "2172", Reaction.OUR_FAULT),
        (_at("ItemList", 0, "IsServc"), "N", "2176", Reaction.CORRECT),
        (_at("ValDtls", "AssVal"), Decimal("1000.01"), "2182", Reaction.OUR_FAULT),
        (_at("ValDtls", "TotInvVal"), Decimal("1181.01"), "2189", Reaction.OUR_FAULT),
        (_at("ItemList", 0, "Discount"), Decimal("1"), "2193", Reaction.OUR_FAULT),
        (_at("ItemList", 0, "IgstAmt"), Decimal("90"), "2235", Reaction.OUR_FAULT),
        (_at("TranDtls", "SupTyp"), "SEZWOP", "2174", Reaction.OUR_FAULT),
        (_at("ItemList", 0, "Qty"), Decimal(7), "2192", Reaction.MANUAL),
    ],
)
def test_a_wrong_document_is_refused_by_its_code(
    portal: IrpSimulator,
    registry: NicRegistry,
    put: Callable[[Any, Any], None],
    value: Any,
    code: str,
    reaction: Reaction,
) -> None:
    request = asked(between_states())
    form = read(request.body)
    put(form, value)
    told = registry.generate(replace(request, body=written(form)))
    assert isinstance(told, Refused)
    assert code in told.codes
    assert {error.reaction for error in told.errors if error.code == code} == {reaction}
    assert portal.register.entries == {}


@pytest.mark.parametrize(
    ("reported_at", "taken"),
    [
        ("2026-04-30T23:59:59+05:30", True),  # the last second of the thirtieth day
        ("2026-05-01T00:00:00+05:30", False),
    ],
)
def test_the_thirtieth_day_is_the_last(
    portal: IrpSimulator, registry: NicRegistry, reported_at: str, taken: bool
) -> None:
    """GSTN advisory of 5 November 2024: of 1 April until 30 April."""
    portal.advance(datetime.fromisoformat(reported_at))
    told = registry.generate(asked(between_states(issued_on=date(2026, 4, 1))))
    assert isinstance(told, Registered) is taken
    if not taken:
        portal.thirty_days = False
        assert isinstance(registry.generate(asked(between_states())), Registered)


def test_today_is_indias(portal: IrpSimulator, registry: NicRegistry) -> None:
    portal.advance(datetime.fromisoformat("2026-04-20T18:30:00+00:00"))
    told = registry.generate(asked(between_states(issued_on=date(2026, 4, 21))))
    assert isinstance(told, Registered)


def test_a_gstin_that_the_portal_has_to_look_up_anew(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    """3028: sync once, send once more."""
    portal.taxpayers.set({BUYER: "stale"})
    assert isinstance(registry.generate(asked(between_states())), Registered)
    assert (portal.taxpayers.syncs, portal.generated) == (1, 2)


@pytest.mark.parametrize("status", ["CNL", "SUS"])
def test_a_buyer_that_is_not_active_stays_refused(
    portal: IrpSimulator, registry: NicRegistry, status: str
) -> None:
    """3029: after one look and one more try the user is asked."""
    portal.taxpayers.set({BUYER: status})
    told = registry.generate(asked(between_states()))
    assert isinstance(told, Refused)
    assert (told.codes, told.reaction) == (("3029",), Reaction.SYNC_GSTIN)
    assert (portal.taxpayers.syncs, portal.generated) == (1, 2)
    known = registry.get_gstin(BUYER)
    assert isinstance(known, Taxpayer)
    assert known.status is not TaxpayerStatus.ACTIVE


def test_the_sandbox_lets_wrong_last_characters_pass(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    """NIC's own sample numbers fail the check."""
    wrong = asked(with_buyer(between_states(), gstin="27AAACM3025E1Z0"))
    told = registry.generate(wrong)
    assert isinstance(told, Refused)
    assert told.codes == ("3028",)
    portal.sandbox = True
    assert isinstance(registry.generate(wrong), Registered)


def test_what_another_signed_is_for_a_person(portal: IrpSimulator, url: str) -> None:
    other = IrpSimulator(lambda: AT)
    registry = opened(portal, url, signing_keys=[other.keys.certificate_pem])
    told = registry.generate(asked(between_states()))
    assert isinstance(told, Refused)
    assert (told.codes, told.reaction) == (("signature_invalid",), Reaction.MANUAL)
    registry.close()


def test_the_code_of_another_document_is_for_a_person(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    """Both texts are signed, but they are about two IRNs."""
    told = registry.generate(asked(between_states()))
    other = registry.generate(asked(between_states(number="INV/26-27/00002")))
    assert isinstance(told, Registered)
    assert isinstance(other, Registered)
    portal.register.entries[told.irn].signed_code = other.signed_qr
    found = registry.get_by_irn(told.irn)
    assert isinstance(found, Refused)
    assert found.codes == ("signature_invalid",)


def test_while_keys_change_either_proves(portal: IrpSimulator, url: str) -> None:
    other = IrpSimulator(lambda: AT)
    keys = [other.keys.certificate_pem, portal.keys.certificate_pem]
    registry = opened(portal, url, signing_keys=keys)
    assert isinstance(registry.generate(asked(between_states())), Registered)
    registry.close()


def test_a_document_of_another_seller_is_not_shown(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    told = registry.generate(asked(between_states()))
    assert isinstance(told, Registered)
    [entry] = portal.register.entries.values()
    entry.gstin = "27AABCR1718E1ZP"
    found = registry.get_by_irn(told.irn)
    assert isinstance(found, Refused)
    assert found.codes == ("2143",)


def test_the_books_say_what_was_registered(portal: IrpSimulator, registry: NicRegistry) -> None:
    registry.generate(asked(between_states()))
    portal.advance(AT + timedelta(hours=1))
    assert portal.books() == {
        "documents": [
            {
                "irn": "d3c4dfbedd263ee74bc099be2c56a207dc7561f156ce7683711011e468ae737a",
                "number": "INV/26-27/00001",
                "type": "INV",
                "seller": "29AABCR1718E1ZL",
                "buyer": BUYER,
                "total": Decimal("1180.00"),
                "cancelled": False,
            }
        ],
        "logins": 1,
        "sent": 1,
    }
