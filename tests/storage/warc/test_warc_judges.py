"""Foreign tools accept our files and read the same bytes out of them."""

import base64
import gzip
import hashlib
import subprocess
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator


def answers_of(full):
    """Each capture that was written whole, by the id of its record."""
    by_id = {}
    for name, visit in full.visits.items():
        places = full.places[name][:-1]
        for place, capture in zip(places, visit.captures, strict=True):
            if place.record_type == "response":
                by_id[place.record_id] = capture
    return by_id


# warcio 1.8.1 expects another brotli package than Google's; this gives it what it asks for.
BROTLI_FOR_WARCIO = """
import sys, brotli
from warcio.bufferedreaders import BufferedReader
class Decoder:
    unused_data = b""
    def __init__(self): self.inner = brotli.Decompressor()
    def decompress(self, data): return self.inner.process(data)
    def flush(self): return b""
BufferedReader.DECOMPRESSORS["br"] = Decoder
"""


def judged(python: str, prelude: str, module: str, *arguments: str):
    """A judge's command line, run in a process of its own."""
    code = f"{prelude}\nimport sys; from {module} import main; sys.exit(main())"
    return subprocess.run(
        [python, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def warcio_check(python: str, path: Path):
    """`warcio check -v`."""
    return judged(python, BROTLI_FOR_WARCIO, "warcio.cli", "check", "-v", str(path))


def fastwarc_check(python: str, path: Path, *options: str):
    """`fastwarc check`."""
    return judged(python, "", "fastwarc.cli", "check", "-q", *options, str(path))


def test_warcio_check_accepts_every_kind_of_visit(full, python):
    """`warcio check` finds no fault and a digest in every record."""
    found = warcio_check(python, full.path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "no digest" not in found.stdout
    assert found.stdout.count("digest pass") > 40


def test_fastwarc_check_accepts_every_kind_of_visit(full, python):
    """`fastwarc check` verifies the block digest of every record."""
    found = fastwarc_check(python, full.path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_fastwarc_verifies_the_payload_of_all_that_have_one(full, python, tmp_path):
    """With `-p` only the identical revisit fails, whose payload by the standard lies elsewhere."""
    report = tmp_path / "report.txt"
    fastwarc_check(python, full.path, "-p", "-o", str(report))
    failed = [line for line in report.read_text().splitlines() if "FAIL" in line]
    assert len(failed) == 1
    assert full.places["same_again"][0].record_id in failed[0]
    assert report.read_text().count("PAYLOAD_OK") == len(answers_of(full))


def test_the_judges_refuse_a_changed_payload(full, python, tmp_path):
    """The two checks above can fail: one changed byte in a payload is noticed."""
    raw = gzip.decompress(full.path.read_bytes()).replace(b"<title>Tin", b"<title>Tim", 1)
    bad = tmp_path / "bad.warc"
    bad.write_bytes(raw)
    assert warcio_check(python, bad).returncode != 0
    assert fastwarc_check(python, bad).returncode != 0


def test_warcio_reads_the_payloads_that_were_stored(full):
    """Every response gives the content-coded bytes and their SHA-1."""
    expected = answers_of(full)
    seen = 0
    with full.path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            record_id = record.rec_headers.get_header("WARC-Record-ID").strip("<>")
            payload = record.raw_stream.read()
            assert payload == expected[record_id].payload
            sha1 = base64.b32encode(hashlib.sha1(payload).digest()).decode()
            assert record.rec_headers.get_header("WARC-Payload-Digest") == f"sha1:{sha1}"
            assert record.http_headers.get_header("Content-Length") == str(len(payload))
            assert record.http_headers.get_header("Transfer-Encoding") is None
            assert int(record.http_headers.get_statuscode()) == expected[record_id].status
            seen += 1
    assert seen == len(expected) > 10


def test_fastwarc_reads_the_payloads_that_were_stored(full):
    """A second reader agrees on payload and status."""
    expected = answers_of(full)
    seen = 0
    with full.path.open("rb") as stream:
        for record in FastIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            capture = expected[record.record_id.strip("<>")]
            assert record.http_headers.status_code == capture.status
            assert record.reader.read() == capture.payload
            seen += 1
    assert seen == len(expected)


def test_hostile_headers_do_not_end_the_head_early(full):
    """A CR LF CR LF inside a header value starts no second head and no second header."""
    weird = full.places["weird"][0].record_id
    with full.path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_headers.get_header("WARC-Record-ID") == f"<{weird}>":
                names = [name for name, _ in record.http_headers.headers]
                assert names.count("X-Split") == 1
                assert len(names) == len(full.visits["weird"].captures[0].headers) + 1
                assert record.raw_stream.read() == b"x"
                return
    pytest.fail("the record was not found")


def test_warcio_finds_every_record_at_its_place(full):
    """Offsets and lengths we return are those a foreign indexer finds."""
    found = {}
    with full.path.open("rb") as stream:
        records = ArchiveIterator(stream)
        for record in records:
            record_id = record.rec_headers.get_header("WARC-Record-ID").strip("<>")
            record.raw_stream.read()
            found[record_id] = (records.get_record_offset(), records.get_record_length())
    for places in full.places.values():
        for place in places:
            assert found[place.record_id] == (place.offset, place.length)


def test_a_file_name_in_the_warcinfo_is_the_file(full):
    """`WARC-Filename` is the name the file has."""
    with full.path.open("rb") as stream:
        first = next(iter(ArchiveIterator(stream)))
        assert first.rec_type == "warcinfo"
        assert first.rec_headers.get_header("WARC-Filename") == full.path.name
