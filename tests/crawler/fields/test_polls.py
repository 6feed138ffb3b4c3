"""What the texts of a poll say."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadValue
from core.text import tidy
from crawler.fields.polls import read_option, read_share, read_votes


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("60%", 60.0),
        (" 19 % ", 19.0),
        ("60,5%", 60.5),
        ("60.5 %", 60.5),
        ("33,3333333%", 33.3333333),
        ("0%", 0.0),
        ("100%", 100.0),
        ("(60%)", 60.0),
        ("29.382 phiếu (60%)", 60.0),
        ("- 60%", 60.0),
    ],
)
def test_a_share_is_a_number_of_per_cent(text, share):
    """Decimals stand after a comma or a point; a count beside the share does not matter."""
    assert read_share(text) == share


@pytest.mark.parametrize("text", ["", "%", "60", "29.382", "Rất Đầy đủ"])
def test_without_a_per_cent_sign_there_is_no_share(text):
    """A bare number is a count."""
    assert read_share(text) is None


@pytest.mark.parametrize("text", ["101%", "140,5 %", "-5%", "−5%"])
def test_a_share_out_of_sense_is_refused(text):
    """Nobody has less than nothing or more than all votes."""
    with pytest.raises(BadValue, match="no share"):
        read_share(text)


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("a. Rất Đầy đủ", "Rất Đầy đủ"),
        ("a.Rất Đầy đủ", "Rất Đầy đủ"),
        ("(b) Đầy đủ", "Đầy đủ"),
        ("đ) Khác", "Khác"),
        ("a.) Tốt", "Tốt"),
        ("1) Tốt", "Tốt"),
        ("2/ Tốt", "Tốt"),
        ("iv. Khá", "Khá"),
        ("C - Kém", "Kém"),
        ("- Tốt", "Tốt"),
        ("• 1. Tốt", "Tốt"),
        ("\u00a0Rất  Đầy đủ\n", "Rất Đầy đủ"),
        ("a.", ""),
        ("", ""),
    ],
)
def test_what_only_numbers_an_option_goes(text, option):
    """Letters, numbers and bullets before an answer are no part of it."""
    assert read_option(text) == option


@pytest.mark.parametrize(
    "text",
    ["5 sao", "2/3 số hộ", "1.500 người", "10:30 sáng", "TP. HCM", "Ý kiến khác", "x-quang", "A"],
)
def test_a_number_or_letter_of_the_answer_stays(text):
    """Only what an enumerating sign follows is one."""
    assert read_option(text) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("29.382", 29_382),
        ("29,382", 29_382),
        ("9 902", 9_902),
        ("0", 0),
        ("Tổng bình chọn: 48.768", 48_768),
        ("Tổng số phiếu: 48.768", 48_768),
        ("Tổng số phiếu bầu: 48.768", 48_768),
        ("Tổng cộng: 48.768 phiếu", 48_768),
        ("Total Votes: 48,768", 48_768),
        ("Total votes: 48768", 48_768),
        ("48768 votes", 48_768),
        ("1 vote", 1),
        ("241 lượt bình chọn", 241),
        ("29.382 (60%)", 29_382),
        ("60% (29.382 phiếu)", 29_382),
    ],
)
def test_votes_are_counted_by_groups_of_three(text, count):
    """Whatever stands between the groups, before the number or after it."""
    found = read_votes(text)
    assert found is not None
    assert found.count == count


@pytest.mark.parametrize("text", ["", "60%", "a.", "Rất Đầy đủ", "16/05/2023", "Votes"])
def test_a_cell_without_a_count_gives_none(text):
    """Shares, letters, answers and dates are no votes."""
    assert read_votes(text) is None


@pytest.mark.parametrize("text", ["29.38", "-5", "Tổng số phiếu: 0243825353"])
def test_a_number_that_cannot_be_votes_is_refused(text):
    """As everywhere a count may stand."""
    with pytest.raises(BadValue):
        read_votes(text)


def test_a_result_row_of_the_hanoi_platform_is_read_cell_by_cell():
    """The saved result page prints share, votes, bar, letter and answer."""
    share, votes, bar, letter, answer = ("60%", "29,382", "", "a.", "Rất Đầy đủ")
    assert read_share(share) == 60
    assert read_votes(votes).count == 29_382
    assert (read_votes(bar), read_option(letter), read_option(answer)) == (None, "", "Rất Đầy đủ")


@given(st.integers(0, 10_000), st.sampled_from(",."), st.sampled_from(["%", " %", "\u00a0%"]))
def test_every_share_is_read_back(hundredths, point, sign):
    """Two decimals, either sign."""
    printed = f"{hundredths // 100}{point}{hundredths % 100:02}{sign}"
    assert read_share(printed) == hundredths / 100


PARTS = st.sampled_from([*"0123456789.,%-() ", "a.", "phiếu", "votes", "Tổng: "])


@given(st.one_of(st.text(), st.lists(PARTS, max_size=16).map("".join)))
def test_any_text_is_read_or_refused(text):
    """No text raises anything but BadValue; an option is the end of its text."""
    for read in (read_share, read_votes):
        with contextlib.suppress(BadValue):
            read(text)
    assert tidy(text).endswith(read_option(text))


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1.", "%", "1% ", "a. ", "- ", "(", "Tổng ", "phiếu "]
)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    for read in (read_share, read_votes, read_option):
        with contextlib.suppress(BadValue):
            read(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 2
