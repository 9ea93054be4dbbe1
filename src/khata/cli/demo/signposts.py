"""Where to look now: addresses that open, a key that works, and lines to paste."""

from rich.console import Console

from khata.cli.demo.folder import Notes
from khata.cli.demo.recovery import TITLES
from khata.cli.demo.shop import EMAIL
from khata.cli.demo.stage import Stage
from khata.core.ids import public_id
from khata.dashboard.routes import entry_link
from khata.db.reads.totals import newest_open
from khata.wiring import Engine


def show(console: Console, here: Stage, notes: Notes) -> None:
    """Print what can be opened and pasted while the demo is served."""
    engine = here.engine
    url = engine.settings.base_url
    rows = [
        ("Dashboard", entry_link(engine, notes.user_id, notes.tenant_id)),
        ("", f"opens once; to sign in again: {EMAIL}, {notes.password}"),
        ("An invoice", _hosted(engine, notes)),
        *_books(here),
        ("API reference", f"{url}/docs"),
        ("Test key", notes.test_key),
    ]
    console.print()
    for label, words in rows:
        console.print(f"[bold]{label:<15}[/bold]{words}")
    console.print("\n[bold]To paste[/bold]")
    for line in _lines(url, notes.test_key):
        console.print(line, markup=False)
    console.print("\nCtrl-C stops it; run it again and it is here again.", style="dim")


def _books(here: Stage) -> list[tuple[str, str]]:
    """Return where each pretend gateway shows what it has taken."""
    labels = {name: f"At {said}" for name, said in TITLES.items()}
    return [(labels[name], f"{url}/_sim/books") for name, url in here.gateways.urls.items()]


def _hosted(engine: Engine, notes: Notes) -> str:
    """Return the address of an invoice's page: one that can be paid, if there is one."""
    with engine.db.transaction(notes.tenant_id) as uow:
        token = newest_open(uow.connection, "INR")
    tenant = public_id("ten", notes.tenant_id)
    return f"{engine.settings.base_url}/i/{tenant}/{token}"


def _lines(url: str, key: str) -> list[str]:
    bearer = f"-H 'Authorization: Bearer {key}'"
    customer = (
        '{"name":"Asha Traders","email":"asha@traders.example",'
        '"address":{"city":"Mysuru","state":"KA","country":"IN"}}'
    )
    return [
        f"curl -s {bearer} '{url}/v1/invoices?limit=2'",
        f"curl -s {bearer} {url}/v1/customers -H 'Content-Type: application/json' -d '{customer}'",
        f"curl -s {bearer} {url}/v1/ledger/trial_balance",
    ]
