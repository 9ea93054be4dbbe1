"""`khata gateway-sim`: a pretend gateway, for trying khata out without an account with one."""

import json
import shlex
import signal
import threading
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.terminal import answers, fail

if TYPE_CHECKING:
    from khata.simulators.vendor import Introduction, SimulatedVendor


class Vendor(StrEnum):
    STRIPE = "stripe"
    PAYPAL = "paypal"
    RAZORPAY = "razorpay"


PORTS = {Vendor.STRIPE: 9002, Vendor.PAYPAL: 9003, Vendor.RAZORPAY: 9004}
_EVERY = 1.0  # second: how often waiting webhooks are sent


def gateway_sim(
    vendor: Annotated[Vendor, typer.Argument(help="Which gateway to pretend to be.")],
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Where it listens, on this machine only.", show_default=False
        ),
    ] = None,
    webhooks: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where its webhooks go: the webhook_path of your gateway account."
        ),
    ] = None,
) -> None:
    """Pretend to be a gateway: a server that behaves as the vendor's documents say.

    It prints an account to enter at /v1/gateway_accounts, and a token that
    pays. What it holds is gone when it stops. docs/gateways.md lists the
    tokens, and how its clock is moved and faults are switched on.
    """
    from khata.simulators.hooks import Endpoint
    from khata.simulators.server import SimulatorServer

    simulator = _opened(vendor)
    known = simulator.introduction()
    if webhooks is not None:
        simulator.hooks.endpoints = [Endpoint(known.hook_account, webhooks, known.webhook_secret)]
    stop = threading.Event()
    try:
        server = SimulatorServer(simulator, port=PORTS[vendor] if port is None else port).start()
    except OSError as refused:
        fail("port_taken", f"cannot listen: {refused.strerror}; choose another with --port")

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, ask_to_stop)
    _introduce(vendor, server.url, known)
    while not stop.wait(_EVERY):
        simulator.hooks.deliver()
    server.close()


def _opened(vendor: Vendor) -> "SimulatedVendor":
    from khata.adapters.clock import SystemClock

    now = SystemClock().now
    if vendor is Vendor.STRIPE:
        from khata.simulators.stripe import StripeSimulator

        return StripeSimulator(now)
    if vendor is Vendor.RAZORPAY:
        from khata.simulators.razorpay import RazorpaySimulator

        return RazorpaySimulator(now)
    from khata.simulators.paypal import PayPalSimulator

    return PayPalSimulator(now)


def _introduce(vendor: Vendor, url: str, known: "Introduction") -> None:
    account = {
        "gateway": vendor.value,
        "credentials": dict(known.credentials),
        "webhook_secret": known.webhook_secret,
        "base_url": url,
    }
    method = {"customer": "cus_…", "gateway": vendor.value, "token": known.token}
    method["holder"] = known.holder
    answers.print(f"A pretend {vendor.value} listens at {url}. Ctrl-C stops it.", soft_wrap=True)
    answers.print("Enter it in test mode:", soft_wrap=True)
    for path, body in (("gateway_accounts", account), ("payment_methods", method)):
        spelled = shlex.quote(json.dumps(body, ensure_ascii=False))
        answers.print(
            f"  POST /v1/{path}  {spelled}", soft_wrap=True, markup=False, highlight=False
        )
