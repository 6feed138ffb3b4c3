"""Portals as rows: a lasting id, and a dated list of the hosts it had."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from core.config import AUTO, PortalConfig
from storage.statements import insert_for
from storage.tables import portal_hosts, portals


def add_portal(connection: Connection, portal_id: str, config: PortalConfig, now: datetime) -> None:
    """Write what the config says of a portal; its hosts are seen today.

    A family that the config leaves open stays what the portal's pages showed.
    """
    shown = {"name": config.name or config.host, "zone": config.zone}
    if config.family != AUTO:
        shown["family"] = config.family
    connection.execute(
        insert_for(connection, portals)
        .values(id=portal_id, first_seen_at=now, **({"family": AUTO} | shown))
        .on_conflict_do_update(index_elements=["id"], set_=shown)
    )
    for host in config.hosts:
        connection.execute(
            insert_for(connection, portal_hosts)
            .values(portal=portal_id, host=host, first_seen_at=now, last_seen_at=now)
            .on_conflict_do_update(index_elements=["portal", "host"], set_={"last_seen_at": now})
        )


def cycles_started(connection: Connection) -> dict[str, datetime | None]:
    """When each portal's last cycle began; None for one that never had any."""
    rows = connection.execute(select(portals.c.id, portals.c.cycle_started_at))
    return {row.id: row.cycle_started_at for row in rows}


def family_seen(connection: Connection, portal_id: str) -> str | None:
    """The family that the portal's pages showed; None when nobody knows yet."""
    found = connection.execute(select(portals.c.family).where(portals.c.id == portal_id))
    family = found.scalar_one_or_none()
    return None if family == AUTO else family


def save_family(connection: Connection, portal_id: str, family: str) -> None:
    """Note the family that the portal's pages show."""
    connection.execute(update(portals).where(portals.c.id == portal_id).values(family=family))
