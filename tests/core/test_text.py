"""What two texts have in common."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import fold, language_of, nfc, same_form, tidy, tidy_lines, words

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
LAWFUL = (nfc, tidy, tidy_lines, fold, same_form)
VIETNAMESE = (
    "Nhân dân phường Bình Minh trồng thêm hai nghìn cây xanh dọc bờ sông trong mùa mưa này."
)
ENGLISH = "The people of the ward have planted two thousand trees along the river for this season."
HOSTILE = {
    "marks in the wrong order": "a" + "\u0301\u0316" * 500_000,
    "one long word": "a" * 1_000_000,
    "a long chain of numbers": "1/" * 500_000,
    "hyphens": "a-" * 500_000,
    "white space": "\u00a0\n" * 500_000,
    "toned syllables": "thúy " * 200_000,
    "onsets without end": "ngh" * 330_000,
}


def test_a_decomposed_title_reads_as_a_composed_one():
    """Unicode form is no difference between two texts."""
    title = "Đại hội đảng bộ phường Quế Sơn"
    assert tidy(unicodedata.normalize("NFD", title)) == title


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Chợ\u00a0\u00a0quê\t\r\n mới ", "Chợ quê mới"),
        ("Chợ\u200b quê\ufeff \u00admới", "Chợ quê mới"),
        ("a\u200d\u2060b", "ab"),
        ("a\x00b\x07c\x1bd", "a\ufffdb\ufffdc\ufffdd"),
        ("a\ud800b", "a\ufffdb"),
        ("a\uffffb", "a\ufffdb"),
        ("e\u200b\u0301", "é"),
        ("a\x1c\x85\u2028b", "a b"),
        (" \n\t ", ""),
    ],
)
def test_tidy_gives_one_clean_line(raw, clean):
    """White space is one space, the invisible is gone, what cannot be stored is U+FFFD."""
    assert tidy(raw) == clean


def test_tidy_lines_keeps_the_lines_and_drops_empty_ones():
    """A text of several lines is tidied line by line."""
    assert tidy_lines(" một \r\n\r\n hai\u2028ba\n") == "một\nhai\nba"


@given(ANY_TEXT)
def test_whatever_was_tidied_can_be_stored_and_stays_as_it_is(text):
    """Every result is valid UTF-8 without NUL, and doing it twice changes nothing."""
    for step in (tidy, tidy_lines, same_form):
        once = step(text)
        assert "\x00" not in once
        assert once.encode().decode() == once
        assert step(once) == once


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text):
    """A key is its own key, so index and query always meet."""
    assert fold(fold(text)) == fold(text)


@given(st.text("aàáảãạăằâầđĐeêềiìoôồơờuùưừyỳ bcghklmnpqrstvx", max_size=60))
def test_folding_knows_no_unicode_form_and_no_case(text):
    """NFD, NFC and capitals have one key, and Vietnamese keys are plain ASCII."""
    key = fold(text)
    assert key.isascii()
    assert fold(unicodedata.normalize("NFD", text)) == fold(text.upper()) == key


def test_the_letter_d_with_a_stroke_folds_to_d():
    """`dang` finds `Đảng`."""
    assert fold("Đảng ủy, ĐƯỜNG") == "dang uy, duong"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hòa", "hoà"),
        ("HÒA", "HOÀ"),
        ("Hòa", "Hoà"),
        ("tỏa", "toả"),
        ("họa", "hoạ"),
        ("lõa", "loã"),
        ("khỏe", "khoẻ"),
        ("khóe", "khoé"),
        ("ủy", "uỷ"),
        ("Ủy", "Uỷ"),
        ("thúy", "thuý"),
        ("THÚY", "THUÝ"),
        ("nghịch lũy", "nghịch luỹ"),
        ("òa", "oà"),
        ("Hòa-Bình, (tùy)", "Hoà-Bình, (tuỳ)"),
        ("qúy", "quý"),
    ],
)
def test_both_tone_placements_are_one_word(old, new):
    """Old and new placement on an open oa, oe, uy is no change; case is."""
    assert same_form(old) == same_form(new)
    assert same_form(unicodedata.normalize("NFD", old)) == same_form(new)
    assert same_form(old) != same_form(new.swapcase())


@pytest.mark.parametrize(
    "text",
    [
        "quý",
        "hoàn",
        "ngoài",
        "khuỷu",
        "thuyền",
        "quà",
        "mía",
        "chùa",
        "tòan",
        "hỏi",
        "tuyết",
        "cúa",
    ],
)
def test_other_syllables_keep_their_tone_where_it_is(text):
    """Only the three open rimes have two spellings."""
    assert same_form(text) == text


@pytest.mark.parametrize(("one", "other"), [("“a”", '"a"'), ("a – b", "a - b"), ("An", "an")])
def test_signs_and_case_still_tell_two_texts_apart(one, other):
    """Comparing for change forgives spelling variants only."""
    assert same_form(one) != same_form(other)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("số 29-NQ/TW ngày 04/11/2013,", ["số", "29-NQ/TW", "ngày", "04/11/2013"]),
        ("giá 50.000đ.", ["giá", "50.000đ"]),
        ("Covid-19 lúc 15:20!", ["Covid-19", "lúc", "15:20"]),
        ("HĐND/UBND xanh-sạch", ["HĐND", "UBND", "xanh", "sạch"]),
        ("mục 3.Nội dung_chính", ["mục", "3", "Nội", "dung", "chính"]),
        ("tăng 4,5%", ["tăng", "4,5"]),
        ("", []),
    ],
)
def test_words_are_syllables_and_whole_numbers(text, cut):
    """Codes, prices, dates and times are one word each."""
    assert words(text) == cut


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (VIETNAMESE, "vi"),
        (VIETNAMESE.upper(), "vi"),
        (unicodedata.normalize("NFD", VIETNAMESE), "vi"),
        (ENGLISH, "en"),
        ("Chợ quê", None),
        ("", None),
        ("2023 " * 40, None),
        ("Les élèves de la ville ont planté des arbres près de la rivière cet été déjà.", None),
        ("Жители района посадили две тысячи деревьев вдоль реки этой весной.", None),
    ],
)
def test_language_is_judged_from_the_text(text, language):
    """Vietnamese by its letters, English by its small words, otherwise nobody knows."""
    assert language_of(text) == language


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_takes_linear_time(name):
    """No text makes a step quadratic; the limit leaves slack for a busy machine."""
    for step in (*LAWFUL, words, language_of):
        began = time.perf_counter()
        step(HOSTILE[name])
        assert time.perf_counter() - began < 5
