"""The text of PDFs: right in Vietnamese, bounded in time and memory, and never without a reason."""

import re
import unicodedata
import zlib

import pytest

from core.jsonform import reading_to_json
from core.records import PageKind, Quality
from crawler import documents
from crawler.documents import document_of, is_readable, text_of_pdf, with_document
from crawler.read import read
from tests.crawler.sites import BASE, SITE, captured

URL = f"{BASE}/documents/1/quyet-dinh.pdf"
LINES = ("ỦY BAN NHÂN DÂN", "Số: 12/QĐ-UBND", "mức thu 50.000đ một hộ; kinh tế-xã hội")


def pdf_of(objects, trailer=""):
    """A PDF of these objects, numbered from 1, the first its catalogue."""
    out = b"%PDF-1.4\n"
    places = []
    for number, written in enumerate(objects, start=1):
        places.append(len(out))
        body = written if isinstance(written, bytes) else written.encode("latin-1")
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF"
    )
    return out + end.encode()


def stream(data, more=""):
    return b"<<%s/Length %d>>stream\n" % (more.encode(), len(data)) + data + b"\nendstream"


def pdf(*pages, font=None, extra=()):
    """A PDF with these pages of lines; every letter has a code, as in a font that is embedded."""
    signs = sorted({sign for lines in pages for line in lines for sign in line})
    codes = {sign: number for number, sign in enumerate(signs, start=1)}
    names = "".join(f"<{codes[sign]:02X}><{sign.encode('utf-16-be').hex()}>\n" for sign in signs)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <00><FF> endcodespacerange\n"
        f"{len(signs)} beginbfchar\n{names}endbfchar endcmap end end"
    )
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "",
        font or "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 4 0 R>>",
        stream(cmap.encode()),
    ]
    kids = []
    for lines in pages:
        drawn = b"BT /F 12 Tf 50 800 Td 15 TL\n"
        for line in lines:
            written = line.encode("latin-1") if font else bytes(codes[sign] for sign in line)
            drawn += b"<" + written.hex().encode() + b"> Tj T*\n"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects) + 2} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>",
            stream(drawn + b"ET"),
        ]
        kids.append(f"{len(objects) - 1} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    return pdf_of([*objects, *extra])


def kept(body, **fields):
    return captured(body, URL, **{"content_type": b"application/pdf", **fields})


async def test_the_text_of_a_pdf_is_read_line_by_line():
    """Pages parted by one newline, Vietnamese as it is printed."""
    found = await document_of(kept(pdf(LINES, ("Trang hai",))))
    assert found.refusal is None
    assert (found.document.media_type, found.document.pages_count) == ("application/pdf", 2)
    assert found.document.text == "\n".join((*LINES, "Trang hai"))


def test_text_is_nfc_and_clean():
    """Signs that stand apart are joined; what no database takes is gone."""
    apart = tuple(unicodedata.normalize("NFD", line) for line in LINES)
    assert text_of_pdf(pdf(apart))[1] == "\n".join(LINES)
    _, text, _ = text_of_pdf(pdf(("a\u0001b \ud7ff c", "  d  ")))
    assert "\u0001" not in text
    assert text.endswith("c\nd")


def test_a_hyphen_at_a_lines_end_stays():
    """PDFium joins such lines with a sign of its own; Vietnamese parts no words."""
    _, text, _ = text_of_pdf(pdf(("Covid-", "19 và kinh tế-", "xã hội")))
    assert "\ufffe" not in text
    assert "Covid-" in text
    assert "kinh tế-" in text


def test_old_fonts_become_unicode():
    """TCVN3 text whose font says nothing of Unicode; other languages stay as they are."""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    old = "ñy ban nh©n d©n thÞ x· quyÕt ®Þnh vÒ viÖc phª duyÖt kÕ ho¹ch sö dông ®Êt"
    _, text, _ = text_of_pdf(pdf((old,), font=font))
    assert "nhân dân thị xã quyết định về việc phê duyệt kế hoạch sử dụng đất" in text
    vni = "UÛy ban nhaân daân thò xaõ quyeát ñònh veà vieäc pheâ duyeät keá hoaïch söû duïng ñaát"
    assert "nhân dân thị xã quyết định về việc phê duyệt" in text_of_pdf(pdf((vni,), font=font))[1]
    french = "Le président a décidé hier à Genève une réforme générale des impôts"
    assert text_of_pdf(pdf((french,), font=font))[1] == french


def scan():
    return pdf(())


@pytest.mark.parametrize(
    ("body", "reason", "pages_count"),
    [
        (scan(), "the PDF holds pictures and no text", 1),
        (b"%PDF-1.7\n" + b"garbage " * 1_000, "the PDF is broken: nothing opens it", None),
        (b"%PDF-", "the PDF is broken: nothing opens it", None),
        (b"%PDF-1.4\n" + b"[" * 500_000, "the PDF is broken: nothing opens it", None),
        (pdf_of(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"]),
         "the PDF is broken: 1 of 1 pages cannot be read", 1),
    ],
    ids=["scan", "garbage", "head alone", "nesting", "loop"],
)  # fmt: skip
async def test_a_pdf_without_text_says_why(body, reason, pages_count):
    """The capture stays good: its bytes are what the portal sent."""
    capture = kept(body)
    found = await document_of(capture)
    assert (found.refusal.field, found.refusal.reason) == ("document.text", reason)
    assert (found.document.pages_count if found.document else None) == pages_count
    reading = with_document(read(capture, SITE, PageKind.DOCUMENT), found)
    assert (reading.quality, reading.kind) == (Quality.OK, PageKind.DOCUMENT)
    assert reading.refusals == (found.refusal,)


async def test_an_encrypted_pdf_says_so():
    """It opens with a password alone."""
    signs = "<" + "00" * 32 + ">"
    locked = pdf_of(
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>",
         f"<</Filter/Standard/V 1/R 2/O{signs}/U{signs}/P -4>>"],
        f"/Encrypt 3 0 R/ID[{signs}{signs}]",
    )  # fmt: skip
    found = await document_of(kept(locked))
    assert found.document is None
    assert found.refusal.reason == "the PDF is encrypted"


def test_a_lost_table_of_objects_is_no_loss():
    """PDFium looks for the objects itself."""
    body = pdf(LINES)
    lost = re.sub(rb"xref\n0.*(?=trailer)", b"", body, flags=re.DOTALL)
    assert text_of_pdf(lost)[:2] == (1, "\n".join(LINES))
    moved = re.sub(rb"startxref\n\d+", b"startxref\n7", body)
    assert text_of_pdf(moved)[1] == "\n".join(LINES)


async def test_a_bomb_ends_its_process_and_not_ours():
    """A stream of 400 MB out of 400 KB: stopped by memory or time, and told."""
    drawn = zlib.compress(b"BT /F 1 Tf (a) Tj ET " * 20_000_000, 9)
    bomb = pdf_of([
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        "/Resources<</Font<</F 5 0 R>>>>>>",
        stream(drawn, "/Filter/FlateDecode"), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ])  # fmt: skip
    found = await document_of(kept(bomb))
    assert found.document is None
    assert found.refusal.reason.startswith("reading ")


def test_more_text_than_is_kept_is_told(monkeypatch):
    """The first characters stay."""
    monkeypatch.setattr(documents, "MAX_TEXT_CHARS", 20)
    pages_count, text, reason = text_of_pdf(pdf(LINES, LINES, LINES))
    assert (pages_count, text) == (3, "\n".join(LINES)[:20])
    assert reason == "only the first 20 characters are kept"
    monkeypatch.setattr(documents, "MAX_TEXT_CHARS", 10_000)
    monkeypatch.setattr(documents, "MAX_PAGES", 2)
    pages_count, text, reason = text_of_pdf(pdf(LINES, LINES, LINES))
    assert (pages_count, text.count("UBND")) == (3, 2)
    assert reason == "only the first 2 pages are kept"


@pytest.mark.parametrize(
    ("fields", "is_pdf"),
    [
        ({"content_type": b"application/octet-stream"}, True),
        ({"content_type": b"text/html"}, True),
        ({"content_type": None}, True),
        ({"status": 404}, False),
        ({"quality": Quality.TRUNCATED}, False),
    ],
)
def test_a_pdf_is_told_by_its_bytes(fields, is_pdf):
    """Whole ones alone, whatever they are called."""
    assert is_readable(kept(pdf(LINES), **fields)) is is_pdf


@pytest.mark.parametrize(
    "body", [b"", b"PK\x03\x04docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1doc", b"<html>%PDF-</html>"]
)
async def test_other_files_are_kept_and_not_read(body):
    """No process, no document, no refusal."""
    found = await document_of(kept(body))
    assert found == (None, None)
    reading = read(kept(body or b"x"), SITE, PageKind.DOCUMENT)
    assert with_document(reading, found) == reading


async def test_a_document_is_in_the_record():
    """`document` is an object or null."""
    capture = kept(pdf(LINES))
    reading = read(capture, SITE, PageKind.DOCUMENT)
    record = reading_to_json(reading, portal="x", url=URL, status=200)
    assert (record["document"], record["sitemap"], record["requisites"]) == (None, [], [])
    reading = with_document(reading, await document_of(capture))
    record = reading_to_json(reading, portal="x", url=URL, status=200)
    assert record["document"] == {
        "media_type": "application/pdf", "pages_count": 1, "text": "\n".join(LINES),
    }  # fmt: skip
