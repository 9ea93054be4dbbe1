"""Play the story from its first day, and note where it can be found again."""

from collections.abc import Sequence
from datetime import date, time

from rich.console import Console

from khata.cli.demo.accounts import open_accounts
from khata.cli.demo.cast import Member
from khata.cli.demo.folder import Folder, Notes, release
from khata.cli.demo.rates import quote_rates
from khata.cli.demo.shop import open_shop
from khata.cli.demo.stage import Stage
from khata.cli.demo.story import BEGINS, Story, moment
from khata.cli.demo.telling import told


def play(
    folder: Folder, stage: Stage, console: Console, members: Sequence[Member], until: date
) -> Notes:
    """Live the members' story up to `until` on an empty database, telling it month by month.

    The notes are written last: a story that was broken off has none, and begins afresh.
    """
    engine, at = stage.engine, moment(BEGINS, time())
    shop = open_shop(engine, at)
    quote_rates(engine, shop.tenant, at, first=BEGINS, last=until)
    open_accounts(engine, stage.gateways, shop.tenant, at)
    with told(console, engine, shop.tenant, BEGINS, until) as month_over:
        Story(engine, stage.gateways, shop, members).live(until, month_over=month_over)
    notes = Notes(str(shop.tenant), str(shop.user), shop.test_key, shop.password, made_by=release())
    folder.keep(notes)
    return notes
