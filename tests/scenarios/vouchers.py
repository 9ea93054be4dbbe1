"""What is stored of advances in a story: vouchers, their taxes, and what the books owe."""

from tests.scenarios.shop import Shop

SAAS = "998314"  # 18 %


def vouchers(shop: Shop) -> list[tuple[str, int, int, int]]:
    return [
        (number, net, total, left)
        for number, net, total, left in shop.rows(
            "select number, net, total, left_total from vouchers order by id"
        )
    ]


def taxes(shop: Shop, number: str) -> list[tuple[str, str, int, int]]:
    return [
        (name, rate, amount, left)
        for name, rate, amount, left in shop.rows(
            "select t.name, t.rate, t.amount, t.left_amount from voucher_taxes t"
            " join vouchers v on v.id = t.voucher_id where v.number = %(number)s"
            " order by t.position",
            number=number,
        )
    ]


def owed(shop: Shop, *accounts: str) -> list[int]:
    return [-shop.balance(account).amount for account in accounts]


HEADS = ("cgst_payable", "sgst_payable", "igst_payable")


def decides(shop: Shop, over_payment: str) -> None:
    """Set the policy for what is paid beyond an invoice."""
    with shop.db.transaction(shop.tenant) as uow:
        tenant = uow.tenants.get()
        uow.tenants.change(
            name=tenant.name,
            email=tenant.email,
            policies={"over_payment": over_payment},
            branding={},
        )
