"""Which number of a line is a counter."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadValue
from core.records import Count
from crawler.fields.counts import read_count


@pytest.mark.parametrize(
    ("text", "count", "printed"),
    [
        ("View count: 75", 75, "75"),
        ("75 views", 75, "75"),
        ("1 view", 1, "1"),
        ("0 views", 0, "0"),
        ("Lượt xem: 55.789", 55_789, "55.789"),
        ("Lượt xem: 29,382", 29_382, "29,382"),
        ("Đã xem: 4.798", 4_798, "4.798"),
        ("Đã xem: 4\u00a0798", 4_798, "4 798"),
        ("Số lượt xem: 4.798.809", 4_798_809, "4.798.809"),
        ("Lượt xem: 4,5K", 4_500, "4,5K"),
        ("4.5K views", 4_500, "4.5K"),
        ("1,2 nghìn lượt xem", 1_200, "1,2 nghìn"),
        ("Đã xem: 1 triệu", 1_000_000, "1 triệu"),
        ("75 lượt đọc", 75, "75"),
        ("Ngày đăng 16/05/2023 | 15:20 | View count: 75", 75, "75"),
        ("Publish date 06/05/2014 | 12:00 AM\u00a0|\u00a0View count: 1.436", 1_436, "1.436"),
        ("16/05/2023 15:20 750 views", 750, "750"),
        ("View count: 75.", 75, "75"),
        ("View count: 75 | 12 bình luận", 75, "75"),
        ("Xem: 1.2k", 1_200, "1.2k"),
        ("75 lượt xem", 75, "75"),
        ("75 Lượt xem", 75, "75"),
        ("75 người đã xem", 75, "75"),
        ("Lượt xem (75)", 75, "75"),
        ("Lượt xem:75", 75, "75"),
        ("[75 lượt xem]", 75, "75"),
        ("Xem: 75 lượt", 75, "75"),
        ("1,2 tr lượt xem", 1_200_000, "1,2 tr"),
        ("2,3 N lượt xem", 2_300, "2,3 N"),
        ("1,5 tỷ lượt xem", 1_500_000_000, "1,5 tỷ"),
        ("Lượt xem: 15 ngàn", 15_000, "15 ngàn"),
        ("4.5M views", 4_500_000, "4.5M"),
        ("View count: 000012345", 12_345, "000012345"),
        ("Luot xem: 75", 75, "75"),
        ("Viewed 75 times", 75, "75"),
        ("16/05/2023View count: 75", 75, "75"),
    ],
)
def test_a_labelled_counter_is_found_in_its_line(text, count, printed):
    """The number comes with its text as printed; groups of three are decided by their size."""
    assert read_count(text) == Count(count=count, text=printed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26/07/2022 | 08:32 AM",
        "View count:",
        "75",
        "0912 345 678",
        "Xem tiếp 5 bài",
        "Ngày xem 16/05/2023",
        "75 bình luận",
        "Xem 12 bình luận",
        "Xem 5 ảnh",
        "Đọc 5 phút",
        "Xem: 16.05.2023",
        "Xem: 15h20",
        "16/05/2023 15:20 lượt xem",
    ],
)
def test_a_line_without_a_labelled_counter_gives_none(text):
    """Dates, times, bare numbers and what there is to see are not view counts."""
    assert read_count(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "75 lượt xem 12 bình luận",
        "75 lượt xem - 12 bình luận",
        "75 Lượt xem 12 Bình luận",
        "12 bình luận 75 lượt xem",
        "Lượt xem 75 Bình luận 12",
        "Lượt xem: 75 Bình luận: 12",
        "Bình luận (12) | Lượt xem (75)",
        "View count: 75 | Comment count: 12",
        "75 views, 12 comments",
        "12 Bình luận (Lượt xem: 75)",
        "75 lượt xem 16.05.2023 | 12 bình luận",
        "75 lượt xem 15h20 Bình luận: 12",
        "LƯỢT XEM: 75 NGÀY ĐĂNG: 16/05/2023 BÌNH LUẬN: 12",
    ],
)
def test_counters_side_by_side_keep_their_own_numbers(text):
    """A number between two labels belongs to one of them, and the other has its own."""
    assert read_count(text) == Count(count=75, text="75")
    if "12" in text:
        assert read_count(text, what="comments") == Count(count=12, text="12")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("12 bình luận", 12),
        ("Bình luận (12)", 12),
        ("Bình luận: 12", 12),
        ("Bình luận 12", 12),
        ("3 comments", 3),
        ("1 comment", 1),
        ("Comments (3)", 3),
        ("Ý kiến bạn đọc (3)", 3),
        ("12 ý kiến", 12),
        ("0 Trả lời", 0),
        ("1,2K bình luận", 1_200),
        ("Xem 12 bình luận", 12),
    ],
)
def test_comments_are_counted_by_labels_of_their_own(text, count):
    """Before the number or after it, in Vietnamese and in English."""
    found = read_count(text, what="comments")
    assert found is not None
    assert found.count == count


@pytest.mark.parametrize(
    "text", ["", "Bình luận", "Gửi bình luận", "Lượt xem: 75", "75 views", "12"]
)
def test_what_counts_no_comments_gives_none(text):
    """A link to write one and a view counter are no comment counts."""
    assert read_count(text, what="comments") is None


def test_a_number_cut_in_two_is_not_read():
    """What reaches over the end of what is read is left out, never shortened."""
    assert read_count("x" * 487 + " View count: 1234567") is None
    assert read_count(" " * 4_985 + "View count: 1234567") is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("29.382", 29_382),
        ("29,382", 29_382),
        ("4 798 809", 4_798_809),
        ("000482", 482),
        ("Tổng bình chọn: 48.768", 48_768),
        ("Đang truy cập: 27", 27),
        ("4,5K", 4_500),
    ],
)
def test_a_bare_number_counts_when_the_caller_says_so(text, count):
    """The same count is one number in Vietnamese and in English dress."""
    found = read_count(text, labelled=False)
    assert found is not None
    assert found.count == count


@pytest.mark.parametrize("text", ["16/05/2023", "08:32 AM", "", "nhiều", "có 75 bài"])
def test_a_text_that_is_no_bare_number_gives_none(text):
    """Unlabelled reading wants the whole text to be a number."""
    assert read_count(text, labelled=False) is None


@pytest.mark.parametrize(
    ("text", "labelled", "reason"),
    [
        ("Lượt xem: 0243825353", True, "telephone"),
        ("0912 345 678", False, "telephone"),
        ("View count: 024 3825 3536", True, "telephone"),
        ("View count: (024) 3825 3536", True, "telephone"),
        ("View count: 0912.345.678", True, "telephone"),
        ("View count: +84 912 345 678", True, "telephone"),
        ("View count: 1900 1234", True, "telephone"),
        ("View count: 99999999999", True, "more than any"),
        ("View count: 55.78", True, "whole number"),
        ("View count: 1.234,567", True, "whole number"),
        ("View count: 1.2345", True, "whole number"),
        ("View count: 1.234K", True, "whole number"),
        ("View count: -5", True, "negative"),
    ],
)
def test_a_number_that_cannot_be_a_counter_is_refused(text, labelled, reason):
    """What stands in the counter's place and makes no sense is named, not guessed."""
    with pytest.raises(BadValue, match=reason):
        read_count(text, labelled=labelled)


def test_a_telephone_number_beside_a_counter_does_not_spoil_it():
    """Only the counter's own number is judged."""
    assert read_count("View count: 75 | ĐT: 024 3825 3536") == Count(count=75, text="75")


@pytest.mark.parametrize("text", ["Bình luận: 0912 345 678", "Bình luận: 1.23", "Bình luận: -5"])
def test_nonsense_is_refused_whatever_is_counted(text):
    """Comments follow the rules of views."""
    with pytest.raises(BadValue):
        read_count(text, what="comments")


@given(st.integers(0, 9_999_999), st.sampled_from([".", ",", "\u00a0", " "]))
def test_every_count_is_read_back_in_every_dress(count, separator):
    """Grouping never changes a number."""
    printed = f"{count:,}".replace(",", separator)
    assert read_count(f"View count: {printed}").count == count
    assert read_count(printed, labelled=False).count == count


PARTS = st.sampled_from(
    [*"0123456789., -:K/", "view", "views", "View count:", "triệu", "Lượt xem:"]
)


WHATS = ("views", "comments", "votes", "online", "today", "total")


@given(
    st.one_of(st.text(), st.lists(PARTS, max_size=20).map("".join)),
    st.booleans(),
    st.sampled_from(WHATS),
)
def test_any_text_is_a_count_or_none_or_refused(text, labelled, what):
    """No text raises anything but BadValue."""
    try:
        found = read_count(text, labelled=labelled, what=what)
    except BadValue:
        return
    assert found is None or found.count >= 0


HOSTILE = ["1", "1.", "1 ", "111 ", "09 ", "view ", "View count: ", " ", "a:", "tổng số ", "1 xem "]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("labelled", [True, False])
def test_a_hostile_megabyte_takes_no_time(piece, labelled):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    for what in WHATS if labelled else WHATS[:1]:
        with contextlib.suppress(BadValue):
            read_count(piece * (1_000_000 // len(piece)), labelled=labelled, what=what)
    assert time.perf_counter() - began < 2


def test_a_number_before_a_bare_xem_counts_only_at_the_end():
    """Stock Liferay prints `1 Xem`; `12 Xem thêm` is a link."""
    assert read_count("1 Xem").count == 1
    assert read_count("12 Xem thêm") is None
