"""`make bench`: what khata does in a second, beside the plainest thing that does the same."""

import argparse
import os
import platform
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from bench.api import api
from bench.billing import by_step, many_tenants, one_tenant
from bench.bound import bound_beside_plain
from bench.fairness import fairness
from bench.ground import Ground, ground
from bench.mixed import mixed
from bench.pages import pages
from bench.pdfs import pdf_rates
from bench.start import start
from bench.table import Figure, head, told, write
from bench.usage import usage
from khata.adapters.clock import SystemClock

Part = Callable[[Ground, argparse.Namespace], Iterator[Figure]]


def main() -> None:
    asked = _asked()
    figures: list[Figure] = []
    with ground() as here:
        machine = _machine(here)
        print(f"{machine}\n\n{head()}", flush=True)
        for name, part in PARTS.items():
            if name in asked.only:
                figures += part(here, asked)
    if asked.write:
        write(machine, asked.on, figures)


# INV/26-27/ leaves six of the sixteen characters that rule 46 allows: number 1,000,000 is refused.
_LONGEST_SERIES = 999_999
_SIZE = f"due at once, of one tenant; a series has {_LONGEST_SERIES:,} numbers"


def _of_one_series(words: str) -> int:
    size = int(words)
    if not 1 <= size <= _LONGEST_SERIES:
        raise argparse.ArgumentTypeError(f"1 to {_LONGEST_SERIES:,}: a series has no more numbers")
    return size


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add = parser.add_argument
    add("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts of the table")
    add("--size", type=_of_one_series, nargs="+", default=[10_000, 100_000], help=_SIZE)
    add("--tenants-size", type=int, default=18_000, help="due at once, of 1,000 tenants together")
    add("--rounds", type=int, default=2, help="how often each side bills up to 20,000 (else once)")
    add("--full", action="store_true", help="fairness at 1 × 100,000 beside 200 × 50")
    add("--events", type=int, default=100_000, help="of usage, sent in batches of 1,000")
    add("--invoices", type=int, default=100_000, help="of the tenant whose pages are looked at")
    add("--seconds", type=float, default=8, help="how long the API is asked, for each side")
    add("--pdfs", type=int, default=200, help="PDFs a side")
    add("--write", action="store_true", help="put the table into docs/performance.md")
    add(
        "--on",
        type=date.fromisoformat,
        default=SystemClock().now().date(),
        help="the day that is written beside it (default: today)",
    )
    return parser.parse_args()


def _billing(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    for size in asked.size:
        yield from one_tenant(here, size, asked.rounds if size <= 20_000 else 1)
    yield told(Figure(f"… its steps, {min(asked.size):,}", by_step(here, min(asked.size))))


def _bound(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    return bound_beside_plain(here, min(asked.size), asked.rounds)


def _tenants(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    return many_tenants(here, asked.tenants_size)


def _mixed(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    return mixed(here, min(asked.size), asked.rounds)


def _fairness(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    large, small, each = (100_000, 200, 50) if asked.full else (10_000, 100, 20)
    return fairness(here, large, small, each)


def _api(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    return api(here, asked.seconds)


def _usage(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    return usage(here, asked.events, asked.rounds)


def _pages(here: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    return pages(here, asked.invoices)


def _pdfs(_: Ground, asked: argparse.Namespace) -> Iterator[Figure]:
    rates = pdf_rates(asked.pdfs)
    yield told(
        Figure(
            "PDF invoices, one thread",
            f"{rates.engine:.0f}/s",
            f"bare typst {rates.bare:.0f}/s",
            f"{rates.ratio:.2f}",
            "≥ 0.8",
        )
    )


def _start(_: Ground, __: argparse.Namespace) -> Iterator[Figure]:
    return start()


PARTS: dict[str, Part] = {
    "billing": _billing,
    "bound": _bound,
    "tenants": _tenants,
    "mixed": _mixed,
    "fairness": _fairness,
    "usage": _usage,
    "api": _api,
    "pages": _pages,
    "pdfs": _pdfs,
    "start": _start,
}


def _machine(here: Ground) -> str:
    """Say what all this was measured on."""
    memory = Path("/proc/meminfo")
    size = int(memory.read_text().split()[1]) * 1024 / 1e9 if memory.exists() else 0
    model = Path("/proc/cpuinfo")
    lines = model.read_text().splitlines() if model.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    return (
        f"{os.cpu_count()} cores ({name or platform.machine()}), {size:.0f} GB, "
        f"Python {platform.python_version()}, PostgreSQL {here.version()}, embedded and durable"
    )


if __name__ == "__main__":
    main()
