"""A full disk ends a crawl in one line; what was acknowledged stays, and with room it goes on."""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import StorageError
from storage.tables import visits
from tests.living import (
    ENVIRONMENT,
    ROOT,
    LivingReplica,
    acknowledged,
    bytes_and_rows_agree,
    every_capture_reads_back,
    nothing_is_held,
    rows,
    state_of,
    undisturbed,
    write_config,
)

# $1 the folder that is a small disk, $2 its size, $3 the archive, $4 a folder outside, the rest
# the command. The disk is gone with its process, so what it held is copied out twice.
SMALL_DISK = """
    disk=$1; size=$2; archive=$3; out=$4; shift 4
    mkdir -p "$disk" && mount -t tmpfs -o size=$size none "$disk" || exit 99
    "$@" 2> "$out/full.txt"; echo $? > "$out/full.status"
    cp -a "$archive" "$out/full"
    mount -o remount,size=64m "$disk"
    "$@" 2> "$out/after.txt"; echo $? > "$out/after.status"
    cp -a "$archive" "$out/after"
"""
LIMITED = """
    limit=$2; archive=$3; out=$4; shift 4
    ( ulimit -f $limit; exec "$@" 2> "$out/full.txt" ); echo $? > "$out/full.status"
    cp -a "$archive" "$out/full"
    "$@" 2> "$out/after.txt"; echo $? > "$out/after.status"
    cp -a "$archive" "$out/after"
"""
UNSHARED = ("unshare", "--user", "--map-root-user", "--mount")


def needs_small_disks() -> None:
    """Skip where this user may not mount a file system of its own."""
    try:
        mount = "mount -t tmpfs none /mnt"
        allowed = subprocess.run(
            [*UNSHARED, "sh", "-c", mount], capture_output=True, check=False, timeout=60
        )
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if allowed.returncode != 0:
        pytest.skip("this user may not mount a file system of its own")


def crawled_in_little_room(
    folder: Path, script: str, disk: str, size: str, *before: str
) -> tuple[str, Path, Path]:
    """Crawl with too little room, then with enough; gives what was said and both archives."""
    archive, out = folder / "archive", folder / "out"
    archive.mkdir()
    out.mkdir()
    with LivingReplica() as portal:
        config = write_config(folder, portal.address)
        crawl = [sys.executable, "-m", "cli", "crawl", "-v", "--config", str(config)]
        done = subprocess.run(
            [*before, "sh", "-c", script, "sh", str(folder / disk), size, str(archive), str(out),
             *crawl],
            cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said = (out / "full.txt").read_text()
    assert (out / "full.status").read_text() == "3\n", said
    assert "Traceback" not in said
    (last,) = [line for line in said.splitlines() if line.startswith("khotin: ")]
    assert said.endswith(f"{last}\n")
    assert (out / "after.status").read_text() == "0\n", (out / "after.txt").read_text()
    return said, out / "full", out / "after"


def goes_on_after(said: str, full: Path, after: Path) -> None:
    """All that was acknowledged is readable before and after, and the end is an ordinary one."""
    if acknowledged(said):
        state_of(full)
        every_capture_reads_back(full)
        assert acknowledged(said).keys() <= {row.url for row in rows(full, visits.select())}
    else:
        with suppress(StorageError):  # the schema itself found no room; anything else is a fault
            assert state_of(full) == set()
    nothing_is_held(after)
    bytes_and_rows_agree(after)
    assert acknowledged(said).keys() <= {row.url for row in rows(after, visits.select())}
    assert state_of(after) == undisturbed()
    shutil.rmtree(full)
    shutil.rmtree(after)


@pytest.mark.parametrize(
    ("disk", "size"),
    [("archive", "64k"), ("archive", "720k"), ("archive/warc", "40k")],
    ids=["no room for the schema", "room for some visits", "no room for bytes"],
)
def test_a_full_disk_ends_the_crawl_in_one_line_and_with_room_it_goes_on(
    tmp_path: Path, disk: str, size: str
) -> None:
    """Exit status 3, the disk is named as full, no traceback, and nothing acknowledged is lost."""
    needs_small_disks()
    said, full, after = crawled_in_little_room(tmp_path, SMALL_DISK, disk, size, *UNSHARED)
    assert "full" in said.splitlines()[-1]
    assert str(tmp_path / "archive") in said.splitlines()[-1]
    goes_on_after(said, full, after)


def test_a_limit_on_file_size_ends_the_crawl_in_one_line_and_without_it_it_goes_on(
    tmp_path: Path,
) -> None:
    """The same when the user's limits, not the disk, refuse to let a file grow."""
    said, full, after = crawled_in_little_room(tmp_path, LIMITED, "archive", "900")
    goes_on_after(said, full, after)
