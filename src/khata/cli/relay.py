"""`khata relay`: what has happened leaves the house: webhooks, and the stream."""

import signal
import threading
from types import FrameType

from khata.cli.options import DataDir
from khata.cli.terminal import answers


def relay(data_dir: DataDir = None) -> None:
    """Send what has happened to whoever wants to know: webhooks and the stream.

    Any number may run at once. SIGTERM ends it when what is being sent has
    been sent, within 20 seconds; what is not sent yet is the next one's.
    """
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    # Here, because the engine takes a while to load, which `--help` need not wait for.
    from khata.cli.engine import one_command
    from khata.worker.observed import observed
    from khata.worker.processes import alive
    from khata.worker.relay import run_relay

    with (
        one_command(data_dir) as (engine, _),
        observed(engine, "relay"),
        alive(engine, "relay"),
    ):
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, ask_to_stop)
        answers.print("The relay is at work. Ctrl-C stops it.")
        run_relay(engine, stop)
