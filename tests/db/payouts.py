"""A shop that is paid out: an account with paper, which tells the payouts that a test writes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from psycopg.rows import dict_row

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.vault import AesVault
from khata.core.bank_statement import StatementLine
from khata.core.ids import new_id
from khata.core.settlement import LineKind, SeenSettlement, SettlementLine
from khata.db.reads.settlements import clearing
from khata.db.stores.settlement_fetches import SettlementFetch, SettlementFetches
from khata.db.stores.settlements import SETTLEMENT_FIELDS, StoredSettlement, settlement_of
from khata.db.transaction import Database
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.settlements.ask_for_settlements import AskForSettlements, ask_for_settlements
from khata.usecases.settlements.fetch_due_settlements import (
    FetchDueSettlements,
    fetch_due_settlements,
)
from khata.usecases.settlements.import_bank_lines import (
    ImportBankLines,
    Imported,
    import_bank_lines,
)
from tests.db.shop import NOON, Shop, Subscriber
from tests.paper_gateway import PaperVendor, Paying

MONDAY = NOON + timedelta(days=3)  # 3 March 2025, the second working day after a Friday
GROSS, PAID_FEE, GST, NET = 118_000, 2_360, 425, 115_215  # 2 % of 1,180.00; 18 % of 23.60 = 4.248
UTR = "1568176960vxp0rj"


@dataclass
class PaidShop:
    """A shop with an account with paper; amounts in paise."""

    shop: Shop
    gateway: Paying
    account: UUID

    def customer_pays(self, *, at: datetime = NOON, account: UUID | None = None) -> str:
        """Let a new customer pay 1,180.00, and return paper's reference of the payment."""
        return self.reference(self.subscriber(at=at, account=account, works=True))

    def subscriber(
        self, *, at: datetime = NOON, account: UUID | None = None, works: bool = True
    ) -> Subscriber:
        asha = self.shop.subscriber(None, at=at)
        command = AddPaymentMethod(
            self.shop.tenant,
            new_id(at),
            at,
            asha.customer_id,
            "paper",
            "tok_ok",
            True,
            account=account or self.account,
        )
        add_payment_method(command, db=self.shop.db, gateways=self.shop.gateways)
        if works:
            self.shop.works(at)
        return asha

    def reference(self, asha: Subscriber) -> str:
        reference = asha.attempts[0].gateway_reference
        assert reference is not None
        return reference

    def fetches(self, at: datetime = MONDAY + timedelta(hours=1), **asked: date) -> None:
        ask = AskForSettlements(self.shop.tenant, self.account, at, **asked)
        ask_for_settlements(ask, db=self.shop.db, gateways=self.shop.gateways)
        self.works(at)

    def works(self, at: datetime) -> int:
        due = FetchDueSettlements(self.shop.tenant, at)
        return fetch_due_settlements(due, db=self.shop.db, gateways=self.shop.gateways)

    @property
    def fetch(self) -> SettlementFetch:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            found = SettlementFetches(uow.connection).get(self.account)
        assert found is not None
        return found

    def settlements(self) -> list[StoredSettlement]:
        with (
            self.shop.db.transaction(self.shop.tenant) as uow,
            uow.connection.cursor(row_factory=dict_row) as cursor,
        ):
            rows = cursor.execute(f"select {SETTLEMENT_FIELDS} from settlements order by paid_at")
            return [settlement_of(row) for row in rows]

    def only(self) -> StoredSettlement:
        [one] = self.settlements()
        return one

    def found(self) -> list[tuple[str, int | None, int | None]]:
        return [
            (one["difference"], one["ours"], one["theirs"])
            for settlement in self.settlements()
            for one in settlement.findings
        ]

    def clearing(self, account: UUID | None = None) -> int:
        """What the books say that the account holds, in INR."""
        with self.shop.db.transaction(self.shop.tenant) as uow:
            rows = clearing(uow.connection, date(2199, 12, 31))
        wanted = account or self.account
        return sum(row.balance for row in rows if row.account_id == wanted)

    def balances(self, *accounts: str) -> list[int]:
        """Debits less credits of each, in paise."""
        return [self.shop.balance(account) for account in accounts]

    def bank_says(self, *lines: StatementLine, at: datetime = MONDAY) -> Imported:
        command = ImportBankLines(self.shop.tenant, "HDFC", lines, at)
        return import_bank_lines(command, db=self.shop.db)

    def waiting(self) -> list[tuple[str, str]]:
        """What waits for a person: kind and code."""
        with self.shop.db.transaction(self.shop.tenant) as uow:
            rows = uow.connection.execute(
                "select kind, code from parked where released_at is null order by id"
            ).fetchall()
        return [(row[0], row[1]) for row in rows]

    def adds_account(self, key: str, name: str) -> UUID:
        return _account(self.shop, self.gateway, key, name)


def opened(db: Database, url: str) -> PaidShop:
    gateway = Paying(url)
    shop = Shop(db, gateway)
    shop.gateways = GatewayDesk(_VAULT, [PaperVendor(gateway)], {"fake": gateway})
    return PaidShop(shop, gateway, _account(shop, gateway, "test_acct1-a", "Paper"))


_VAULT = AesVault(b"a secret for tests, 32 bytes and more")


def _account(shop: Shop, gateway: Paying, key: str, name: str) -> UUID:
    command = AddGatewayAccount(
        tenant=shop.tenant,
        id=new_id(NOON),
        at=NOON,
        now=NOON,
        gateway="paper",
        name=name,
        credentials={"api_key": key},
        webhook_secret=None,
        base_url=None,
    )
    tools = GatewayTools(db=shop.db, gateways=shop.gateways, vault=_VAULT)
    return add_gateway_account(command, tools=tools).id


def paid(reference: str, **different: int) -> SettlementLine:
    """A payment of 1,180.00 in a payout: 2 % and 18 % GST on that are kept."""
    line = SettlementLine(
        f"line_{reference}", LineKind.PAYMENT, reference, GROSS, fee=PAID_FEE, tax=GST
    )
    return replace(line, **different)  # type: ignore[arg-type]


def line(kind: LineKind, of: str | None, gross: int, fee: int = 0, tax: int = 0) -> SettlementLine:
    return SettlementLine(f"line_{kind}_{of}", kind, of, gross, fee, tax)


def payout(
    *lines: SettlementLine, at: datetime = MONDAY, name: str = "setl_1", utr: str | None = UTR
) -> SeenSettlement:
    """A payout of these lines, to the paisa."""
    return SeenSettlement(name, sum(one.net for one in lines), "INR", at, utr, lines)


def in_bank(
    id: str, amount: int, on: date = date(2025, 3, 3), narration: str = "", reference: str = ""
) -> StatementLine:
    return StatementLine(id, on, amount, "INR", reference, narration)
