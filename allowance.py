"""How much a portal may be asked today, and at which hours: its budget and its quiet hours."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from core.config import PortalConfig
from core.records import Visit
from crawler.politeness import day_of, quiet_until
from storage import frontier
from storage.archive import Archive


class Allowance:
    """What is left of a portal's day. Counted in the archive, so a restart forgets nothing."""

    def __init__(self, portal_id: str, config: PortalConfig) -> None:
        self._portal_id, self._config = portal_id, config
        self._zone = ZoneInfo(config.zone)
        self._spent_count = 0
        self._resets_at: datetime | None = None

    async def learn(self, archive: Archive, now: datetime) -> None:
        """Know what was sent today, by whichever process."""
        if self._config.daily_requests is None:
            return
        begin, self._resets_at = day_of(now, self._zone)
        job = archive.run(lambda c: frontier.requests_count(c, self._portal_id, begin))
        self._spent_count = await asyncio.wrap_future(job)

    def spend(self, visit: Visit) -> None:
        """Take a visit's requests off."""
        self._spent_count += visit.requests_count

    def rest(self, now: datetime, under_way_count: int = 0) -> tuple[datetime, str] | None:
        """Until when nothing may be asked, and why; None when the portal may be asked now.

        `under_way_count` are requests of a visit that was not taken off yet.
        """
        until = quiet_until(now, self._config.quiet_hours, self._zone)
        if until is not None:
            return until, f"quiet hours until {until.astimezone(self._zone):%H:%M}"
        most = self._config.daily_requests
        if most is None or self._resets_at is None:
            return None
        if now >= self._resets_at:  # midnight came since the last look into the archive
            self._spent_count, self._resets_at = 0, day_of(now, self._zone)[1]
        if self._spent_count + under_way_count < most:
            return None
        return self._resets_at, f"the daily budget of {most:,} requests is used up"
