"""One owner, whole visits, durable bytes, and a full disk that loses nothing."""

import errno
import hashlib
import os
import signal
import subprocess
import textwrap
import threading

import pytest

from core.clock import DrivenClock
from core.errors import StorageError
from storage.warc import WarcWriter, file_sha256, is_in_use, repair_tail, scan, visits_in


@pytest.fixture
def writer(samples, tmp_path):
    """A writer with nothing written."""
    with WarcWriter(tmp_path, info=samples.info, clock=DrivenClock(samples.start)) as made:
        yield made


def test_no_file_is_made_before_the_first_visit(samples, tmp_path):
    """A writer that wrote nothing leaves nothing."""
    writer = WarcWriter(tmp_path, info=samples.info, clock=DrivenClock(samples.start))
    assert writer.file is None
    writer.sync()
    assert writer.close() is None
    assert not list(tmp_path.iterdir())


def test_size_and_synced_bytes_follow_append_and_sync(writer, samples, tmp_path):
    """Appended is not yet durable; after sync both are the file's size."""
    places = writer.append_visit(samples.visit(samples.capture()))
    assert (writer.synced_bytes, writer.size_bytes) == (0, places[-1].end)
    writer.sync()
    assert writer.synced_bytes == writer.size_bytes == (tmp_path / writer.file).stat().st_size


def test_a_sealed_file_is_read_only_hashed_and_let_go(writer, samples, tmp_path):
    """Name, size and SHA-256 are those of the file; nobody holds it; the next append moves on."""
    writer.append_visit(samples.visit(samples.capture()))
    sealed = writer.seal()
    path = tmp_path / sealed.name
    assert path.stat().st_mode & 0o777 == 0o444
    assert sealed.size_bytes == path.stat().st_size
    assert sealed.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == file_sha256(path)
    assert not is_in_use(path)
    assert writer.file is None
    (place,) = writer.append_visit(samples.visit())
    assert place.file != sealed.name
    assert next(scan(tmp_path / place.file))[1].record_type == "warcinfo"


def test_files_rotate_between_visits_only(samples, tmp_path):
    """A file over its size is sealed when asked, and names sort in the order of their making."""
    clock = DrivenClock(samples.start)
    writer = WarcWriter(tmp_path, info=samples.info, clock=clock, max_bytes=3000)
    sealed = []
    for _ in range(12):
        writer.append_visit(samples.visit(samples.capture()))
        sealed.append(writer.rotate_if_due())
    sealed = [*filter(None, sealed), *filter(None, [writer.close()])]
    names = [file.name for file in sealed]
    assert len(names) > 2
    assert names == sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    assert all(file.size_bytes >= 3000 for file in sealed[:-1])
    assert sum(len(list(visits_in(scan(tmp_path / name)))) for name in names) == 12


def test_a_closed_writer_takes_nothing_more(writer, samples):
    """Closing is final, and closing twice is nothing."""
    writer.append_visit(samples.visit())
    assert writer.close() is not None
    assert writer.close() is None
    with pytest.raises(StorageError, match="closed"):
        writer.append_visit(samples.visit())


def test_two_writers_of_one_instant_never_meet(samples, tmp_path):
    """Writers that start in the same millisecond own files of their own."""
    barrier = threading.Barrier(8)
    wrong = []

    def work():
        with WarcWriter(tmp_path, info=samples.info, clock=DrivenClock(samples.start)) as writer:
            barrier.wait()
            places = [writer.append_visit(samples.visit(samples.capture())) for _ in range(5)]
            if {place.file for visit in places for place in visit} != {writer.file}:
                wrong.append(writer.file)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    files = list(tmp_path.iterdir())
    assert (len(files), wrong) == (8, [])
    assert all(len(list(visits_in(scan(path)))) == 5 for path in files)


def test_a_file_in_use_is_seen_from_outside_and_asking_does_not_disturb(writer, samples, tmp_path):
    """The lock shows a living owner; a missing file has none."""
    writer.append_visit(samples.visit())
    path = tmp_path / writer.file
    assert is_in_use(path)
    writer.append_visit(samples.visit())
    assert is_in_use(path)
    assert not is_in_use(tmp_path / "none.warc.gz")


def test_a_missing_folder_is_told_in_one_line(samples, tmp_path):
    """The owner makes the folder; without it the error names it."""
    writer = WarcWriter(tmp_path / "no", info=samples.info, clock=DrivenClock(samples.start))
    with pytest.raises(StorageError, match="missing: ") as caught:
        writer.append_visit(samples.visit())
    assert "\n" not in str(caught.value)
    assert caught.value.path.startswith(str(tmp_path / "no"))


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_after_a_failed_fsync_the_writer_is_dead(writer, samples, tmp_path, monkeypatch, number):
    """The kernel may have dropped the pages: no second fsync is believed, the lock is let go."""
    writer.append_visit(samples.visit())
    path = tmp_path / writer.file

    def failing_fsync(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing_fsync)
        with pytest.raises(StorageError, match=path.name):
            writer.sync()
    for act in (writer.sync, writer.seal, lambda: writer.append_visit(samples.visit())):
        with pytest.raises(StorageError):
            act()
    assert writer.synced_bytes == 0
    assert writer.close() is None
    assert not is_in_use(path)
    assert path.stat().st_mode & 0o200


def test_a_write_that_keeps_failing_is_cut_before_the_next_one(writer, samples, monkeypatch):
    """While the tail cannot be cut, nothing is appended; when it can, the file is whole again."""
    writer.append_visit(samples.visit())
    size, real_write = writer.size_bytes, os.write

    def half_write(descriptor: int, data: memoryview) -> int:
        real_write(descriptor, bytes(data[: len(data) // 2]))
        raise OSError(errno.EIO, "Input/output error")

    def failing_truncate(descriptor: int, length: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half_write)
        patched.setattr(os, "ftruncate", failing_truncate)
        with pytest.raises(StorageError, match="check the disk"):
            writer.append_visit(samples.visit())
        patched.setattr(os, "write", real_write)
        with pytest.raises(StorageError):
            writer.append_visit(samples.visit())
        with pytest.raises(StorageError):
            writer.sync()
    assert writer.size_bytes == size
    (place,) = writer.append_visit(samples.visit())
    assert place.offset == size


SMALL_DISK = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from core.clock import DrivenClock
    from core.errors import StorageError
    from core.records import *
    from storage.warc import *

    folder, at = Path(sys.argv[1]), datetime(2026, 1, 1, tzinfo=UTC)
    target = Target(portal="p", url="http://a.example/", kind=PageKind.FRONT, cycle_at=at)
    import random
    noise = random.Random(1).randbytes(9000)
    def visit(number):
        capture = Capture(url=target.url, captured_at=at, status=200, reason="OK",
            http_version="1.1", headers=(), request_headers=(), payload=noise, body=noise,
            quality=Quality.OK)
        return Visit(id=f"{number:032x}", target=target, started_at=at, captures=(capture,))
    info = WarcInfo(software="s", user_agent="u", is_part_of="t")
    writer = WarcWriter(folder, info=info, clock=DrivenClock(at))
"""

FILL = """
    number = 0
    try:
        while True:
            writer.append_visit(visit(number))
            writer.sync()
            number += 1
    except StorageError as error:
        print(error)
    path = folder / writer.file
    assert path.stat().st_size == writer.size_bytes == writer.synced_bytes, "not cut back"
    for _ in range(2):
        try:
            writer.append_visit(visit(number))
            raise SystemExit("the disk is not full")
        except StorageError:
            pass
    free()
    writer.append_visit(visit(number))
    sealed = writer.close()
    ids = [v.id for v in visits_in(scan(path))]
    assert ids == [f"{n:032x}" for n in range(number + 1)], ids
    assert sealed.sha256 == file_sha256(path) and number >= 2
    print("whole")
"""


def script(*parts: str) -> str:
    """A program from indented pieces."""
    return "\n".join(textwrap.dedent(part) for part in parts)


def test_a_file_size_limit_is_told_and_cut_back(python, tmp_path):
    """EFBIG: one line with path and advice, whole visits only, and it goes on when allowed."""
    limit = """
        import resource
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
        def free():
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    """
    done = subprocess.run(
        [python, "-c", script(SMALL_DISK, limit, FILL), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, last = done.stdout.splitlines()
    assert told.startswith("file size limit met: ")
    assert str(tmp_path) in told
    assert last == "whole"


def test_a_full_disk_is_told_and_cut_back(python, tmp_path):
    """ENOSPC on a real, tiny file system; after space is freed the same writer goes on."""
    free = """
        (folder / "ballast").write_bytes(bytes(30_000))
        def free():
            (folder / "ballast").unlink()
    """
    mounted = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f'mount -t tmpfs -o size=96k none {tmp_path} && exec "$@"'
    try:
        allowed = subprocess.run(
            [*mounted, mount, "sh", "true"], capture_output=True, check=False, timeout=60
        )
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if allowed.returncode != 0:
        pytest.skip("this user may not mount a file system of its own")
    program = script(SMALL_DISK, free, FILL)
    done = subprocess.run(
        [*mounted, mount, "sh", python, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, last = done.stdout.splitlines()
    assert told.startswith("disk full: ")
    assert told.endswith("free space and start again; nothing acknowledged was lost")
    assert last == "whole"


def test_a_killed_writer_loses_nothing_it_acknowledged(python, tmp_path):
    """SIGKILL in the middle: every acknowledged visit is there after repair, the lock is gone."""
    loop = """
        number = 0
        while True:
            writer.append_visit(visit(number))
            writer.sync()
            print(number, writer.file, writer.synced_bytes, flush=True)
            number += 1
    """
    process = subprocess.Popen(
        [python, "-c", script(SMALL_DISK, loop), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        told = "".join(process.stdout.readline() for _ in range(60))
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read()
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stdout.close()
    *_, acknowledged, _ = told.split("\n")  # what stands behind the last newline is no line
    number, name, synced = acknowledged.split()
    path = tmp_path / name
    assert not is_in_use(path)
    assert repair_tail(path, int(synced)) >= int(synced)
    ids = [visit.id for visit in visits_in(scan(path)) if visit.id]
    assert ids[: int(number) + 1] == [f"{n:032x}" for n in range(int(number) + 1)]
