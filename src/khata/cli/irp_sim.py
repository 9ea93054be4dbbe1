"""`khata irp-sim`: a pretend invoice registration portal, for trying e-invoices out offline."""

import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from khata.cli.terminal import answers, fail

PORT = 9005


def irp_sim(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where it listens, on this machine only.")
    ] = PORT,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Let GSTINs pass whose last character is wrong.")
    ] = False,
    any_age: Annotated[
        bool, typer.Option("--any-age", help="Take documents that are older than 30 days.")
    ] = False,
) -> None:
    """Pretend to be an IRP: give IRNs, sign invoices and QR codes, cancel.

    It prints two users to log in as, and keeps its two public keys at
    /_sim/keys. What it holds is gone when it stops. docs/e_invoices.md says
    what it checks, and how its clock is moved and faults are switched on.
    """
    from khata.adapters.clock import SystemClock
    from khata.simulators.irp import IrpSimulator
    from khata.simulators.server import SimulatorServer

    simulator = IrpSimulator(SystemClock().now, sandbox=sandbox, thirty_days=not any_age)
    stop = threading.Event()
    try:
        server = SimulatorServer(simulator, port=port).start()
    except OSError as refused:
        fail("port_taken", f"cannot listen: {refused.strerror}; choose another with --port")

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, ask_to_stop)
    answers.print(f"A pretend IRP listens at {server.url}. Ctrl-C stops it.", soft_wrap=True)
    for user in simulator.users:
        told = f"  {user.gstin}  client {user.client_id} / {user.client_secret}"
        told += f"  user {user.user_name} / {user.password}"
        answers.print(told, soft_wrap=True, markup=False, highlight=False)
    answers.print(f"Its public keys: {server.url}/_sim/keys", soft_wrap=True)
    stop.wait()
    server.close()
