"""Portals as rows: a lasting id, and a dated list of the hosts it had."""

from datetime import datetime

from sqlalchemy import Connection, select

from core.config import PortalConfig
from storage.frontier import insert_for
from storage.tables import portal_hosts, portals


def add_portal(connection: Connection, portal_id: str, config: PortalConfig, now: datetime) -> None:
    """Write what the config says of a portal; its hosts are seen today."""
    shown = {"name": config.name or config.host, "family": config.family, "zone": config.zone}
    connection.execute(
        insert_for(connection, portals)
        .values(id=portal_id, first_seen_at=now, **shown)
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
