"""Table 13: which numbers were used, of every series, and how many of them were cancelled."""

from collections.abc import Sequence

from khata.core.exports.json_text import Tree
from khata.core.exports.tax_document import DocumentKind, NumbersUsed

# The number is the place in the form's list; inward documents, payment vouchers and delivery
# challans have theirs too, and are not made here.
NATURES = {
    DocumentKind.INVOICE: (1, "Invoices for outward supply"),
    DocumentKind.BILL_OF_SUPPLY: (1, "Invoices for outward supply"),
    DocumentKind.REVISED_INVOICE: (3, "Revised Invoice"),
    DocumentKind.DEBIT_NOTE: (4, "Debit Note"),
    DocumentKind.CREDIT_NOTE: (5, "Credit Note"),
    DocumentKind.RECEIPT_VOUCHER: (6, "Receipt Voucher"),
    DocumentKind.REFUND_VOUCHER: (8, "Refund Voucher"),
}


def doc_issue(numbers: Sequence[NumbersUsed]) -> Tree:
    """Write table 13, one row for each unbroken run, natures in the order they come in.

    Source: form GSTR-1, table 13; CGST Rules, rule 59(4)(d).
    """
    natures: dict[tuple[int, str], list[Tree]] = {}
    for run in numbers:
        rows = natures.setdefault(NATURES[run.kind], [])
        rows.append(
            {
                "num": len(rows) + 1,
                "from": run.first,
                "to": run.last,
                "totnum": run.count,
                "cancel": run.cancelled,
                "net_issue": run.count - run.cancelled,
            }
        )
    return {
        "doc_det": [
            {"doc_num": number, "doc_typ": name, "docs": rows}
            for (number, name), rows in natures.items()
        ]
    }
