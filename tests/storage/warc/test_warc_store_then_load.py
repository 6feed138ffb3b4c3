"""What was stored is what is loaded: headers, payload, and the visit they belong to."""

import gzip
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Damaged, StorageError
from core.records import Failure
from storage.warc import Place, read_capture, read_record, scan, visits_in

BREAKERS = bytes.maketrans(b"\r\n\0", b"   ")
TOKEN = st.text(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1
).map(str.encode)
NAMES = TOKEN | st.sampled_from(
    [b"Content-Length", b"content-length", b"Transfer-Encoding", b"X-Khotin-Received-Age", b"TE"]
)
VALUES = st.binary(max_size=60) | st.sampled_from([b"0", b"5", b"chunked", b" 3 ", b""])
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=6).map(tuple)


def as_written(headers):
    """Headers with what would break a line replaced, which is all that may change."""
    return tuple((name, value.translate(BREAKERS)) for name, value in headers)


@settings(deadline=None)  # each example waits for the disk
@given(
    headers=HEADERS,
    payload=st.binary(max_size=300),
    status=st.sampled_from([200, 204, 301, 304, 404, 503, 999]),
    reason=st.text(max_size=20)
    | st.binary(max_size=9).map(lambda b: b.decode("utf-8", "surrogateescape")),
    instant=st.datetimes(min_value=datetime(1995, 1, 1), timezones=st.just(UTC)),
    version=st.sampled_from(["1.0", "1.1"]),
    cut=st.sampled_from([None, "length", "time", "disconnect"]),
)
def test_store_then_load_is_equal(
    samples, write, headers, payload, status, reason, instant, version, cut
):
    """Any headers, payload, status, reason, instant come back; only CR, LF and NUL do not."""
    capture = samples.capture(
        headers=headers,
        payload=payload,
        body=payload,
        status=status,
        reason=reason,
        captured_at=instant,
        http_version=version,
        truncated=cut,
    )
    with tempfile.TemporaryDirectory() as folder:
        path, ((place, _),) = write(Path(folder), samples.visit(capture))
        loaded = read_capture(path.parent, place)
        (visit,) = visits_in(scan(path))
    assert loaded.headers == as_written(headers)
    assert loaded.payload == payload
    assert (loaded.status, loaded.http_version) == (status, version)
    assert (loaded.captured_at, loaded.truncated) == (instant, cut)
    expected = reason.encode("utf-8", "surrogateescape").translate(BREAKERS)
    assert loaded.reason == expected.decode("utf-8", "surrogateescape")
    assert (loaded.url, loaded.ip, loaded.record_id) == (capture.url, capture.ip, place.record_id)
    assert visit.captures[0].capture == loaded


@settings(deadline=None)  # each example waits for the disk
@given(headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=6))
def test_any_bytes_as_headers_leave_their_number_and_the_payload_alone(samples, write, headers):
    """Not even header names of raw bytes can shift the border between head and payload."""
    capture = samples.capture(headers=tuple(headers), payload=b"\r\n\r\npayload")
    with tempfile.TemporaryDirectory() as folder:
        path, ((place, _),) = write(Path(folder), samples.visit(capture))
        loaded = read_capture(path.parent, place)
    assert loaded.payload == b"\r\n\r\npayload"
    assert [v for _, v in loaded.headers] == [v for _, v in as_written(headers)]


@settings(deadline=None)  # each example waits for the disk
@given(text=st.text(max_size=40))
def test_any_failure_message_becomes_one_field(samples, write, text):
    """A message cannot add a field of its own; a visit that failed is read back as failed."""
    failure = Failure(error="TimedOut", message=text + "\r\nkhotin-visit: 0", is_retryable=False)
    visit = samples.visit(failure=failure)
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write(Path(folder), visit)
        (loaded,) = visits_in(scan(path))
    assert loaded.id == visit.id
    assert loaded.failure.message.endswith("  khotin-visit: 0")
    assert not loaded.failure.is_retryable


@pytest.mark.parametrize(
    "name", ["page", "hops", "not_modified", "no_answer", "truncated", "gzip", "brotli", "empty"]
)
def test_a_visit_is_put_together_again(full, name):
    """Every word of the visit that is needed to record it comes back from bytes alone."""
    written = full.visits[name]
    (visit,) = [v for v in visits_in(scan(full.path)) if v.id == written.id]
    target = written.target
    assert (visit.portal, visit.kind, visit.page_no) == (target.portal, target.kind, 1)
    assert (visit.cycle_at, visit.started_at) == (target.cycle_at, written.started_at)
    assert (visit.target_url, visit.failure) == (target.url, written.failure) or name == "no_answer"
    assert (visit.place, visit.missing) == (full.places[name][-1], ())
    assert tuple(kept.place for kept in visit.captures) == full.places[name][:-1]
    for kept, capture in zip(visit.captures, written.captures, strict=True):
        assert kept.capture.payload == capture.payload
        assert kept.capture.headers == capture.headers
        assert kept.request_headers == capture.request_headers
        assert (kept.quality, kept.duration_ms) == (capture.quality, capture.duration_ms)


def test_all_visits_of_a_file_come_back_in_order(full):
    """None is lost, none is doubled."""
    assert [v.id for v in visits_in(scan(full.path))] == [v.id for v in full.visits.values()]


def test_a_repeated_payload_is_named_and_not_given(full):
    """The revisit's capture points at the original and carries its digest."""
    capture = read_capture(full.path.parent, full.places["same_again"][0])
    first = read_capture(full.path.parent, full.places["page"][0])
    assert capture.payload is None
    assert capture.original.record_id == first.record_id
    assert (capture.original.url, capture.original.captured_at) == (first.url, first.captured_at)
    assert capture.payload_digest == first.payload_digest
    assert capture.headers == first.headers


def test_captures_without_their_visit_are_given_without_an_id(full):
    """Records of a visit that was never closed come as captures of an unnamed visit."""
    end = full.places["hops"][-1].offset
    *closed, unclosed = visits_in(scan(full.path, 0, end))
    assert [v.id for v in closed] == [full.visits["page"].id]
    assert (unclosed.id, unclosed.place, unclosed.portal) == (None, None, None)
    assert tuple(kept.place for kept in unclosed.captures) == full.places["hops"][:-1]
    assert unclosed.captures[0].request_headers == (
        (b"Host", b"sontay.hanoi.gov.vn"),
        (b"Cookie", b"***"),
    )


def test_captures_of_another_visit_are_not_given_to_the_one_that_closes(full):
    """An unclosed visit before a closed one stays apart and comes first."""
    records = list(scan(full.path))
    left_out = full.places["page"][-1].record_id
    records = [(p, r) for p, r in records if p.record_id != left_out]
    unclosed, closed, *_ = visits_in(records)
    assert unclosed.id is None
    assert [kept.place for kept in unclosed.captures] == [full.places["page"][0]]
    assert closed.id == full.visits["hops"].id
    assert len(closed.captures) == 2


def test_a_304_whose_head_was_torn_off_is_still_a_304(full):
    """The revisit alone tells the status; the headers are none."""
    place = full.places["not_modified"][0]
    (visit,) = visits_in(scan(full.path, place.offset, place.end))
    assert visit.captures[0].capture.status == 304
    assert visit.captures[0].capture.headers == ()


def test_a_visit_says_which_of_its_captures_are_missing(full):
    """Begun in the middle of a visit, a scan does not pass it off as whole."""
    first, second, _ = full.places["hops"]
    visit = next(visits_in(scan(full.path, second.offset)))
    assert visit.missing == (first.record_id,)
    assert [kept.place for kept in visit.captures] == [second]


def test_a_place_that_points_elsewhere_is_damage(full):
    """A wrong offset, length or id never gives another record's bytes."""
    folder, (good, other) = full.path.parent, full.places["page"]
    assert read_record(folder, good).record_id == good.record_id

    def moved(**changes):
        fields = {name: getattr(good, name) for name in Place.__dataclass_fields__}
        return Place(**(fields | changes))

    for wrong in (
        moved(offset=good.offset + 1),
        moved(length=good.length - 1),
        moved(length=good.length + 1),
        moved(offset=10**9),
        moved(record_id=other.record_id),
    ):
        with pytest.raises(Damaged, match=full.path.name):
            read_record(folder, wrong)


def test_a_missing_file_is_told_in_one_line(full):
    """The error names the path and what to do."""
    place = full.places["page"][0]
    with pytest.raises(StorageError, match=r"missing: .*\.warc\.gz: .*copy$"):
        read_record(full.path.parent / "elsewhere", place)


def test_scan_raises_behind_the_last_whole_record(full, tmp_path):
    """A reader of a torn file gets every whole record, then learns that there was more."""
    torn = tmp_path / full.path.name
    torn.write_bytes(full.path.read_bytes()[:-1])
    seen = []
    with pytest.raises(Damaged, match="no whole record at byte"):
        seen.extend(place for place, _ in scan(torn))
    assert seen == [place for place, _ in scan(full.path)][:-1]


def test_a_record_whose_length_is_wrong_is_damage(full, tmp_path):
    """A member that is whole as gzip but lies about its block is not believed."""
    path = tmp_path / "wrong.warc.gz"
    raw = b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
    raw += b"Content-Length: 9\r\n\r\n"
    path.write_bytes(gzip.compress(raw + b"short\r\n\r\n"))
    with pytest.raises(Damaged):
        list(scan(path))
