"""The word diff of two texts."""

import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diff import Piece, chars_changed, diff_words

MARKS = {"equal": "{}", "delete": "[-{}-]", "insert": "[+{}+]"}
TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["một", "hai", "12", " ", " ", "\n", ",", ". ", "4/5"])).map("".join),
)


def shown(old, new):
    return "".join(MARKS[piece.op].format(piece.text) for piece in diff_words(old, new))


def old_of(pieces):
    return "".join(piece.text for piece in pieces if piece.op != "insert")


def new_of(pieces):
    return "".join(piece.text for piece in pieces if piece.op != "delete")


@given(TEXT, TEXT)
def test_the_pieces_are_exactly_both_texts(old, new):
    """Equal and deleted is the old text, equal and inserted the new one, to the letter."""
    pieces = diff_words(old, new)
    assert old_of(pieces) == old
    assert new_of(pieces) == new
    assert all(piece.text for piece in pieces)
    assert all(one.op != other.op for one, other in itertools.pairwise(pieces))


@given(TEXT)
def test_equal_texts_have_no_change(text):
    """A text differs from itself in nothing."""
    assert diff_words(text, text) == ((Piece(op="equal", text=text),) if text else ())


@given(TEXT, TEXT)
def test_counts_are_the_lengths_of_what_changed(old, new):
    """The two texts differ in length by what was added less what was removed."""
    added, removed = chars_changed(diff_words(old, new))
    assert added - removed == len(new) - len(old)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("từ 12 phòng", "từ 14 phòng", "từ [-12-][+14+] phòng"),
        ("giá 50.000đ một ký", "giá 55.000đ một ký", "giá [-50.000đ-][+55.000đ+] một ký"),
        ("số 29-NQ/TW", "số 30-NQ/TW", "số [-29-NQ/TW-][+30-NQ/TW+]"),
        ("ngày 04/11/2013.", "ngày 05/11/2013.", "ngày [-04/11/2013-][+05/11/2013+]."),
        ("tăng 4,5% so", "tăng 5% so", "tăng [-4,5%-][+5%+] so"),
        ("một hai ba bốn", "năm sáu bảy bốn", "[-một hai ba-][+năm sáu bảy+] bốn"),
        ("một, hai", "một mới, hai", "một[+ mới+], hai"),
        ("đầu\ngiữa\ncuối", "đầu\ngiữa mới\ncuối", "đầu\ngiữa[+ mới+]\ncuối"),
        ("đầu\ncuối\n", "đầu\nthêm\ncuối\n", "đầu\n[+thêm\n+]cuối\n"),
        ("", "mới", "[+mới+]"),
        ("cũ", "", "[-cũ-]"),
    ],
)
def test_a_change_reads_naturally(old, new, expected):
    """Numbers and words stay whole, and a rewritten phrase is one change."""
    assert shown(old, new) == expected


def test_a_region_too_large_to_match_is_one_replacement():
    """The budget ends the search, not the truth: both texts are still there."""
    rng = random.Random(1)
    old, new = (" ".join(rng.choices("abcdefgh", k=60_000)) + " hết" for _ in range(2))
    pieces = diff_words(old, new)
    assert len(pieces) <= 4
    assert old_of(pieces) == old
    assert new_of(pieces) == new


def pairs_of_megabytes():
    rng = random.Random(2)
    vocabulary = [f"tiếng{number}" for number in range(2_000)]

    def lines(count, length, glue=" "):
        return "\n".join(
            f"k{number}\n" + glue.join(rng.choices(vocabulary, k=length)) for number in range(count)
        )

    return {
        "one paragraph": (lines(1, 110_000), lines(1, 110_000)),
        "long paragraphs": (lines(75, 1_500), lines(75, 1_500)),
        "short paragraphs": (lines(12_000, 8), lines(12_000, 8)),
        "empty lines": ("\n" * 1_000_000, "a\n" * 500_000),
        "signs": (" ." * 500_000, ". x" * 330_000),
        "alternating": ("a b " * 250_000, "b a " * 250_000),
    }


PAIRS = pairs_of_megabytes()


@pytest.mark.parametrize("name", PAIRS)
def test_a_megabyte_is_compared_in_bounded_time(name):
    """No pair of texts keeps a reader waiting; the limit leaves slack for a busy machine."""
    old, new = PAIRS[name]
    began = time.perf_counter()
    pieces = diff_words(old, new)
    assert time.perf_counter() - began < 5
    assert old_of(pieces) == old
    assert new_of(pieces) == new
