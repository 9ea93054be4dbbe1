"""The billing run beside hand-written SQL: one tenant, a thousand, one worker, two."""

from collections.abc import Iterator, Sequence
from statistics import median

from bench.alike import refuse_difference
from bench.crowd import tenants_of
from bench.engine import EngineRun, in_own_process
from bench.floor import FloorRun, run_floor
from bench.ground import Ground
from bench.table import Figure, told
from bench.worker import WorkerRun, at_once

Pair = tuple[EngineRun, FloorRun]

AIM = "≥ 0.5; ≥ 4,000/s"
AIM_OF_TWO = "≥ 7,000/s"


def thousand(total: int) -> list[int]:
    """Return the sizes of 1,000 tenants: 10 have half of all, 90 a quarter, 900 the rest."""
    return [total // 20] * 10 + [total // 360] * 90 + [max(1, total // 3600)] * 900


def one_tenant(here: Ground, size: int, rounds: int) -> Iterator[Figure]:
    """Measure one worker on one tenant, both sides in turns, and what its steps take."""
    with here.crowd(size) as crowd:
        pairs = list(_alternating(here, crowd, size, rounds))
        yield told(_beside(f"billing run, {size:,} due, one worker", size, pairs))
        peak = max(engine.peak_megabytes for engine, _ in pairs)
        yield told(Figure(f"… memory of the worker, {size:,}", f"{peak:.0f} MB", aim="< 250 MB"))
        by_cpu = median(floor.processor_seconds / ours.processor_seconds for ours, floor in pairs)
        yield told(
            Figure(
                f"… by processor time, the server's included, {size:,}",
                f"{1e6 * pairs[0][0].processor_seconds / size:.0f} µs an invoice",
                f"{1e6 * pairs[0][1].processor_seconds / size:.0f} µs",
                f"{by_cpu:.2f}",
            )
        )
        statements = max(engine.statements for engine, _ in pairs) / size
        yield told(Figure(f"… statements an invoice, {size:,}", f"{statements:.3f}"))
        with here.clone(crowd, "two") as urls:
            yield told(_two(f"billing run, {size:,} due, two workers", urls.app, size, [size]))


def by_step(here: Ground, size: int) -> str:
    """Return the shares of a run's time: take, decide, store, commit."""
    with here.crowd(size) as crowd, here.clone(crowd, "by_step") as urls:
        shares = in_own_process(urls.app, "by_step").shares
    return ", ".join(f"{step} {share:.0f} %" for step, share in shares.items())


def many_tenants(here: Ground, total: int) -> Iterator[Figure]:
    """Measure one worker and two on 1,000 tenants of mixed size."""
    sizes = thousand(total)
    due = sum(sizes)
    with here.crowd(*sizes) as crowd:
        with here.clone(crowd, "engine") as ours, here.clone(crowd, "floor") as theirs:
            (engine,) = at_once("shares", ours.app, 1, str(len(sizes)))
            floor = run_floor(theirs.app, tenants_of(sizes))
            assert engine.invoices == floor.invoices == due, (engine.invoices, floor.invoices)
        yield told(
            Figure(
                f"billing run, {due:,} due of 1,000 tenants, one worker",
                f"{due / engine.seconds:,.0f}/s",
                f"SQL {due / floor.seconds:,.0f}/s",
                f"{floor.seconds / engine.seconds:.2f}",
                AIM,
            )
        )
        with here.clone(crowd, "two") as urls:
            measure = f"billing run, {due:,} due of 1,000 tenants, two workers"
            yield told(_two(measure, urls.app, due, sizes))


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


def _beside(measure: str, size: int, pairs: Sequence[Pair]) -> Figure:
    khata = size / median(engine.seconds for engine, _ in pairs)
    sql = size / median(floor.seconds for _, floor in pairs)
    ratio = median(floor.seconds / engine.seconds for engine, floor in pairs)
    return Figure(measure, f"{khata:,.0f}/s", f"SQL {sql:,.0f}/s", f"{ratio:.2f}", AIM)


def _two(measure: str, app_url: str, due: int, sizes: Sequence[int]) -> Figure:
    runs: Sequence[WorkerRun] = at_once("shares", app_url, 2, str(len(sizes)))
    assert sum(run.invoices for run in runs) == due, runs
    seconds = max(run.seconds for run in runs)
    peak = max(run.peak_megabytes for run in runs)
    cpu = sum(run.processor_seconds for run in runs)
    return Figure(
        measure,
        f"{due / seconds:,.0f}/s",
        f"{1e6 * cpu / due:.0f} µs of processor time an invoice; {peak:.0f} MB each",
        "",
        AIM_OF_TWO,
    )
