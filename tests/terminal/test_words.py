"""Page text is hostile: what reaches a terminal only prints."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from terminal.diffs import diff_text
from terminal.words import cell, number, plain, size, spark

OLD = "Xã có 12 trường học. Ông Nam nói rằng năm nay sẽ xây thêm."


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[31mđỏ\x1b[0m",
        "\x1b]0;tiêu đề\x07",
        "\x9b31m",
        "\u202egnơưht\u202c",
        "\u2066a\u2069",
        "a\rb",
        "a\x08b",
        "a\x00b",
    ],
)
def test_no_escape_sequence_and_no_turned_text_gets_through(hostile: str) -> None:
    """A title cannot colour, move, rename or turn around a terminal."""
    shown = printed(cell(hostile))
    assert not [letter for letter in shown.rstrip("\n") if unicodedata.category(letter) == "Cc"]
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")


def printed(text: object) -> str:
    out = io.StringIO()
    Console(file=out, width=80, markup=False, highlight=False, emoji=False).print(text)
    return out.getvalue()


def test_markup_of_the_table_library_stays_text() -> None:
    """Brackets and colons in a title mean nothing here."""
    assert printed(cell("[bold]đậm[/bold] :smile:")).strip() == "[bold]đậm[/bold] :smile:"


@given(text=st.text(), width=st.integers(2, 40))
def test_any_text_becomes_one_line_of_at_most_that_width(text: str, width: int) -> None:
    """Nothing prints a second line, or more letters than asked for."""
    line = plain(text, width)
    assert len(line) <= width
    assert "\n" not in line
    assert "\x1b" not in line


def test_vietnamese_text_is_shown_as_it_is() -> None:
    """Marks and đ are letters."""
    text = "Đẩy mạnh chuyển đổi số ở phường Quang Trung"
    assert plain(text) == text


def test_a_changed_number_reads_as_struck_and_added() -> None:
    """The signs stand beside the colours, with the words around them."""
    shown = diff_text(OLD, OLD.replace("12", "14")).plain
    assert "Xã có [-12-]{+14+} trường học." in shown


def test_a_new_paragraph_begins_on_its_own_line() -> None:
    """The break before it stays outside the signs."""
    assert "\n{+Đoạn mới.+}" in diff_text(OLD, OLD + "\nĐoạn mới.").plain


@given(
    old=st.text(alphabet="ab \n", min_size=1, max_size=40),
    new=st.text(alphabet="ab \n", min_size=1, max_size=40),
)
def test_any_two_texts_can_be_shown(old: str, new: str) -> None:
    """No pair of texts breaks the view."""
    assert isinstance(diff_text(old, new).plain, str)


def test_sizes_and_series_are_short() -> None:
    """Units of a thousand; bars from the least to the most."""
    assert [size(n) for n in (0, 999, 1_400_000)] == ["0 B", "999 B", "1.4 MB"]
    assert spark([1, 2, 3]) == "▁▄█"
    assert spark([5, 5]) == "▁▁"
    assert spark([]) == ""


def test_counters_stand_whole() -> None:
    """A million visitors are no 1.28e+06; measures lose their noughts."""
    assert number(1_288_260) == "1288260"
    assert number(29.50, " %") == "29.5 %"
    assert number(None) == "–"
