"""Amounts of rupees in Hindi words, as a cheque is written: hundreds, thousands, lakh, crore."""

from typing import Final

# Each number below a hundred has a word of its own, in the spelling of the Central Hindi
# Directorate.
_BELOW_HUNDRED: Final = """
    शून्य एक दो तीन चार पाँच छह सात आठ नौ
    दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस
    बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस
    तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस
    चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास
    पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ
    साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर
    सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी
    अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी
    नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
""".split()
_SCALE: Final = ((10**7, "करोड़"), (10**5, "लाख"), (1000, "हज़ार"), (100, "सौ"))


def in_hindi_words(amount: int) -> str:
    """Spell an amount of rupees: 118050 → "एक हज़ार एक सौ अस्सी रुपये और पचास पैसे मात्र".

    Units:  paise.
    """
    whole, part = divmod(abs(amount), 100)
    said = []
    if whole or not part:
        said.append(f"{number_in_hindi(whole)} {'रुपया' if whole == 1 else 'रुपये'}")
    if part:
        said.append(f"{number_in_hindi(part)} {'पैसा' if part == 1 else 'पैसे'}")
    return f"{'ऋण ' if amount < 0 else ''}{' और '.join(said)} मात्र"


def number_in_hindi(number: int) -> str:
    """Spell a whole number, 0 or more."""
    if number < 100:
        return _BELOW_HUNDRED[number]
    for size, name in _SCALE:
        if number >= size:
            count, rest = divmod(number, size)
            said = f"{number_in_hindi(count)} {name}"
            return f"{said} {number_in_hindi(rest)}" if rest else said
    raise AssertionError("the scale ends at a hundred")
