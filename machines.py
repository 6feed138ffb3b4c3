"""Who must not be asked twice at once: the politeness key of each host.

The config's word, else the address a host resolves to (dozens of hosts may share one machine), else
the host: where the address is a delivery network's or the name does not resolve.
"""

import asyncio
import socket
from collections.abc import Iterable

from core.clock import Clock
from core.config import PortalConfig
from crawler.cdn import is_shared
from storage import frontier
from storage.archive import Archive


class Machines:
    """The keys of a portal's hosts and of those its pages take things from, each asked once."""

    def __init__(
        self, portal_id: str, config: PortalConfig, archive: Archive, clock: Clock
    ) -> None:
        self._portal_id, self._config = portal_id, config
        self._archive, self._clock = archive, clock
        self.keys: dict[str, str] = {}  # by host

    async def learn(self, hosts: Iterable[str]) -> None:
        """Know the keys of these hosts; each has a row in the archive when this returns."""
        for host in hosts:
            if host not in self.keys:
                key = await key_of_host(self._config, host)
                await self._save(key, host)
                self.keys[host] = key

    async def _save(self, key: str, host: str) -> None:
        delay_s = self._config.delay.total_seconds()
        now, portal_id = self._clock.now(), self._portal_id

        def save(connection: frontier.Connection) -> None:
            frontier.add_key(connection, key, delay_s, now)
            if host in self._config.hosts:
                for scheme in ("http", "https"):
                    frontier.move_to_key(connection, portal_id, f"{scheme}://{host}", key)

        await asyncio.wrap_future(self._archive.run(save))


async def key_of_host(config: PortalConfig, host: str) -> str:
    """The politeness key of one host as this portal's config sees it."""
    is_own = host in config.hosts
    word = config.politeness_key
    if is_own and word not in (None, "address", "host"):
        return f"named:{word}"
    if config.connect_to is not None:
        return f"host:{config.host}"  # whatever the host, the traffic goes to one place
    if is_own and word == "host":
        return f"host:{host}"
    addresses = await _addresses(host)
    if not addresses or is_shared(addresses[0]):
        return f"host:{host}"
    return f"address:{addresses[0]}"


async def _addresses(host: str) -> list[str]:
    """What the host resolves to, in an order that does not change; [] when it does not."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return sorted({str(entry[4][0]) for entry in found})
