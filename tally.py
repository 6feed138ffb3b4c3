"""What happens in a crawl, as events, and what they add up to."""

from dataclasses import dataclass, field
from datetime import datetime

from storage.record import Report

CHANGE_KINDS = ("new", "edited", "moved", "gone", "returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """So many targets are due in this cycle, as far as is known now."""

    portal: str
    due_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A cycle waits, or gives up waiting, for its politeness key."""

    portal: str
    until: datetime | None  # None: nobody can say
    reason: str
    is_over: bool  # the cycle ends here; what is left stays due
    is_silent: bool = False  # and nothing answered in all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A URL of the config that may never be asked for."""

    portal: str
    url: str
    reason: str


Event = Report | Planned | Waiting | Refused


@dataclass(slots=True, kw_only=True)
class Standing:
    """Where one portal's cycle stands."""

    visits_count: int = 0
    due_count: int = 0  # known to be visited in this cycle, visited ones included
    failures_count: int = 0
    news_count: int = 0  # changes of articles
    waits_until: datetime | None = None
    waits_for: str = ""

    def add(self, report: Report) -> None:
        """Count one visit: whoever waited goes on."""
        self.visits_count += 1
        self.due_count += report.found_count
        self.failures_count += report.outcome in ("failed", "refused")
        self.news_count += len(report.changes)
        self.waits_until, self.waits_for = None, ""


@dataclass(slots=True)
class Tally:
    """What a crawl did so far, counted from its events."""

    visits_count: int = 0
    failures_count: int = 0
    payload_bytes: int = 0
    due_count: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    qualities: dict[str, int] = field(default_factory=dict)
    portals: dict[str, "Standing"] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)  # portals that gave no answer at all

    def add(self, event: Event) -> None:
        """Count one event."""
        standing = self.portals.setdefault(event.portal, Standing())
        match event:
            case Planned():
                self.due_count += event.due_count
                standing.due_count += event.due_count
            case Waiting():
                standing.waits_until, standing.waits_for = event.until, event.reason
                until = event.until.strftime(" until %Y-%m-%d %H:%M UTC") if event.until else ""
                verb = "the rest stays due" if event.is_over else "waiting"
                note = f"{event.portal}: {verb}{until}: {event.reason}"
                (self.given_up if event.is_silent else self.notes).append(note)
            case Refused():
                self.notes.append(f"{event.portal}: never asked for ({event.reason}): {event.url}")
            case Report():
                self._add_report(event)
                standing.add(event)

    def _add_report(self, report: Report) -> None:
        self.visits_count += 1
        self.due_count += report.found_count
        self.payload_bytes += report.payload_bytes
        self.failures_count += report.outcome in ("failed", "refused")
        self.outcomes[report.outcome] = self.outcomes.get(report.outcome, 0) + 1
        if report.quality is not None and report.quality != "ok":
            self.qualities[report.quality.value] = self.qualities.get(report.quality.value, 0) + 1
        self.notes += [f"{report.portal}: {note}" for note in report.notes]
        self.notes += [f"{report.portal}: a new section: {url}" for url in report.sections]
        for change in report.changes:
            self.changes[change] = self.changes.get(change, 0) + 1

    def lines(self) -> list[tuple[str, str]]:
        """The counts in words: a name and what is to say of it."""
        shown = {
            "pages": ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items())),
            "articles": ", ".join(
                f"{self.changes[kind]} {kind}" for kind in CHANGE_KINDS if kind in self.changes
            )
            or "no changes",
            "quality": ", ".join(
                f"{count} {name}" for name, count in sorted(self.qualities.items())
            ),
            "kept": f"{self.payload_bytes:,} bytes of answers",
        }
        return [(name, text) for name, text in shown.items() if text]
