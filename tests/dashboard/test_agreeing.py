"""The page where a payer agrees to a mandate: the terms in plain words, and the proof of them."""

from datetime import date

from khata.core.agreement_words import agreement_words
from khata.core.ids import new_id
from khata.core.mandate_rules import rail_rules
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.usecases.visits.make_setup_link import MakeSetupLink, make_setup_link
from tests.dashboard.test_paying import at_fake, begins
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import World

TODAY = date(2026, 11, 27)


def test_terms_are_said_in_plain_words() -> None:
    terms = MandateTerms(2_500_000, "INR", Frequency.MONTHLY, TODAY, date(2027, 12, 31))
    said = agreement_words(
        terms, MethodKind.UPI, seller="Chai Cloud", rules=rail_rules(), today=TODAY
    )
    assert said == [
        "Chai Cloud may debit up to ₹25,000.00 by UPI AutoPay, once a month, tax included. "
        "Nothing is debited after 31 Dec 2027.",
        "Your bank tells you at least 24 hours before each debit, with its amount.",
        "You confirm each debit above ₹15,000.00 yourself.",
        "You can withdraw this at any time: in any UPI app, among its AutoPay mandates, or by "
        "writing to Chai Cloud.",
    ]
    fixed = MandateTerms(50_000, "INR", Frequency.AS_PRESENTED, TODAY, is_fixed=True)
    bank = agreement_words(
        fixed, MethodKind.EMANDATE, seller="Chai Cloud", rules=rail_rules(), today=TODAY
    )
    assert bank[0] == (
        "Chai Cloud may debit ₹500.00 from your bank account, each time something is owed, tax "
        "included."
    )
    assert bank[1] == "You get an invoice before each debit."


def test_a_payer_reads_the_terms_agrees_and_what_was_read_is_kept(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    tenant, now = trade.shop.test, world.now
    terms = MandateTerms(500_000, "INR", Frequency.MONTHLY, now.date(), None)
    command = MakeSetupLink(
        tenant, new_id(now), now, trade.declined.customer_id, MethodKind.UPI, None, terms
    )
    link = make_setup_link(command, db=world.engine.db, gateways=world.engine.gateways)
    page = f"/w/{trade.shop.public_tenant}/{link.token}"
    shown = visitor.get(page).text
    assert "may debit up to ₹5,000.00 by UPI AutoPay, once a month, tax included." in shown
    there = at_fake(begins(visitor, page, kind="upi"))
    assert "The bank says no" in visitor.get(there).text
    refused = visitor.post(there, card="tok_declined")
    assert "Nothing is registered yet" in refused.text
    back = visitor.post(there, card="tok_ok").headers["location"]
    assert "Saved" in visitor.get(back).text
    with world.engine.db.transaction(tenant) as uow:
        mandate = uow.mandates.get(link.mandate_id) if link.mandate_id else None
    assert mandate is not None
    assert (mandate.status, mandate.terms.max_amount) == ("active", 500_000)
    assert mandate.consent is not None
    assert "may debit up to ₹5,000.00 by UPI AutoPay" in mandate.consent.text
    assert mandate.consent.address
    assert mandate.consent.user_agent
