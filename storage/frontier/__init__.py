"""What is due, under which politeness key, under whose lease.

Everything is a row, so a restart forgets nothing. The lease is the key's: who holds it may ask now,
and takes the key's due targets a slice at a time. A target that is known but not wanted yet (a
listing's page beyond the usual depth, an old line of a sitemap) is a row that is never due until a
backfill asks for it.
"""

from sqlalchemy import Connection

from storage.frontier.claims import (
    KEY_LEASE,
    SLICE,
    Done,
    PassedOver,
    Slice,
    Wait,
    begin_attempt,
    claim,
    take_key,
)
from storage.frontier.cycles import (
    OLDEST_CLASS,
    Walk,
    due_again,
    due_count,
    end_cycle,
    end_walk,
    note_wait,
    requests_count,
    start_cycle,
)
from storage.frontier.keys import (
    add_key,
    key_of,
    move_to_key,
    pause_keys,
    release,
    save_key,
    state_of,
)
from storage.frontier.targets import (
    BACKLOG_PRIORITY,
    KNOWN_PRIORITY,
    PRIORITIES,
    Added,
    AfterVisit,
    Finding,
    add_targets,
    make_due,
    refresh,
    settle,
)

__all__ = [
    "BACKLOG_PRIORITY",
    "KEY_LEASE",
    "KNOWN_PRIORITY",
    "OLDEST_CLASS",
    "PRIORITIES",
    "SLICE",
    "Added",
    "AfterVisit",
    "Connection",
    "Done",
    "Finding",
    "PassedOver",
    "Slice",
    "Wait",
    "Walk",
    "add_key",
    "add_targets",
    "begin_attempt",
    "claim",
    "due_again",
    "due_count",
    "end_cycle",
    "end_walk",
    "key_of",
    "make_due",
    "move_to_key",
    "note_wait",
    "pause_keys",
    "refresh",
    "release",
    "requests_count",
    "save_key",
    "settle",
    "start_cycle",
    "state_of",
    "take_key",
]
