"""When: APScheduler fires each portal's cycle by the config, until a signal.

The scheduler remembers nothing: what is due, and when a portal's last cycle began, lives in the
archive. So a restart forgets nothing, and a missed night is one catch-up.
"""

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from core.clock import Clock
from core.config import Config, PortalConfig
from core.errors import ConfigError, KhotinError, Locked
from cycle import Plan, crawl
from pipeline import log
from storage.archive import Archive
from storage.portals import cycles_started
from tally import Tally

BACKLOG_SHARE = 0.9  # of the time between two cycles
STOP_S = 8.0  # a signal gives running cycles that long to put down what they hold


def trigger_of(portal_id: str, config: PortalConfig) -> BaseTrigger | None:
    """When the portal's cycles fire; None when the config names no schedule.

    A cron line counts in the portal's own zone.
    """
    if config.every is not None:
        return IntervalTrigger(seconds=int(config.every.total_seconds()), timezone=UTC)
    if config.cron is None:
        return None
    try:
        return CronTrigger.from_crontab(config.cron, timezone=ZoneInfo(config.zone))
    except ValueError as error:
        raise ConfigError(
            f"portals.{portal_id}.cron = {config.cron!r}: {error}; allowed are five fields, "
            'such as "0 6,12,18 * * *"'
        ) from error


def next_fire(trigger: BaseTrigger, last_at: datetime | None, now: datetime) -> datetime:
    """When the next cycle fires: at once when one was missed or none ever ran."""
    if last_at is None:
        return now
    due = trigger.get_next_fire_time(last_at, last_at)
    if due is None or due <= now:
        return now
    return datetime.fromtimestamp(due.timestamp(), UTC)


async def serve(config: Config, archive: Archive, clock: Clock) -> None:
    """Fire cycles until SIGINT or SIGTERM; then stop within ten seconds, losing nothing.

    An archive that cannot be written ends the service with its error; a portal that cannot be
    reached does not.
    """
    triggers = triggers_of(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    for portal_id in sorted(set(config.portals) - set(triggers)):
        log.warning("%s: neither `every` nor `cron` in the config; never fired", portal_id)
    service = _Service(config, archive, clock, triggers, stop)
    scheduler = AsyncIOScheduler(timezone=UTC)
    started = await asyncio.wrap_future(archive.run(cycles_started))
    for portal_id, trigger in triggers.items():
        first = next_fire(trigger, started.get(portal_id), clock.now())
        log.info("%s: next cycle %s", portal_id, first.strftime("%Y-%m-%d %H:%M:%S UTC"))
        scheduler.add_job(
            service.run_cycle,
            trigger,
            args=[portal_id],
            id=portal_id,
            next_run_time=first,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        await stop.wait()
    finally:
        log.info("stopping: no new requests, writing what was fetched")
        scheduler.shutdown(wait=False)
        await service.end()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    if service.error is not None:
        raise service.error


class _Service:
    """The cycles that run now, and the error that ends them all."""

    def __init__(
        self,
        config: Config,
        archive: Archive,
        clock: Clock,
        triggers: Mapping[str, BaseTrigger],
        stop: asyncio.Event,
    ) -> None:
        self._config, self._archive, self._clock = config, archive, clock
        self._triggers, self._stop = triggers, stop
        self._running: set[asyncio.Task[None]] = set()
        self.error: KhotinError | None = None

    async def run_cycle(self, portal_id: str) -> None:
        """One firing: a cycle as a task of its own, so that a signal can end it."""
        if self._stop.is_set():
            return
        task = asyncio.create_task(self._cycle(portal_id), name=f"firing {portal_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        with contextlib.suppress(asyncio.CancelledError):  # the scheduler stops; `end` waits
            await asyncio.wait([task])

    async def _cycle(self, portal_id: str) -> None:
        tally = Tally()
        try:
            plan = Plan(backlog_until=self._backlog_until(portal_id))
            async for event in crawl(self._config, self._archive, self._clock, [portal_id], plan):
                tally.add(event)
        except Locked as error:
            log.warning("%s: %s; the next cycle tries again", portal_id, error)
        except KhotinError as error:
            self.error = self.error or error
            self._stop.set()
        for note in tally.notes:
            log.info("%s", note)
        for note in tally.given_up:
            log.warning("%s", note)
        changes = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.changes.items()))
        log.info(
            "%s: cycle over: %d visits, %s", portal_id, tally.visits_count, changes or "no changes"
        )

    def _backlog_until(self, portal_id: str) -> datetime | None:
        """A backfill goes on between cycles, and makes room for the next one in time."""
        now = self._clock.now()
        fires_at = self._triggers[portal_id].get_next_fire_time(now, now)
        if fires_at is None:
            return None
        room: timedelta = (fires_at - now) * BACKLOG_SHARE
        return now + room

    async def end(self) -> None:
        """Cancel what runs and wait until it has put down what it holds."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_S)


def triggers_of(config: Config) -> Mapping[str, BaseTrigger]:
    """When each portal's cycles fire, by its id; portals without a schedule are left out.

    Raises `ConfigError` when the schedule or the contact of one is wrong, or none has any.
    """
    found: dict[str, BaseTrigger] = {}
    for portal_id, portal in config.portals.items():
        config.user_agent(portal_id)  # a missing contact is told now, not at the first firing
        trigger = trigger_of(portal_id, portal)
        if trigger is not None:
            found[portal_id] = trigger
    if not found:
        raise ConfigError('no portal has a schedule; give one `every = "30m"` or a `cron` line')
    return found
