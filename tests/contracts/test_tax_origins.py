"""Where it is sold from: a seller in the United States tells its provider its own place as well.

Source: https://developers.taxjar.com/api/reference/ (from_state, from_zip).
"""

from dataclasses import replace
from datetime import date

from khata.adapters.tax_providers.taxjar import question, refund
from khata.core.tax.quotes import basket_from
from khata.ports.tax_provider import Reversal
from tests.contracts.test_tax_providers import BASKET

AUSTIN = replace(
    BASKET, seller_country="US", seller_state="TX", seller_postal_code="78701", state="TX"
)


def test_a_seller_there_tells_its_state_and_postal_code() -> None:
    told = question(AUSTIN)
    assert (told["from_country"], told["from_state"], told["from_zip"]) == ("US", "TX", "78701")
    back = refund(Reversal("cn_1", "inv_1", "inv_1", AUSTIN, 500, 30, date(2026, 11, 28)))
    assert (back["from_state"], back["from_zip"]) == ("TX", "78701")


def test_one_from_elsewhere_tells_its_country_alone() -> None:
    assert not {"from_state", "from_zip"} & set(question(BASKET))


def test_another_place_is_another_question_and_kept_ones_stay_the_same() -> None:
    assert replace(AUSTIN, seller_postal_code="75201").key != AUSTIN.key
    assert basket_from(AUSTIN.stored()) == AUSTIN
    assert "seller_state" not in BASKET.stored()
