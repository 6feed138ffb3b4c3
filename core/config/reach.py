"""How far a portal's section lets us reach: networks, hours, headers. Shapes and their checks."""

import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from core.config.section import Section
from core.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}")  # RFC 9110, 5.6.2
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\s*-\s*([01][0-9]|2[0-3]):([0-5][0-9])")
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "te"})
_SHOWN = frozenset({"accept", "accept-language", "from", "referer", "user-agent"})


def network(value: object) -> Network:
    """`"10.1.2.3"` or `"10.1.0.0/16"`."""
    try:
        return ipaddress.ip_network(value) if isinstance(value, str) else _refuse()
    except ValueError as error:
        raise ValueError('allowed is an address or network, such as "10.1.2.3"') from error


def _refuse() -> Network:
    raise ValueError


def hours(value: object) -> tuple[time, time]:
    """`"22:00-06:00"` as begin and end; an end before the begin is on the next day."""
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[1] + match[2] == match[3] + match[4]:
        raise ValueError('allowed are two times that differ, such as "22:00-06:00"')
    return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))


class FromEnvironment(Section):
    """A value that stands in an environment variable, not in the file."""

    env: Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]{0,99}$")]


Secret = str | FromEnvironment


def revealed(value: Secret, key: str, environ: Mapping[str, str] = os.environ) -> str:
    """The value itself. Raises `ConfigError` when its variable is not set, or it is no header."""
    if isinstance(value, FromEnvironment):
        if value.env not in environ:
            raise ConfigError(f"{key}: the environment variable {value.env} is not set")
        value = environ[value.env]
    if not value.isascii() or not value.isprintable():
        raise ConfigError(f"{key}: allowed is one line of ASCII letters and signs")
    return value


def is_shown(header: str) -> bool:
    """Whether the value of a configured header may be kept; any other is somebody's secret."""
    return header.lower() in _SHOWN


def _headers(value: Any) -> Any:
    for name in value if isinstance(value, dict) else ():
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise ValueError(
                f"{name[:80]!r} cannot be set; allowed are names of request headers, such as "
                '"Authorization"'
            )
    return value


Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(network)], ...], Field(strict=False, max_length=100)
]
Hours = Annotated[
    tuple[Annotated[tuple[time, time], BeforeValidator(hours)], ...],
    Field(strict=False, max_length=20),
]
Headers = Annotated[dict[str, Secret], BeforeValidator(_headers), Field(max_length=50)]
