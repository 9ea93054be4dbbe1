"""`make trials`: real processes, killed on purpose; prints what became of every invoice."""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from trials.harm import HARMS
from trials.many_machines import BROKERS, Outcome, Plan, try_out


def main() -> int:
    """Try every plan that was asked for; exit code 1 if one of them went wrong."""
    asked = _asked()
    outcomes = []
    for broker in asked.broker:
        for harm in asked.harm:
            if harm == "broker emptied" and broker != "redis":
                continue
            plan = Plan(broker, harm, asked.shops, asked.subscriptions, asked.seconds)
            print(f"{broker}: {harm} …", file=sys.stderr, flush=True)
            outcomes.append(try_out(plan))
    Console().print(_table(outcomes))
    return 0 if all(outcome.is_right for outcome in outcomes) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="trials", description=__doc__)
    parser.add_argument("--broker", nargs="+", choices=list(BROKERS), default=list(BROKERS))
    parser.add_argument("--harm", nargs="+", choices=list(HARMS), default=list(HARMS))
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--subscriptions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="how long the harm goes on")
    return parser.parse_args()


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title="Two workers and two schedulers")
    for name in ("broker", "hurt", "invoices", "took", "drained after", "books"):
        table.add_column(name, justify="right" if name in ("invoices", "took") else "left")
    for outcome in outcomes:
        plan, after = outcome.plan, outcome.drained_after
        table.add_row(
            plan.broker,
            plan.harm,
            f"{outcome.invoices:,} of {plan.shops * plan.subscriptions:,}",
            f"{outcome.took:.0f} s",
            "not" if after is None else f"{after:.0f} s",
            "right" if outcome.is_right else "; ".join(outcome.wrong) or "not drained",
        )
    return table


if __name__ == "__main__":
    raise SystemExit(main())
