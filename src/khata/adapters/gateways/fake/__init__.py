"""The fake gateway: a vendor without a wire, with its own store, for tests, demos and trials."""

from khata.adapters.gateways.fake.gateway import FakeGateway

__all__ = ["FakeGateway"]
