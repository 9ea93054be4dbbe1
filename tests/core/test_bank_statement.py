"""Reading a bank's file: amounts and days as banks spell them, and one bad row refuses it all."""

from datetime import date

import pytest

from khata.core.bank_statement import Columns, StatementLine, StatementRefused, read_statement
from khata.core.refusal import Refusal

PLAIN = "date,amount,reference,narration\n2026-02-03,1152.15,N17,NEFT 1568176960vxp0rj\n"


def test_a_plain_file() -> None:
    [line] = read_statement(PLAIN, Columns(), currency="INR")
    assert (line.on, line.amount, line.reference, line.narration) == (
        date(2026, 2, 3),
        115_215,
        "N17",
        "NEFT 1568176960vxp0rj",
    )


def test_two_columns_and_days_as_a_bank_spells_them() -> None:
    file = (
        "\ufeffTxn Date,Description,Ref No,Withdrawal,Deposit,Balance\r\n"
        '03/02/2026,"NEFT, RAZORPAY",N17,,"1,152.15","2,000.00"\r\n'
        '04/02/2026,RENT,C2,"50,000.00",0.00,"1.00"\r\n'
        ",,,,,\r\n"
    )
    columns = Columns(
        date="Txn Date",
        amount=None,
        credit="Deposit",
        debit="Withdrawal",
        reference="Ref No",
        narration="Description",
        id="Ref No",
        date_format="%d/%m/%Y",
    )
    assert read_statement(file, columns, currency="INR") == [
        StatementLine("N17", date(2026, 2, 3), 115_215, "INR", "N17", "NEFT, RAZORPAY"),
        StatementLine("C2", date(2026, 2, 4), -5_000_000, "INR", "C2", "RENT"),
    ]


@pytest.mark.parametrize(
    ("spelled", "currency", "amount"),
    [
        ("1152.15 Cr", "INR", 115_215),
        ("1152.15Dr", "INR", -115_215),
        ("-1152.15", "INR", -115_215),
        ("120", "JPY", 120),
        ("1.250", "KWD", 1_250),
    ],
)
def test_amounts_as_banks_spell_them(spelled: str, currency: str, amount: int) -> None:
    file = f"date,amount\n2026-02-03,{spelled}\n"
    [line] = read_statement(file, Columns(), currency=currency)
    assert line.amount == amount


def test_the_same_file_names_its_rows_the_same_and_equal_rows_apart() -> None:
    twice = PLAIN + PLAIN.splitlines()[1] + "\n"
    first, again = (read_statement(twice, Columns(), currency="INR") for _ in range(2))
    assert [line.own_id for line in first] == [line.own_id for line in again]
    assert len({line.own_id for line in first}) == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-02-31,1.00", "Row 3 has a date that is not %Y-%m-%d"),
        ("2026-02-03,1.001", "Row 3 has an amount finer than INR allows: 1.001"),
        ("2026-02-03,one", "Row 3 has an amount that is no number"),
        ("2026-02-03,NaN", "Row 3 has an amount that is no number"),
        ("2026-02-03,", "Row 3 has an amount that is no number"),
        ("2026-02-03,0.00", "Row 3 has no amount"),
        ("2026-02-03,1.00,x,y,z", "Row 3 has more fields than there are headings"),
        (f"2026-02-03,1.00,,{'x' * 501}", "Row 3 has a text of more than 500 letters"),
        ('2026-02-03,1.00,"', "is no CSV"),
    ],
)
def test_one_bad_row_refuses_the_file_with_its_number(row: str, words: str) -> None:
    with pytest.raises(StatementRefused, match=r"Row 3|is no CSV") as refused:
        read_statement(PLAIN + row + "\n", Columns(), currency="INR")
    assert words in refused.value.detail


def test_an_id_twice_in_a_file_is_refused() -> None:
    file = "date,amount,no\n2026-02-03,1.00,7\n2026-02-03,2.00,7\n"
    with pytest.raises(StatementRefused, match="Row 3 has the same id as row 2: 7"):
        read_statement(file, Columns(id="no"), currency="INR")


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("date,sum\n2026-02-03,1.00\n", Columns()),
        (PLAIN, Columns(amount=None)),
        (PLAIN, Columns(credit="amount", debit="amount")),
        (PLAIN, Columns(narration="Particulars")),
        ("date,amount\n", Columns()),
        ("", Columns()),
    ],
)
def test_columns_that_are_not_there_are_refused(file: str, columns: Columns) -> None:
    with pytest.raises(StatementRefused):
        read_statement(file, columns, currency="INR")


def test_a_currency_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Refusal):
        read_statement(PLAIN, Columns(), currency="XXX")
