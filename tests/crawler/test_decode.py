"""Bytes of an answer to text: codings and charsets."""

import gzip
import time
import unicodedata
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Quality
from crawler.decode import decode_text, inflate
from tests.faults import raw_deflate

VIETNAMESE = (
    "Ủy ban nhân dân thị xã Sơn Tây đề nghị các cơ quan phối hợp thực hiện việc đăng ký nghĩa vụ "
    "quân sự năm 2025, đồng thời gửi ý kiến trước ngày 30 tháng 9"
)
PAGE = f"<p>{VIETNAMESE}</p>".encode() * 20
CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
CODINGS = st.sampled_from([*CODERS, "", "identity", "gzip, br", "br,gzip", "rot13", ",,", "ZSTD "])


def undo(payload, coding, max_bytes=8 << 20, max_ratio=100.0):
    return inflate(payload, coding, max_bytes=max_bytes, max_ratio=max_ratio)


def in_windows_1258(text):
    """`text` as Vietnamese Windows wrote it: base letters, then tone marks."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        base = "".join(part for part in parts if part not in "\u0300\u0301\u0303\u0309\u0323")
        tones = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
        out += (unicodedata.normalize("NFC", base) + tones).encode("cp1258")
    return bytes(out)


@pytest.mark.parametrize("coding", CODERS)
def test_a_coded_body_comes_out_as_it_was(coding):
    """Each coding we know gives back the page."""
    assert undo(CODERS[coding](PAGE), coding).body == PAGE
    assert undo(CODERS[coding](PAGE), coding).quality is Quality.OK


def test_deflate_without_its_wrapper_is_read_too():
    """RFC 1951 instead of RFC 1950."""
    assert undo(raw_deflate(PAGE), "deflate").body == PAGE


def test_an_incompressible_body_in_zstd_and_brotli_comes_out_whole():
    """Bodies longer than a chunk of input."""
    noise = b"".join(
        zlib.crc32(bytes((i % 251, i % 241))).to_bytes(4, "big") for i in range(60_000)
    )
    for coding, coder in CODERS.items():
        assert undo(coder(noise), coding).body == noise


def test_stacked_codings_are_undone_last_first():
    """`gzip, br` means gzip was applied first."""
    assert undo(brotli.compress(gzip.compress(PAGE)), " GZIP ,br").body == PAGE


@pytest.mark.parametrize("coding", ["", "identity", "Identity, identity"])
def test_a_body_without_coding_stays_as_it_is(coding):
    """Nothing to undo."""
    assert undo(PAGE, coding).body == PAGE


def test_an_unknown_coding_is_undecodable_and_named():
    """The reason says which."""
    found = undo(PAGE, "rot13")
    assert (found.body, found.quality) == (b"", Quality.UNDECODABLE)
    assert "rot13" in found.reason


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_follow_one_another_and_garbage_after_them_is_ignored(coding):
    """Two members are one body; what is no member is not."""
    coder = CODERS[coding]
    assert undo(coder(b"one ") + coder(b"two") + b"garbage", coding).body == b"one two"
    assert undo(coder(b"one") + bytes(512), coding).quality is Quality.OK


@pytest.mark.parametrize("coding", ["br", "deflate"])
def test_garbage_after_the_end_is_ignored(coding):
    """Codings of one stream."""
    assert undo(CODERS[coding](PAGE) + b"garbage", coding).body == PAGE


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_that_ends_early_keeps_what_was_got(coding):
    """Truncated, with a prefix of the page."""
    noise = PAGE + b"".join(b"%d " % (i * i) for i in range(20_000))
    payload = CODERS[coding](noise)
    found = undo(payload[: len(payload) // 2], coding)
    assert found.quality is Quality.TRUNCATED
    assert noise.startswith(found.body)
    assert coding == "zstd" or found.body


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_body_that_is_not_of_its_coding_is_undecodable(coding):
    """Plain HTML declared as compressed."""
    found = undo(PAGE, coding)
    assert (found.body, found.quality) == (b"", Quality.UNDECODABLE)
    assert coding in found.reason


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_is_too_large(coding):
    """50 MB of nothing in a few bytes, by ratio and by size."""
    bomb = CODERS[coding](bytes(50_000_000))
    assert undo(bomb, coding, max_ratio=10.0).quality is Quality.TOO_LARGE
    assert undo(bomb, coding, max_ratio=1e9).quality is Quality.TOO_LARGE
    assert undo(bomb, coding).body == b""


def test_a_bomb_inside_another_coding_is_too_large():
    """The inner layer is bounded as well."""
    bomb = gzip.compress(gzip.compress(bytes(100_000_000)))
    assert undo(bomb, "gzip, gzip").quality is Quality.TOO_LARGE


def test_a_small_page_may_inflate_at_any_ratio():
    """Up to 1 MiB the ratio is not judged."""
    assert undo(gzip.compress(b" " * 1_000_000), "gzip", max_ratio=2.0).quality is Quality.OK


def test_a_plain_body_over_the_limit_is_too_large():
    """The size counts without coding too."""
    assert undo(PAGE, "", max_bytes=100).quality is Quality.TOO_LARGE


def test_thousands_of_tiny_members_are_refused_in_time():
    """Each member costs a decompressor; nobody sends ten thousand."""
    started = time.perf_counter()
    found = undo(gzip.compress(b"") * 200_000, "gzip")
    assert found.quality is Quality.UNDECODABLE
    assert time.perf_counter() - started < 10.0


def test_an_empty_payload_is_empty_in_every_coding():
    """A 304 may name the coding of the body it does not send."""
    assert undo(b"", "gzip").quality is Quality.OK


@settings(deadline=None)
@given(st.binary(max_size=300), CODINGS)
def test_any_bytes_in_any_coding_give_a_value(payload, coding):
    """Never an exception."""
    assert undo(payload, coding).quality in Quality


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(CODERS)), st.integers(0, 400), st.binary())
def test_a_damaged_body_gives_a_value(body, coding, place, damage):
    """Good bytes overwritten somewhere."""
    payload = bytearray(CODERS[coding](body))
    payload[place : place + len(damage)] = damage
    assert undo(bytes(payload), coding).quality in Quality


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "text"),
    [
        (b"\xef\xbb\xbfa\xc3\xa9", "text/html; charset=latin1", "utf-8", "aé"),
        (b"\xff\xfea\x00\xe9\x00", "text/html", "utf-16le", "aé"),
        (b"\xfe\xff\x00a\x00\xe9", None, "utf-16be", "aé"),
        (b"a\x00b\x00", "text/html; charset=utf-16le", "utf-16le", "ab"),
        (b"caf\xe9", "text/html; charset=ISO-8859-1", "windows-1252", "café"),
        (b"\x93caf\xe9\x94", 'text/html; Charset="latin1"', "windows-1252", "“café”"),
        ("Sơn Tây".encode(), "text/html; charset=iso-8859-1", "utf-8", "Sơn Tây"),
        (b"<meta charset=windows-1251>\xcc\xe8\xf0", "text/html", "windows-1251", None),
        (
            b"<meta http-equiv=x content='text/html;charset = euc-kr'>\xb0\xa1",
            None,
            "euc-kr",
            None,
        ),
        (b"<!--<meta charset=koi8-r>-->caf\xe9 ", None, "windows-1252", None),
        (b"<meta charset=utf-16>abc", None, "utf-8", None),
        (b'<?xml version="1.0" encoding="windows-1251"?><a>\xcc', None, "windows-1251", None),
        (b"caf\xe9 tr\xe8s", "text/html; charset=utf-8", "windows-1252", "café très"),
        (b"<meta charset=cp1250>\xec \xb9 ", "text/html; charset=utf-8", "windows-1250", None),
        (b"caf\xe9 \x81", None, "windows-1252", "café \x81"),
        (b"", None, "utf-8", ""),
    ],
)  # fmt: skip
def test_the_charset_that_wins(body, content_type, charset, text):
    """Mark, valid UTF-8, header, declaration inside, then what the bytes look like."""
    found = decode_text(body, content_type)
    assert (found.charset, found.quality) == (charset, Quality.OK)
    if text is not None:
        assert found.text == text


@pytest.mark.parametrize(
    "label", ["rot13", "zlib", "idna", "unicode_escape", "utf-7", "punycode", "hex", "mbcs", "x"]
)
def test_a_codec_of_python_cannot_be_reached(label):
    """Only labels of the Encoding Standard count."""
    assert decode_text(b"+AGE- a\\x41", f"text/html; charset={label}").charset == "utf-8"


def test_undeclared_vietnamese_in_windows_1258_is_recognised():
    """And composed, since its tones stand apart."""
    found = decode_text(in_windows_1258(VIETNAMESE), None)
    assert (found.charset, found.text) == ("windows-1258", VIETNAMESE)


def test_declared_utf_8_that_is_windows_1258_is_read():
    """A decodable charset is simply read."""
    found = decode_text(in_windows_1258(VIETNAMESE), "text/html; charset=utf-8")
    assert found.text == VIETNAMESE


@pytest.mark.parametrize(
    "text",
    [
        "Così può essere: più città, già ciò, perché lunedì, però virtù è là",
        "Le français où déjà naïve façon œuvre âgé été",
        "Íslenska það er góð ýmis þýða við að sögðu Þór þú",
    ],
)
def test_other_latin_languages_are_not_taken_for_vietnamese(text):
    """Their letters share bytes with its tone marks."""
    assert decode_text(text.encode("cp1252"), None).text == text


def test_a_few_broken_characters_of_utf_8_are_replaced():
    """Under 20 and 0.1 %, whether UTF-8 was declared or not."""
    body = PAGE * 5 + b"\xff\xfe" + PAGE
    for content_type in (None, "text/html; charset=utf-8"):
        found = decode_text(body, content_type)
        assert (found.charset, found.text.count("\ufffd")) == ("utf-8", 2)
        assert found.reason


def test_a_page_cut_inside_a_character_stays_utf_8():
    """However short it is."""
    body = VIETNAMESE.encode()[:2]
    assert decode_text(body, "text/html; charset=utf-8").text == "\ufffd"
    assert decode_text("Tây đề nghị".encode()[:-1], None).charset == "utf-8"


@pytest.mark.parametrize(
    "body", [b"\x89PNG\r\n\x1a\n" + bytes(99), b"%PDF-1.7 text", bytes(50) + b"abc", b"GIF89a<p>"]
)
def test_binary_is_undecodable(body):
    """Whatever type it is declared."""
    found = decode_text(body, "text/html; charset=utf-8")
    assert (found.text, found.quality) == ("", Quality.UNDECODABLE)
    assert found.reason


def test_a_stray_nul_is_no_binary():
    """Old pages hold one here and there."""
    assert decode_text(PAGE + b"\0", None).quality is Quality.OK


_LABELS = (
    "utf-8 utf-16 utf-16be latin1 windows-1258 gb18030 gbk big5 shift_jis euc-jp euc-kr "
    "iso-2022-jp windows-874 iso-8859-7 koi8-u rot13 hex"
)
LABELS = st.sampled_from(_LABELS.split())


@given(st.binary(max_size=300), LABELS)
def test_any_bytes_give_text_without_surrogates_or_a_named_quality(body, label):
    """Every text can be stored as UTF-8."""
    for content_type in (None, f"text/html; charset={label}"):
        found = decode_text(body, content_type)
        found.text.encode("utf-8")
        assert found.quality in (Quality.OK, Quality.UNDECODABLE)


@given(st.text(max_size=200))
def test_text_in_utf_8_comes_back(text):
    """Unless control characters make it look binary, or it begins with a mark."""
    found = decode_text(text.encode(), "text/html; charset=utf-8")
    if found.quality is Quality.OK and not text.startswith("\ufeff"):
        assert found.text == text
