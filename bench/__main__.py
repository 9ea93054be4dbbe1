"""`make bench`: what khata does in a second, beside the plainest thing that does the same."""

import argparse
import os
import platform
from collections.abc import Iterator
from statistics import median

from bench.alike import refuse_difference
from bench.engine import EngineRun, in_own_process
from bench.floor import FloorRun, run_floor
from bench.ground import Ground, ground
from bench.pdfs import pdf_rates

Pair = tuple[EngineRun, FloorRun]


def main() -> None:
    asked = _asked()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if asked.subscriptions:
        with ground() as here:
            print(f"PostgreSQL {here.version()}, embedded, durable\n")
            _billing(here, asked.subscriptions, asked.rounds)
    if asked.pdfs:
        rates = pdf_rates(asked.pdfs)
        print("PDF invoices on one thread, the same bytes")
        print(f"  khata {rates.engine:.0f}/s · bare typst {rates.bare:.0f}/s · ", end="")
        print(f"ratio {rates.ratio:.2f}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--subscriptions",
        type=int,
        nargs="*",
        default=[10_000, 100_000],
        help="sizes of the billing run (default: 10000 100000); none: leave it out",
    )
    parser.add_argument(
        "--rounds", type=int, default=2, help="how often each side runs (default: 2)"
    )
    parser.add_argument("--pdfs", type=int, default=200, help="PDFs a side (default: 200)")
    return parser.parse_args()


def _billing(here: Ground, sizes: list[int], rounds: int) -> None:
    print("Billing run, one worker: GST invoices of 3 lines, ledger, events")
    print("     due  khata/s   SQL/s  ratio (each round)   by CPU  memory  statements/invoice")
    for size in sizes:
        with here.crowd(size) as crowd:
            pairs = list(_alternating(here, crowd, size, rounds))
            _print_row(size, pairs)
            if size == min(sizes):
                with here.clone(crowd, "by_step") as urls:
                    shares = in_own_process(urls.app, by_step=True).shares
    told = ", ".join(f"{step} {share:.0f} %" for step, share in shares.items())
    print(f"khata's time at {min(sizes):,}: {told}")
    print("Both sides wrote the same rows: compared row by row, random ids aside.")
    print("Both ran as the app's role behind forced row-level security.\n")


def _alternating(here: Ground, crowd: str, size: int, rounds: int) -> Iterator[Pair]:
    """Run both sides on clones of one crowd, each going first in turn, and compare the rows."""
    for turn in range(rounds):
        with here.clone(crowd, "engine") as ours, here.clone(crowd, "floor") as theirs:
            if turn % 2 == 0:
                engine, floor = in_own_process(ours.app), run_floor(theirs.app)
            else:
                floor, engine = run_floor(theirs.app), in_own_process(ours.app)
            refuse_difference(ours.app, theirs.app, invoices=size)
        yield engine, floor


def _print_row(size: int, pairs: list[Pair]) -> None:
    ratios = [floor.seconds / engine.seconds for engine, floor in pairs]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    khata = size / median(engine.seconds for engine, _ in pairs)
    sql = size / median(floor.seconds for _, floor in pairs)
    costs = [(floor.processor_seconds, engine.processor_seconds) for engine, floor in pairs]
    by_cpu = median(theirs / ours for theirs, ours in costs)
    peak = max(engine.peak_megabytes for engine, _ in pairs)
    statements = max(engine.statements for engine, _ in pairs) / size
    print(
        f"{size:>8,} {khata:>8,.0f} {sql:>7,.0f}   {median(ratios):.2f} ({each})"
        f"   {by_cpu:>6.2f}  {peak:>3.0f} MB  {statements:>10.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
