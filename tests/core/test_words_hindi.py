"""Amounts in Hindi words, by hand, and the numbers below a hundred against the Unicode CLDR."""

import pytest

from khata.core.words_hindi import in_hindi_words, number_in_hindi

# CLDR, common/rbnf/hi.xml, spellout-cardinal. Where it spells otherwise, both are in use: a nasal
# before its consonant, the v or b of the nineties.
CLDR = """
    शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पन्द्रह सोलह सत्रह अठारह उन्नीस
    बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस
    पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस
    सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरेपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ
    बासठ तिरेसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर
    छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी
    नवासी नब्बे इक्यानबे बानबे तिरानबे चौरानबे पंचानबे छियानबे सत्तानबे अट्ठानबे निन्यानबे
""".split()
SPELLED_OTHERWISE = {15: "पंद्रह", 44: "चवालीस", 53: "तिरपन", 63: "तिरसठ", 95: "पचानवे"}


@pytest.mark.parametrize("number", range(100))
def test_a_number_below_a_hundred(number: int) -> None:
    expected = SPELLED_OTHERWISE.get(number, CLDR[number])
    if number > 90:
        expected = expected.removesuffix("बे") + "वे" if expected.endswith("बे") else expected
    assert number_in_hindi(number) == expected


@pytest.mark.parametrize(
    ("paise", "said"),
    [
        (0, "शून्य रुपये मात्र"),
        (1, "एक पैसा मात्र"),
        (50, "पचास पैसे मात्र"),
        (100, "एक रुपया मात्र"),
        (200, "दो रुपये मात्र"),
        (118_050, "एक हज़ार एक सौ अस्सी रुपये और पचास पैसे मात्र"),
        (10_000_000, "एक लाख रुपये मात्र"),
        (12_345_678, "एक लाख तेईस हज़ार चार सौ छप्पन रुपये और अठहत्तर पैसे मात्र"),
        (1_000_000_000, "एक करोड़ रुपये मात्र"),
        (9_999_999_999, "नौ करोड़ निन्यानवे लाख निन्यानवे हज़ार नौ सौ निन्यानवे रुपये और निन्यानवे पैसे मात्र"),
        (123_456_789_000, "एक सौ तेईस करोड़ पैंतालीस लाख सड़सठ हज़ार आठ सौ नब्बे रुपये मात्र"),
        (10_010_000, "एक लाख एक सौ रुपये मात्र"),
        (-500, "ऋण पाँच रुपये मात्र"),
    ],
)  # fmt: skip
def test_lakh_and_crore(paise: int, said: str) -> None:
    assert in_hindi_words(paise) == said
