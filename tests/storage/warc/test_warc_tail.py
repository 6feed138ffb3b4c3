"""A dead writer's file loses its torn tail and nothing else."""

import gzip
import os
import random
import time

import pytest

from core.clock import DrivenClock
from core.errors import Damaged, Locked
from storage.warc import WarcWriter, is_in_use, repair_tail, scan, seal_file


@pytest.fixture
def two(samples, write, tmp_path):
    """A file with two visits, writable again; its bytes, its places."""
    path, places = write(
        tmp_path, samples.visit(samples.capture()), samples.visit(samples.capture())
    )
    path.chmod(0o644)
    return path, path.read_bytes(), [place for place, _ in scan(path)], places


def test_a_tail_torn_at_any_byte_is_cut_at_the_record_before(two):
    """Whatever byte of the last record the crash came at, all earlier records stay."""
    path, whole, places, _ = two
    last = places[-1]
    for size in range(last.offset, last.end):
        path.write_bytes(whole[:size])
        assert repair_tail(path, places[2].offset) == last.offset
        assert path.read_bytes() == whole[: last.offset]


def test_a_file_torn_at_any_byte_keeps_every_whole_record(two):
    """From the very start: the size after repair is the last record boundary before the tear."""
    path, whole, places, _ = two
    ends = [0, *(place.end for place in places)]
    for size in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:size])
        assert repair_tail(path) == max(end for end in ends if end <= size)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 5000,
        b"\x1f\x8b",
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 100,
        random.Random(7).randbytes(200_000),
        gzip.compress(b"not a record"),
        gzip.compress(b"WARC/1.1\r\n without an end"),
        b"WARC/1.1\r\n\r\n\r\n\r\n",
    ],
    ids=["zeros", "magic", "bad block", "noise", "other gzip", "no end", "uncompressed"],
)
def test_garbage_behind_the_last_record_is_cut(two, garbage):
    """Zeros, noise, foreign gzip: what is no record goes."""
    path, whole, places, _ = two
    path.write_bytes(whole + garbage)
    assert repair_tail(path, places[1].offset) == len(whole)
    assert path.read_bytes() == whole
    assert repair_tail(path) == len(whole)


@pytest.mark.parametrize("back", range(1, 9))
def test_a_wrong_checksum_or_size_in_the_last_record_cuts_it(two, back):
    """A member counts only when its CRC and length, the last eight bytes, are right."""
    path, whole, places, _ = two
    bad = bytearray(whole)
    bad[-back] ^= 1
    path.write_bytes(bytes(bad))
    assert repair_tail(path) == places[-1].offset


def test_nothing_before_the_known_offset_is_looked_at_or_cut(two):
    """Damage in acknowledged bytes is for a person to see, not for repair to cut away."""
    path, whole, places, _ = two
    bad = bytearray(whole)
    bad[places[1].offset + 30] ^= 0xFF
    path.write_bytes(bytes(bad))
    assert repair_tail(path, places[2].offset) == len(whole)


def test_a_file_shorter_than_the_rows_say_is_damage(two):
    """Missing acknowledged bytes are never passed over."""
    path, whole, places, _ = two
    path.write_bytes(whole[: places[2].offset])
    with pytest.raises(Damaged, match="bytes are missing"):
        repair_tail(path, places[2].end)
    assert path.stat().st_size == places[2].offset


def test_a_sealed_file_is_never_cut(two):
    """A whole sealed file passes, a torn one is damage."""
    path, whole, _, _ = two
    path.chmod(0o444)
    assert repair_tail(path) == len(whole)
    os.truncate(path, len(whole) - 1)
    with pytest.raises(Damaged):
        repair_tail(path)
    assert path.stat().st_size == len(whole) - 1


def test_a_file_that_a_writer_owns_is_not_repaired_or_sealed(samples, tmp_path):
    """Repair and sealing are for the files of the dead."""
    writer = WarcWriter(tmp_path, info=samples.info, clock=DrivenClock(samples.start))
    writer.append_visit(samples.visit())
    path = tmp_path / writer.file
    for touch in (repair_tail, seal_file):
        with pytest.raises(Locked, match="in use"):
            touch(path)
    assert is_in_use(path)
    writer.close()
    assert not is_in_use(path)


def test_repair_of_many_small_records_is_linear(samples, tmp_path):
    """Ten times the records take about ten times as long; quadratic would be a hundred."""
    writer = WarcWriter(tmp_path, info=samples.info, clock=DrivenClock(samples.start))
    for _ in range(200):
        writer.append_visit(samples.visit())
    path = tmp_path / writer.close().name
    first = next(scan(path))[0]
    one = path.read_bytes()[first.end :]
    took = []
    for times in (10, 100):
        big = tmp_path / f"{times}.warc.gz"
        big.write_bytes(one * times + b"torn")
        began = time.perf_counter()
        assert repair_tail(big) == len(one) * times
        took.append(time.perf_counter() - began)
    assert took[1] < took[0] * 40


def test_the_empty_file_of_a_writer_killed_at_birth_is_whole(tmp_path):
    """Nothing was written, nothing is cut."""
    path = tmp_path / "khotin-empty.warc.gz"
    path.touch()
    assert repair_tail(path) == 0


def test_sealing_a_dead_writers_file_twice_gives_the_same(two):
    """The hash is of the bytes; the file is read-only afterwards."""
    path, whole, _, _ = two
    once, twice = seal_file(path), seal_file(path)
    assert once == twice
    assert (once.name, once.size_bytes) == (path.name, len(whole))
    assert path.stat().st_mode & 0o777 == 0o444
