"""Who is alive: the locks of processes that start and end while others look."""

import threading
from pathlib import Path

from storage.locks import OwnerLock, dead_owners


def test_a_process_that_starts_or_ends_is_never_taken_for_dead(tmp_path: Path) -> None:
    """Somebody who looks at that moment neither takes over nor disturbs."""
    is_over = threading.Event()
    found: list[str] = []

    def look() -> None:
        while not is_over.is_set():
            found.extend(dead_owners(tmp_path))

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(300):
            OwnerLock(tmp_path).release()
    finally:
        is_over.set()
        for looker in lookers:
            looker.join()
    assert found == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_holds_is_a_dead_owner(tmp_path: Path) -> None:
    """Its name is the owner; one that is held is not."""
    lock = OwnerLock(tmp_path)
    (tmp_path / "0badcafe.lock").touch()
    assert dead_owners(tmp_path) == ["0badcafe"]
    lock.release()
