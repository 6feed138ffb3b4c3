"""How many visit a portal."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadValue
from core.text import tidy
from crawler.fields.visitors import read_visitors

NUKEVIET = (
    ("Đang truy cập", "6"),
    ("Máy chủ tìm kiếm", "1"),
    ("Khách viếng thăm", "5"),
    ("Hôm nay", "715"),
    ("Tháng hiện tại", "29,382"),
    ("Tổng lượt truy cập", "4,798,809"),
)


def counters(text):
    found = read_visitors(text)
    return found and (found.online_count, found.today_count, found.total_count)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đang truy cập: \n27 \nTổng: \n4.798.809 ", (27, None, 4_798_809)),
        ("Trực tuyến: 27 Hôm nay: 1.234 Tổng: 4.798.809", (27, 1_234, 4_798_809)),
        ("Khách online: 5, Trong ngày: 3", (5, 3, None)),
        ("Online: 2\nToday: 5\nTotal: 12,345", (2, 5, 12_345)),
        ("Số người đang truy cập: 27", (27, None, None)),
        ("Lượt truy cập hôm nay: 5 Lượt truy cập: 500", (None, 5, 500)),
        ("Tổng số truy cập: 4 798 809", (None, None, 4_798_809)),
        ("Tổng số lượt truy cập: 4,5K", (None, None, 4_500)),
        ("Tổng truy cập: 25.000 | Đang online: 6", (6, None, 25_000)),
        ("Thống kê truy cập: 12.345", (None, None, 12_345)),
        ("Total visits: 7", (None, None, 7)),
        ("ĐANG TRUY CẬP: 27 TỔNG TRUY CẬP: 100", (27, None, 100)),
        ("đang online: 27 hôm nay: 3 tổng: 9", (27, 3, 9)),
        ("Dang truy cap: 27 Tong: 5", (27, None, 5)),
        ("Đang truy cập: 0", (0, None, None)),
    ],
)
def test_counters_are_found_by_their_labels(text, expected):
    """Who is there, who came today, all there were; None for what the block does not show."""
    assert counters(text) == expected


@pytest.mark.parametrize("between", [(" ", "\n"), ("", "\n"), (": ", " "), (": ", " | "), ("", "")])
def test_the_statistics_of_nukeviet_are_read_in_every_dress(between):
    """Lines, one line, with colons and without, even glued: robots, guests and months stay out."""
    of_pair, of_lines = between
    text = of_lines.join(label + of_pair + number for label, number in NUKEVIET)
    assert counters(text) == (6, 715, 4_798_809)


@pytest.mark.parametrize("order", [(0, 3, 5), (5, 3, 0), (3, 0, 5)])
def test_the_order_of_the_counters_does_not_matter(order):
    """Each number belongs to its own label."""
    assert counters("\n".join(" ".join(NUKEVIET[place]) for place in order)) == (6, 715, 4_798_809)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27 người đang truy cập", (27, None, None)),
        ("Hiện có 6 khách online", (6, None, None)),
        ("6 Đang truy cập 715 Hôm nay 29.382 Tổng lượt truy cập", (6, 715, 29_382)),
    ],
)
def test_numbers_may_stand_before_their_labels(text, expected):
    """A block that begins with a number and ends with a word is read that way throughout."""
    assert counters(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 1 2 3 4 5", (None, None, 12_345)),
        ("0\n0\n1\n2\n3\n4\n5\nĐang truy cập: 27", (27, None, 12_345)),
        ("Đang truy cập: 27\n0\n0\n1\n2\n3", (27, None, 123)),
        ("Lượt truy cập 0 0 1 2 3 4 5", (None, None, 12_345)),
        ("Tổng: 0 0 0 0 1 2 3 4 5", (None, None, 12_345)),
        ("Hôm nay 1 2 Tổng 1 2 3", (None, 12, 123)),
    ],
)
def test_digits_in_boxes_of_their_own_are_one_number(text, expected):
    """The total, unless a label claims them; leading noughts make no telephone number of it."""
    assert counters(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Đang truy cập: Tổng:",
        "75",
        "1 2",
        "Hôm nay: Thứ Ba, 16/05/2023",
        "Hôm nay: 16 tháng 5",
        "Hôm qua: 5 Tháng này: 70",
        "Dịch vụ công trực tuyến 4",
        "Thành viên online: 2",
        "Total members: 5",
    ],
)
def test_a_block_without_a_counter_gives_none(text):
    """Unfilled blocks, dates, services and members are no visitors."""
    assert read_visitors(text) is None


def test_members_do_not_hide_the_visitors():
    """Of an account by kinds the first sum counts."""
    assert counters("Đang trực tuyến: 32 (Thành viên: 2, Khách: 29)") == (32, None, None)
    assert counters("Thành viên online: 2 | Khách online: 29") == (29, None, None)


def test_the_text_is_kept_as_printed():
    """One tidy line, labels and all."""
    found = read_visitors("Đang truy cập: \n 27 \n Hôm qua: 5")
    assert found is not None
    assert found.text == "Đang truy cập: 27 Hôm qua: 5"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Tổng: 0243825353", "telephone"),
        ("Tổng: 55.78", "whole number"),
        ("Online: -5", "negative"),
        ("Hôm nay: 99999999999", "more than any"),
        ("9 9 9 9 9 9 9 9 9 9 9", "more than any"),
    ],
)
def test_a_number_that_cannot_be_a_counter_is_refused(text, reason):
    """What stands in a counter's place and makes no sense is named, not guessed."""
    with pytest.raises(BadValue, match=reason):
        read_visitors(text)


def test_half_a_number_at_the_end_of_what_is_read_is_left_out():
    """A cut never makes a smaller counter."""
    assert counters("Online: 5 " + "x" * 479 + " Tổng: 1234567") == (5, None, None)


COUNTS = st.integers(0, 9_999_999)


@given(COUNTS, COUNTS, COUNTS, st.permutations(range(3)), st.sampled_from([",", ".", " "]))
def test_all_three_are_read_back_in_every_order(online, today, total, order, separator):
    """Whatever the numbers and their separators."""
    labels = ("Đang truy cập", "Hôm nay", "Tổng lượt truy cập")
    printed = [f"{count:,}".replace(",", separator) for count in (online, today, total)]
    text = "\n".join(f"{labels[place]}: {printed[place]}" for place in order)
    assert counters(text) == (online, today, total)


PARTS = st.sampled_from([*"0123456789., :|-", "\n", "Online", "Tổng: ", "Hôm nay", "Đang truy cập"])


@given(st.one_of(st.text(), st.lists(PARTS, max_size=20).map("".join)))
def test_any_text_is_visitors_or_none_or_refused(text):
    """No text raises anything but BadValue; what is found has at least one counter."""
    try:
        found = read_visitors(text)
    except BadValue:
        return
    if found is not None:
        shown = (found.online_count, found.today_count, found.total_count)
        assert any(count is not None and count >= 0 for count in shown)
        assert found.text == tidy(found.text)


@pytest.mark.parametrize(
    "piece",
    ["1 ", "0 9 ", "Online: 1 ", "Tổng ", "1 Hôm nay ", "(", "A", "đang truy cập", " ", "|"],
)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    with contextlib.suppress(BadValue):
        read_visitors(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 2
