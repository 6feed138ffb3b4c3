"""What of a caption is its credit."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import tidy
from crawler.fields.credits import split_credit


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("Lễ khai mạc. Ảnh: Minh Đức", "Lễ khai mạc.", "Minh Đức"),
        ("Lễ khai mạc.Ảnh: Minh Đức", "Lễ khai mạc.", "Minh Đức"),
        ("Lễ khai mạc Ảnh: Minh Đức", "Lễ khai mạc", "Minh Đức"),
        ("Lễ khai mạc. ẢNH: MINH ĐỨC", "Lễ khai mạc.", "MINH ĐỨC"),
        ("Lễ khai mạc - Ảnh: PHẠM HẢO", "Lễ khai mạc", "PHẠM HẢO"),
        ("Lễ khai mạc – ảnh: Phạm Hảo", "Lễ khai mạc", "Phạm Hảo"),
        ("Lễ khai mạc | Photo: Getty Images", "Lễ khai mạc", "Getty Images"),
        ("Lễ khai mạc. Photo by John Smith", "Lễ khai mạc.", "John Smith"),
        ("Lễ khai mạc. © AFP", "Lễ khai mạc.", "AFP"),
        ("Lễ khai mạc. Ảnh: US News.", "Lễ khai mạc.", "US News"),
        ("Lễ khai mạc. Ảnh: TS. Lê An", "Lễ khai mạc.", "TS. Lê An"),
        ("Lễ khai mạc. Ảnh: AFP/TTXVN", "Lễ khai mạc.", "AFP/TTXVN"),
        ("Lễ khai mạc. Ảnh: Lê An - TTXVN", "Lễ khai mạc.", "Lê An - TTXVN"),
        ("Lễ khai mạc. Ảnh: Lê An (TTXVN)", "Lễ khai mạc.", "Lê An (TTXVN)"),
        ("Nội soi. Ảnh: Bệnh viện cung cấp", "Nội soi.", "Bệnh viện cung cấp"),
        ("Lễ khai mạc. Nguồn: Báo Xã", "Lễ khai mạc.", "Báo Xã"),
        ("Lễ khai mạc. Nguồn ảnh: VnExpress", "Lễ khai mạc.", "VnExpress"),
        ("Giá vàng. Đồ họa: Lê An", "Giá vàng.", "Lê An"),
        ("Lễ (khai mạc). Ảnh: Minh Đức", "Lễ (khai mạc).", "Minh Đức"),
    ],
)
def test_a_label_after_the_caption_begins_the_credit(text, caption, credit):
    """The label and the dash between the two go; the caption keeps its full stop."""
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("Lễ khai mạc (Ảnh: TTXVN)", "Lễ khai mạc", "TTXVN"),
        ("Lễ khai mạc (Ảnh: TTXVN).", "Lễ khai mạc.", "TTXVN"),
        ("Lễ khai mạc [Ảnh: TTXVN]", "Lễ khai mạc", "TTXVN"),
        ("Lễ khai mạc (Ảnh TTXVN)", "Lễ khai mạc", "TTXVN"),
        ("Lễ khai mạc (ảnh Minh Đức)", "Lễ khai mạc", "Minh Đức"),
        ("Ông An (phải) và bà Bình (Ảnh: CTV)", "Ông An (phải) và bà Bình", "CTV"),
        ("Toàn cảnh (Ảnh minh họa)", "Toàn cảnh", "Ảnh minh họa"),
        ("(Ảnh: Minh Đức)", None, "Minh Đức"),
    ],
)
def test_a_credit_in_brackets_leaves_without_them(text, caption, credit):
    """Other brackets of the caption stay."""
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("Toàn cảnh. Ảnh minh họa", "Toàn cảnh.", "Ảnh minh họa"),
        ("Toàn cảnh. Ảnh minh hoạ", "Toàn cảnh.", "Ảnh minh hoạ"),
        ("Toàn cảnh. Ảnh minh họa: Internet", "Toàn cảnh.", "Internet"),
        ("Ảnh do nhân vật cung cấp", None, "Ảnh do nhân vật cung cấp"),
        ("Chị Lan. Ảnh do nhân vật cung cấp", "Chị Lan.", "Ảnh do nhân vật cung cấp"),
        ("Chị Lan. Ảnh chụp màn hình", "Chị Lan.", "Ảnh chụp màn hình"),
        ("Ảnh tư liệu", None, "Ảnh tư liệu"),
    ],
)
def test_words_that_tell_where_a_picture_is_from_are_its_credit(text, caption, credit):
    """Without a colon they stay as printed."""
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Ảnh: AFP", "AFP"),
        ("Photo: X", "X"),
        ("Nguồn ảnh: Internet", "Internet"),
        ("Ảnh: Sở Y tế Hà Nội", "Sở Y tế Hà Nội"),
        ("Ảnh: Báo Hà Nội mới", "Báo Hà Nội mới"),
        ("Bài và ảnh: HẢI AN", "HẢI AN"),
        ("Tin, ảnh: HẢI AN", "HẢI AN"),
    ],
)
def test_a_credit_may_stand_alone(text, credit):
    """Such an image has a credit and no caption."""
    assert split_credit(text) == (None, credit)


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("Lễ hội. Ảnh: Lê An. Nguồn: Báo Xã", "Lễ hội.", "Lê An; Báo Xã"),
        ("Ảnh minh họa. Nguồn: Internet", None, "Ảnh minh họa; Internet"),
    ],
)
def test_credits_in_a_row_are_joined(text, caption, credit):
    """None of them is lost, none stays in the caption."""
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    "text",
    [
        "Lễ hội làng",
        "bức ảnh: đẹp",
        "Một bức ảnh: đẹp và buồn",
        "BỨC ẢNH: ĐẸP",
        "Trong ảnh: Ông Lê An phát biểu",
        "Triển lãm tranh, ảnh: nét đẹp Hà Nội",
        "Trẻ em xem ảnh minh họa",
        "Triển lãm. Ảnh Bác Hồ",
        "Ảnh của Minh Đức",
        "Ảnh 1: Lễ khai mạc",
        "Ảnh: Toàn cảnh hội nghị",
        "Ảnh: Lễ khai mạc",
        "Ảnh: Bộ đội giúp dân",
        "Ảnh: Ông Lê An",
        "Ảnh: Lê An phát biểu tại hội nghị",
        "Lễ hội - Ảnh: các đại biểu xem gian hàng trưng bày",
        "Ảnh: Minh Đức. Lễ khai mạc diễn ra sáng nay",
        "Nguồn: nước sạch cho dân",
        "Ảnh:",
    ],
)
def test_a_word_inside_a_sentence_is_no_credit(text):
    """Nor is a description behind a label: in doubt the caption stays whole."""
    assert split_credit(text) == (text, None)


def test_no_caption_has_no_credit():
    """White space is no caption."""
    assert split_credit(" \u00a0\n") == (None, None)


NAMES = st.sampled_from(["Minh Đức", "PHẠM HẢO", "TTXVN", "Sở Y tế"])
LABELS = st.sampled_from([". Ảnh: {}", " - Ảnh: {}", " (Ảnh: {})", " (Nguồn: {})", ". Photo: {}"])


@given(st.sampled_from(["Lễ khai mạc", "Ông An (phải)", "“Xuân về” năm 2023"]), NAMES, LABELS)
def test_every_caption_and_credit_come_apart(caption, name, label):
    """However the two are joined, both are whole."""
    left, credit = split_credit(caption + label.format(name))
    assert ((left or "").rstrip("."), credit) == (caption, name)


PARTS = st.sampled_from([*"().:;-[] ", "Ảnh", "ảnh: ", "Nguồn: ", "cung cấp", "Lê An", "xem "])


@given(st.one_of(st.text(), st.lists(PARTS, max_size=14).map("".join)))
def test_any_text_gives_parts_of_itself(text):
    """No text raises; the caption is the text's beginning, and nothing comes empty."""
    caption, credit = split_credit(text)
    assert caption != ""
    assert credit != ""
    if credit is None:
        assert (caption or "") == tidy(text)
    elif caption:
        assert tidy(text).startswith(caption.rstrip("."))


@pytest.mark.parametrize(
    "piece", ["Ảnh: ", "Ảnh: A. ", "Ảnh a ", "(", "a (", " - ", ".", " cung cấp", "Ẩ", "nguồn ảnh "]
)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the end is searched, whatever stands before."""
    began = time.perf_counter()
    split_credit(piece * (1_000_000 // len(piece)) + " cung cấp")
    assert time.perf_counter() - began < 2
