"""Webhooks over HTTP: the name is resolved, its addresses are judged, and one of them is called."""

from khata.adapters.webhooks.sender import HostUnknown, HttpWebhookSender

__all__ = ["HostUnknown", "HttpWebhookSender"]
