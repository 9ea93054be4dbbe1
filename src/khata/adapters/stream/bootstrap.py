"""The addresses by which a Kafka is found."""

import re

# A name or an address of version 4, or one of version 6 in brackets; and a port.
_SERVER = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", re.ASCII)


def bootstrap_servers(text: str) -> str:
    """Return the list as librdkafka reads it. Raises: ValueError, with a sentence."""
    servers = [one.strip() for one in text.split(",") if one.strip()]
    for server in servers:
        found = _SERVER.fullmatch(server)
        if found is None or not 1 <= int(found[1]) <= 65535:
            raise ValueError(
                f"{server[:80]!r} is no server of Kafka; write host:port, several with commas, "
                "such as kafka-1:9092,kafka-2:9092"
            )
    if not servers:
        raise ValueError("names no server; write host:port, several with commas")
    return ",".join(servers)


# What is khata's to decide: it makes the order, and that nothing is lost.
_DECIDED = frozenset(
    {
        "bootstrap.servers",
        "metadata.broker.list",
        "enable.idempotence",
        "enable.gapless.guarantee",
        "acks",
        "request.required.acks",
        "message.timeout.ms",
        "delivery.timeout.ms",
        "max.in.flight",
        "max.in.flight.requests.per.connection",
        "partitioner",
        "transactional.id",
    }
)


def kafka_options(lines: str) -> dict[str, str]:
    """Read librdkafka's options, `name=value` a line; `#` begins a remark. Raises: ValueError."""
    options: dict[str, str] = {}
    for line in lines.splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name or not value:
            raise ValueError(
                "each line is name=value, such as security.protocol=SASL_SSL; one is not"
            )
        if name in _DECIDED:
            raise ValueError(f"{name} is khata's to decide; leave it out")
        options[name] = value
    return options
