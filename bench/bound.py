"""The billing run of a seller bound to e-invoices beside the same one that is not."""

from collections.abc import Iterator
from statistics import median

from bench.crowd import OPENED, RUN_ON, TENANT
from bench.engine import in_own_process
from bench.ground import Ground
from bench.table import Figure, told
from khata.core.e_invoice.connection import SANDBOX, IrpConnection
from khata.db.stores.irp_connections import IrpConnections
from khata.db.transaction import Database


def bound_beside_plain(here: Ground, size: int, rounds: int) -> Iterator[Figure]:
    """Bill a crowd of whom seven in ten are businesses, with a portal connected and without.

    Both sides include what follows from the invoices, which is where IRNs are wished for.
    """
    with here.crowd(size) as crowd:
        pairs = []
        for turn in range(rounds):
            seconds = {}
            for side in ("plain", "bound") if turn % 2 == 0 else ("bound", "plain"):
                with here.clone(crowd, side) as urls:
                    if side == "bound":
                        _connect(urls.app)
                    run = in_own_process(urls.app, how="reactions")
                    assert run.invoices == size, run
                    wished = _wished(urls.app)
                    assert wished == (size * 7 // 10 if side == "bound" else 0), (side, wished)
                    seconds[side] = run.seconds
            pairs.append((seconds["plain"], seconds["bound"]))
    plain, bound = (size / median(side) for side in zip(*pairs, strict=True))
    ratio = median(one / other for one, other in pairs)
    yield told(
        Figure(
            f"billing run and reactions, bound to e-invoices, {size:,} due",
            f"{bound:,.0f}/s",
            f"not bound {plain:,.0f}/s",
            f"{ratio:.2f}",
            "≥ 0.8",
        )
    )


def _connect(app_url: str) -> None:
    db = Database(app_url, size=1)
    try:
        with db.transaction(TENANT) as uow:
            registration = uow.sellers.default().id
            connection = IrpConnection(
                registration, SANDBOX[0], b"", "", (), True, None, RUN_ON, 1, None, OPENED
            )
            IrpConnections(uow.connection).keep(connection)
    finally:
        db.close()


def _wished(app_url: str) -> int:
    db = Database(app_url, size=1)
    try:
        with db.transaction(TENANT) as uow:
            row = uow.connection.execute("select count(*) from e_invoices").fetchone()
            assert row is not None
            return int(row[0])
    finally:
        db.close()
