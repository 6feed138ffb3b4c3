"""What is handed to the writer, and what comes back from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from core.records import KeyState, PageKind, Quality, Reading, Visit
from storage.keep import outcome_of
from storage.leads import NO_LEADS, Leads
from storage.presence import GoneRule


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """A visit on its way into the archive, with what its portal wants."""

    visit: Visit
    reading: Reading | None  # of the last capture; None when there is none or it is no page
    key: str  # politeness key
    key_state: KeyState  # when it may be asked next
    gone_rule: GoneRule
    retry_at: datetime | None  # due again after a failure; None: by the usual schedule
    leads: Leads = NO_LEADS

    @property
    def size_bytes(self) -> int:
        """Memory held while waiting to be written."""
        return sum(len(c.payload) + len(c.body) for c in self.visit.captures) + 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What recording a visit did: for the log line and the progress view."""

    visit_id: str
    portal: str
    url: str
    outcome: str
    quality: Quality | None
    kind: PageKind | None
    article_id: int | None = None
    changes: tuple[str, ...] = ()
    payload_bytes: int = 0
    found_count: int = 0  # new URLs that are due in this cycle
    due_at: datetime | None = None
    sections: tuple[str, ...] = ()  # listings the portal did not have before
    notes: tuple[str, ...] = ()  # what a person should know, said once


def without_reading(record: VisitRecord, why: str) -> VisitRecord:
    """The visit with nothing of its page but that it could not be stored."""
    assert record.reading is not None
    refused = replace(
        record.reading,
        quality=Quality.UNSTORABLE,
        reason=f"the database refused it: {why}",
        article=None,
        view_count=None,
        weather=(),
        placements=(),
        provenance=(),
        refusals=(),
    )
    return replace(record, reading=refused, leads=NO_LEADS)


def known_report(visit: Visit) -> Report:
    """The report on a visit that had its rows before."""
    return Report(
        visit_id=visit.id,
        portal=visit.target.portal,
        url=visit.target.url,
        outcome=outcome_of(visit),
        quality=None,
        kind=None,
    )
