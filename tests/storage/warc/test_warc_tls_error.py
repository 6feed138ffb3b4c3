"""How a certificate failed lasts in the visit's own record, capture by capture."""

import gzip
from dataclasses import replace

import pytest

from storage.warc import scan, visits_in

EXPIRED = "certificate has expired"
MISMATCH = "Hostname mismatch, certificate is not valid for 'sontay.example.vn'."


def stored(samples, write, folder, *captures):
    """The visit with these captures, written and read back; and the file's plain bytes."""
    path, _ = write(folder, samples.visit(*captures))
    (visit,) = visits_in(scan(path))
    return visit, gzip.decompress(path.read_bytes())


def test_each_capture_keeps_how_its_own_certificate_failed(samples, write, tmp_path):
    """A hop in the clear between two bad certificates has nothing to tell."""
    captures = [samples.capture(tls_error=told) for told in (EXPIRED, None, MISMATCH)]
    visit, _ = stored(samples, write, tmp_path, *captures)
    assert [kept.tls_error for kept in visit.captures] == [EXPIRED, None, MISMATCH]


def test_it_is_a_field_of_the_visits_record_and_of_no_other(samples, write, tmp_path):
    """The response stays as any index expects it."""
    _, raw = stored(samples, write, tmp_path, samples.capture(tls_error=EXPIRED))
    assert raw.count(b"khotin-tls-error: <urn:uuid:") == 1
    assert raw.count(EXPIRED.encode()) == 1
    assert raw.index(b"khotin-visit:") < raw.index(b"khotin-tls-error:")


def test_a_visit_with_good_certificates_says_nothing(samples, write, tmp_path):
    """As do all files written before there was the field."""
    visit, raw = stored(samples, write, tmp_path, samples.capture())
    assert b"khotin-tls-error" not in raw
    assert [kept.tls_error for kept in visit.captures] == [None]


@pytest.mark.parametrize("status", [200, 304, 404])
def test_every_kind_of_answer_keeps_it(samples, write, tmp_path, status):
    """A 304 lies in a record of its own kind."""
    capture = samples.capture(status=status, payload=b"" if status == 304 else b"x", body=b"")
    visit, _ = stored(samples, write, tmp_path, replace(capture, tls_error=EXPIRED))
    assert visit.captures[0].tls_error == EXPIRED


@pytest.mark.parametrize("told", ["", "a: b", "a\r\nkhotin-error: x", "đ\ud800", " x ", "<x> y"])
def test_whatever_it_says_it_stays_one_line_of_its_own(samples, write, tmp_path, told):
    """A certificate's text is a stranger's."""
    visit, _ = stored(samples, write, tmp_path, samples.capture(tls_error=told))
    found = visit.captures[0].tls_error
    assert found is not None
    assert "\n" not in found
    assert visit.failure is None
