"""What our records say, as far as the foreign checks do not look."""

import gzip
import zlib

import pytest

from core.clock import DrivenClock, SystemClock
from storage.warc import WarcWriter, scan


@pytest.fixture(scope="module")
def records(full):
    """All records of the full file by id, in file order."""
    return {place.record_id: record for place, record in scan(full.path)}


def came_with(records, record_id):
    """The records concurrent to one."""
    return [record for record in records.values() if record.concurrent_to == record_id]


def fields_of(record):
    """Fields of a warc-fields block."""
    return [line.split(": ", 1) for line in record.block.decode().split("\r\n") if line]


def test_every_record_has_the_mandatory_headers_and_a_block_digest(records):
    """ISO 28500 §5: id, length, date, type; we add the digest."""
    for record in records.values():
        for name in ("warc-record-id", "content-length", "warc-date", "warc-type"):
            assert record.headers[name]
        assert record.headers["warc-block-digest"].startswith("sha1:")
        assert record.headers["warc-record-id"].startswith("<urn:uuid:")


def test_record_ids_never_repeat(full):
    """An id names one record."""
    ids = [place.record_id for place, _ in scan(full.path)]
    assert len(ids) == len(set(ids)) > 40


def test_dates_have_microseconds_and_a_z(records, full):
    """The instant is the capture's, to the microsecond."""
    record = records[full.places["page"][0].record_id]
    assert record.headers["warc-date"] == "2026-11-23T12:00:00.123456Z"


def test_an_instant_without_a_zone_is_refused(samples, tmp_path):
    """A naive instant is a mistake of the caller, and nothing is written."""
    writer = WarcWriter(tmp_path, info=samples.info, clock=SystemClock())
    naive = samples.capture(captured_at=samples.start.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        writer.append_visit(samples.visit(naive))
    assert not list(tmp_path.iterdir())


def test_the_target_uri_is_bare_and_of_visible_ascii(records, full):
    """No brackets, spaces or line ends; an ordinary URL is not touched."""
    for record in records.values():
        uri = record.headers.get("warc-target-uri", "http://x")
        assert uri.isascii()
        assert not set(uri) & set(" \r\n\t<>")
    page = records[full.places["page"][0].record_id]
    assert page.headers["warc-target-uri"] == full.visits["page"].captures[0].url


def test_each_record_is_a_gzip_member_of_its_own_with_no_time_in_it(full):
    """The member at a place is one whole gzip stream; its header tells no time."""
    raw = full.path.read_bytes()
    for place, _ in scan(full.path):
        member = raw[place.offset : place.end]
        inflate = zlib.decompressobj(31)
        assert inflate.decompress(member).startswith(b"WARC/1.1\r\n")
        assert inflate.eof
        assert inflate.unused_data == b""
        assert member[4:8] == bytes(4)


def test_warcinfo_is_first_and_names_software_format_and_robots(full):
    """Every file says what made it and by which rules; the machine's name stays out."""
    place, record = next(iter(scan(full.path)))
    assert (place.offset, place.record_type) == (0, "warcinfo")
    fields = dict(fields_of(record))
    assert fields["software"] == "Khotin/0.1.0"
    assert fields["format"] == "WARC File Format 1.1"
    assert fields["conformsTo"].endswith("/warc-1.1/")
    assert fields["robots"] == "classic"
    assert fields["http-header-user-agent"].startswith("Khotin/0.1")
    assert fields["isPartOf"] == "Test"
    assert "hostname" not in fields


def test_a_file_of_simulated_time_says_so(full, samples, tmp_path):
    """Made-up instants cannot be taken for real ones, and real ones are not marked."""
    _, simulated = next(iter(scan(full.path)))
    assert dict(fields_of(simulated))["khotin-time"].startswith("simulated")
    writer = WarcWriter(tmp_path, info=samples.info, clock=SystemClock())
    writer.append_visit(samples.visit())
    _, real = next(iter(scan(tmp_path / writer.close().name)))
    assert "khotin-time" not in dict(fields_of(real))


def test_a_request_is_tied_to_its_response(records, full):
    """One request per capture, with path, query and the headers as sent."""
    response = full.places["page"][0].record_id
    (request,) = [r for r in came_with(records, response) if r.record_type == "request"]
    assert request.block == (
        b"GET /tin-tuc/-/123.html?x=1 HTTP/1.1\r\nHost: sontay.hanoi.gov.vn\r\nCookie: ***\r\n\r\n"
    )
    assert request.headers["content-type"] == "application/http;msgtype=request"


def test_the_visit_is_written_last_and_tied_to_the_first_answer(full):
    """The commit mark closes the visit; it is the last place returned."""
    order = [place.record_id for place, _ in scan(full.path)]
    by_id = {place.record_id: record for place, record in scan(full.path)}
    hops = full.places["hops"]
    assert [place.record_type for place in hops] == ["response", "response", "metadata"]
    begin, end = order.index(hops[0].record_id), order.index(hops[-1].record_id)
    types = [by_id[record_id].record_type for record_id in order[begin : end + 1]]
    assert types == ["response", "request", "response", "request", "metadata"]
    assert by_id[hops[-1].record_id].concurrent_to == hops[0].record_id
    assert by_id[hops[-1].record_id].headers["content-type"] == "application/warc-fields"


def test_a_visit_without_an_answer_names_its_error(records, full):
    """A failure is one metadata record, tied to nothing, in lines that stay lines."""
    (place,) = full.places["no_answer"]
    fields = dict(fields_of(records[place.record_id]))
    assert records[place.record_id].concurrent_to is None
    assert fields["khotin-error"] == "Unreachable"
    assert fields["khotin-message"].startswith("no route  to host")
    assert fields["khotin-retryable"] == "yes"


def test_chunking_is_renamed_and_the_length_made_right(records, full):
    """The stored head is true of the stored payload; what was received stays legible."""
    record = records[full.places["gzip"][0].record_id]
    head, payload = record.block.split(b"\r\n\r\n", 1)
    assert b"\r\nTransfer-Encoding" not in head
    assert b"\r\nX-Khotin-Received-Transfer-Encoding: chunked" in head
    assert b"\r\nContent-Length: %d" % len(payload) in head
    assert gzip.decompress(payload) == full.visits["gzip"].captures[0].body


def test_a_cut_answer_is_marked_and_keeps_the_length_it_announced(records, full):
    """`WARC-Truncated`, the stored length, and the announced one under another name."""
    record = records[full.places["truncated"][0].record_id]
    assert record.headers["warc-truncated"] == "disconnect"
    assert b"\r\nContent-Length: 40\r\n" in record.block
    assert b"\r\nX-Khotin-Received-Content-Length: 9000\r\n" in record.block


def test_a_304_is_an_empty_revisit_with_its_head_beside_it(records, full):
    """Empty block, length 0, and a concurrent metadata record no index takes for a capture."""
    place = full.places["not_modified"][0]
    record = records[place.record_id]
    assert record.record_type == "revisit"
    assert record.headers["warc-profile"].endswith("/revisit/server-not-modified")
    assert (record.block, record.headers["content-length"]) == (b"", "0")
    assert "warc-payload-digest" not in record.headers
    head = came_with(records, place.record_id)[0]
    assert head.record_type == "metadata"
    assert head.headers["content-type"] == "application/warc-fields"
    assert fields_of(head) == [
        ["http-status-line", "HTTP/1.1 304 Not Modified"],
        ["http-header", 'ETag: "x"'],
    ]


@pytest.mark.parametrize("name", ["same_again", "still_stands"])
def test_a_revisit_names_the_record_url_and_date_of_its_original(records, full, name):
    """All three, and the date is exactly the original's."""
    original = records[full.places["page"][0].record_id].headers
    revisit = records[full.places[name][0].record_id].headers
    assert revisit["warc-type"] == "revisit"
    assert revisit["warc-refers-to"] == original["warc-record-id"]
    assert revisit["warc-refers-to-target-uri"] == original["warc-target-uri"]
    assert revisit["warc-refers-to-date"] == original["warc-date"]


def test_the_same_payload_again_keeps_the_head_and_not_the_payload(records, full):
    """An identical-payload-digest revisit: digest of the payload, block of headers only."""
    original = records[full.places["page"][0].record_id]
    revisit = records[full.places["same_again"][0].record_id]
    assert revisit.headers["warc-profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert revisit.headers["warc-payload-digest"] == original.headers["warc-payload-digest"]
    assert revisit.block.endswith(b"\r\n\r\n")
    assert original.block.startswith(revisit.block)


def test_a_304_with_a_body_is_kept_as_it_came(samples, write, tmp_path):
    """A server that breaks the rules loses no byte."""
    path, ((place, _),) = write(tmp_path, samples.visit(samples.capture(status=304)))
    assert place.record_type == "response"
    assert samples.page in {r.record_id: r for _, r in scan(path)}[place.record_id].block


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML>", "text/html"),
        (b'<?xml version="1.0"?><!DOCTYPE html>', "text/html"),
        (b'<?xml version="1.0"?><rss/>', "application/xml"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"xin ch\xc3\xa0o <html>", None),
        (b"", None),
    ],
)
def test_the_type_is_told_from_the_decoded_body(samples, write, tmp_path, body, media_type):
    """`WARC-Identified-Payload-Type` is what the bytes show, or is left out."""
    capture = samples.capture(payload=b"coded", body=body, headers=())
    path, ((place, _),) = write(tmp_path, samples.visit(capture))
    record = dict(scan(path))[place]
    assert record.headers.get("warc-identified-payload-type") == media_type


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://a.example", "/"),
        ("http://a.example?q=1", "/?q=1"),
        ("http://a.example/a#b", "/a"),
        ("http://[bad/x", "/x"),
        ("no url", "/"),
    ],
)
def test_a_request_line_is_made_of_any_url(samples, write, tmp_path, url, asked):
    """Path and query, never the fragment; nonsense does not raise."""
    path, _ = write(tmp_path, samples.visit(samples.capture(url=url)))
    (request,) = [r for _, r in scan(path) if r.record_type == "request"]
    assert request.block.startswith(f"GET {asked} HTTP/1.1\r\n".encode())


def test_an_unknown_way_of_being_cut_is_called_unspecified(samples, write, tmp_path):
    """Only the words of the standard are written."""
    path, ((place, _),) = write(tmp_path, samples.visit(samples.capture(truncated="tired")))
    record = dict(scan(path))[place]
    assert record.headers["warc-truncated"] == "unspecified"


def test_the_clock_names_the_file(samples, tmp_path):
    """Names begin with the instant in UTC, to the millisecond."""
    writer = WarcWriter(tmp_path, info=samples.info, clock=DrivenClock(samples.start))
    writer.append_visit(samples.visit())
    assert writer.file.startswith("khotin-20261123120000123-")
    assert writer.file.endswith("-00001.warc.gz")
    writer.close()
