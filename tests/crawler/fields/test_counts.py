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
    ],
)
def test_a_line_without_a_labelled_counter_gives_none(text):
    """Dates, times and bare numbers are not view counts."""
    assert read_count(text) is None


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


@given(st.integers(0, 9_999_999), st.sampled_from([".", ",", "\u00a0", " "]))
def test_every_count_is_read_back_in_every_dress(count, separator):
    """Grouping never changes a number."""
    printed = f"{count:,}".replace(",", separator)
    assert read_count(f"View count: {printed}").count == count
    assert read_count(printed, labelled=False).count == count


PARTS = st.sampled_from(
    [*"0123456789., -:K/", "view", "views", "View count:", "triệu", "Lượt xem:"]
)


@given(st.one_of(st.text(), st.lists(PARTS, max_size=20).map("".join)), st.booleans())
def test_any_text_is_a_count_or_none_or_refused(text, labelled):
    """No text raises anything but BadValue."""
    try:
        found = read_count(text, labelled=labelled)
    except BadValue:
        return
    assert found is None or found.count >= 0


@pytest.mark.parametrize("piece", ["1", "1.", "1 ", "111 ", "view ", "View count: ", " ", "a:"])
@pytest.mark.parametrize("labelled", [True, False])
def test_a_hostile_megabyte_takes_no_time(piece, labelled):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    with contextlib.suppress(BadValue):
        read_count(piece * (1_000_000 // len(piece)), labelled=labelled)
    assert time.perf_counter() - began < 2
