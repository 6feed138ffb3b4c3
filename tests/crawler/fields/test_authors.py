"""Who a byline names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fields.authors import Authors, read_authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("PHẠM HẢO - THÀNH CHUNG", ("PHẠM HẢO", "THÀNH CHUNG")),
        ("Lê An – Vũ Bình", ("Lê An", "Vũ Bình")),
        ("Lê An, Vũ Bình", ("Lê An", "Vũ Bình")),
        ("Lê An và Vũ Bình", ("Lê An", "Vũ Bình")),
        ("LÊ AN VÀ VŨ BÌNH", ("LÊ AN", "VŨ BÌNH")),
        ("Lê An & Vũ Bình", ("Lê An", "Vũ Bình")),
        ("Tác giả: Lê An", ("Lê An",)),
        ("Bài, ảnh: Lê An", ("Lê An",)),
        ("Bài: Lê An - Ảnh: Vũ Bình", ("Lê An",)),
        ("By John Smith", ("John Smith",)),
        ("Ngọc-Anh", ("Ngọc-Anh",)),
        ("Lê An (Theo Báo Xã)", ("Lê An",)),
        ("Lê An - Theo Báo Xã, Đài Xã", ("Lê An",)),
        ("Lê An, Lê An", ("Lê An",)),
        ("\u00a0 Lê An \n", ("Lê An",)),
        ("Theo Báo Xã", ()),
        ("Nguồn: Đài Xã", ()),
        ("", ()),
    ],
)
def test_names_are_parted_and_kept_as_printed(text, names):
    """Sources and photographers are no authors; labels are no part of a name."""
    assert read_authors(text) == Authors(names=names)


@pytest.mark.parametrize(
    "text",
    [
        " admin admin ",
        "Administrator",
        "Super Admin",
        "SuperAdmin",
        "admin123",
        "Quản trị viên",
        "Trang chủ",
        "LIÊN HỆ",
        "Đăng nhập",
        "an@xa.example",
        "16/05/2023",
        "Hội nghị đã thông qua nhiều nội dung quan trọng của phường trong năm nay",
    ],
)
def test_what_is_no_name_is_refused_and_shown(text):
    """Accounts, menu words, addresses, dates and sentences come back as refused."""
    assert read_authors(text) == Authors(refused=(text.strip(),))


def test_a_refused_part_does_not_take_the_name_beside_it():
    """Each part of a byline is judged alone."""
    found = read_authors("Liên hệ - Lê An, admin")
    assert found == Authors(names=("Lê An",), refused=("Liên hệ", "admin"))


@given(
    st.lists(
        st.sampled_from(["Lê An", "Vũ Bình", "Đỗ Ngọc-Anh", "TRẦN CHI"]),
        min_size=1,
        unique=True,
    ),
    st.sampled_from([" - ", ", ", " và ", " & ", "; ", " | "]),
)
def test_joined_names_come_apart_again(names, between):
    """Every way of joining names is undone."""
    assert read_authors(between.join(names)) == Authors(names=tuple(names))


@given(st.text())
def test_any_text_gives_names_or_refusals(text):
    """No text raises, and no name is empty or given twice."""
    found = read_authors(text)
    for group in (found.names, found.refused):
        assert all(group)
        assert len(set(group)) == len(group)


@pytest.mark.parametrize("piece", ["admin._-", "A - ", "(", "theo ", " ", "và ", "Tin, "])
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    read_authors(piece * (1_000_000 // len(piece)) + "!")
    assert time.perf_counter() - began < 2
