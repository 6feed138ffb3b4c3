"""Who a byline names, and in which part."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import Credit
from crawler.fields.authors import Authors, is_office, is_outlet, read_authors


def thanked(**names):
    return tuple(
        Credit(role=role, name=name)
        for role, shown in names.items()
        for name in ([shown] if isinstance(shown, str) else shown)
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("PHẠM HẢO - THÀNH CHUNG", ("PHẠM HẢO", "THÀNH CHUNG")),
        ("Lê An – Vũ Bình", ("Lê An", "Vũ Bình")),
        ("Lê An, Vũ Bình", ("Lê An", "Vũ Bình")),
        ("Lê An và Vũ Bình", ("Lê An", "Vũ Bình")),
        ("LÊ AN VÀ VŨ BÌNH", ("LÊ AN", "VŨ BÌNH")),
        ("Lê An & Vũ Bình", ("Lê An", "Vũ Bình")),
        ("(Lê An - Vũ Bình)", ("Lê An", "Vũ Bình")),
        ("Tác giả: Lê An", ("Lê An",)),
        ("Phóng viên: Lê An", ("Lê An",)),
        ("PV: Lê An", ("Lê An",)),
        ("Tin bài: Lê An", ("Lê An",)),
        ("By John Smith", ("John Smith",)),
        ("By John Smith, Mary Poe", ("John Smith", "Mary Poe")),
        ("Ngọc-Anh", ("Ngọc-Anh",)),
        ("Lê An, Lê An", ("Lê An",)),
        ("Lê An (tổng hợp)", ("Lê An",)),
        ("Lê An (CTV)", ("Lê An",)),
        ("Lê An (Sơn Tây)", ("Lê An (Sơn Tây)",)),
        ("Đoàn Lan và Bảo Anh", ("Đoàn Lan", "Bảo Anh")),
        ("\u00a0 Lê An \n", ("Lê An",)),
        ("", ()),
    ],
)
def test_names_are_parted_and_kept_as_printed(text, names):
    """Every sign between two names parts them; a label is no part of a name."""
    assert read_authors(text) == Authors(names=names)


@pytest.mark.parametrize(
    "name", ["PV Lê An", "CTV Lê An", "Nhà báo Lê An", "ThS. Lê An", "PV Thời sự", "Nhóm PV"]
)
def test_a_title_stays_with_its_name(name):
    """Nothing tells the desk in `PV Thời sự` from the person in `PV Lê An`: both stay."""
    assert read_authors(name) == Authors(names=(name,))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Phòng Văn hóa và Thông tin", ("Phòng Văn hóa và Thông tin",)),
        (
            "Trung tâm Văn hóa, Thông tin và Thể thao - Lê An",
            ("Trung tâm Văn hóa, Thông tin và Thể thao", "Lê An"),
        ),
        ("Lê An, UBND xã và công an xã", ("Lê An", "UBND xã và công an xã")),
        ("Ban Biên tập", ("Ban Biên tập",)),
    ],
)
def test_the_name_of_an_authority_stays_whole(text, names):
    """Its commas and its `và` join the words of one name."""
    assert read_authors(text) == Authors(names=names)


@pytest.mark.parametrize(
    ("text", "names", "thanks"),
    [
        ("Bài, ảnh: HẢI AN", ("HẢI AN",), thanked(photo="HẢI AN")),
        ("TIN, ẢNH: HẢI AN", ("HẢI AN",), thanked(photo="HẢI AN")),
        ("Bài và ảnh: Lê An", ("Lê An",), thanked(photo="Lê An")),
        ("Bài - Ảnh: Lê An", ("Lê An",), thanked(photo="Lê An")),
        ("Bài, ảnh, clip: Lê An", ("Lê An",), thanked(photo="Lê An", video="Lê An")),
        ("Tin/ảnh: An - Bình", ("An", "Bình"), thanked(photo=["An", "Bình"])),
    ],
)
def test_a_label_of_several_parts_gives_each_person_all_of_them(text, names, thanks):
    """Who wrote and photographed is an author, and a photo credit by the same name."""
    found = read_authors(text)
    assert (found.names, found.refused) == (names, ())
    assert set(found.credits) == set(thanks)


@pytest.mark.parametrize(
    ("text", "names", "thanks"),
    [
        ("Ảnh: Minh Đức", (), thanked(photo="Minh Đức")),
        ("Ảnh: Lê An, Vũ Bình", (), thanked(photo=["Lê An", "Vũ Bình"])),
        ("Nguồn ảnh: Lê An", (), thanked(photo="Lê An")),
        ("Photo: John Smith", (), thanked(photo="John Smith")),
        ("Photos by John Smith", (), thanked(photo="John Smith")),
        ("Ảnh: Lê An/TTXVN", (), thanked(photo="Lê An/TTXVN")),
        ("Ảnh: AFP/TTXVN", (), thanked(photo="AFP/TTXVN")),
        ("Bài: Lê An - Ảnh: Vũ Bình", ("Lê An",), thanked(photo="Vũ Bình")),
        ("Lê An Ảnh: Vũ Bình", ("Lê An",), thanked(photo="Vũ Bình")),
        ("Lê An. Ảnh: Vũ Bình", ("Lê An",), thanked(photo="Vũ Bình")),
        ("Lê An (Ảnh: Vũ Bình), Trần Chi", ("Lê An", "Trần Chi"), thanked(photo="Vũ Bình")),
        ("Theo TTXVN", (), thanked(source="TTXVN")),
        ("Theo: VnExpress", (), thanked(source="VnExpress")),
        ("(Theo VnExpress)", (), thanked(source="VnExpress")),
        ("Nguồn: Báo Hà Nội mới", (), thanked(source="Báo Hà Nội mới")),
        ("Nguồn: Sở Văn hóa và Thể thao", (), thanked(source="Sở Văn hóa và Thể thao")),
        ("Nguồn: https://xa.example/tin", (), thanked(source="https://xa.example/tin")),
        ("Lê An (Theo Báo Xã)", ("Lê An",), thanked(source="Báo Xã")),
        ("Lê An - Theo Báo Xã, Đài Xã", ("Lê An",), thanked(source=["Báo Xã", "Đài Xã"])),
        ("Tổng hợp từ VnExpress, Dân trí", (), thanked(source=["VnExpress", "Dân trí"])),
        (
            "Tác giả bài viết: Lê An Nguồn tin: Báo Xã",
            ("Lê An",),
            thanked(source="Báo Xã"),
        ),
        ("Biên dịch: Lê An", (), thanked(translation="Lê An")),
        ("Dịch: Lê An", (), thanked(translation="Lê An")),
        ("Lê An (biên dịch)", (), thanked(translation="Lê An")),
        ("Biên tập: Lê An", (), thanked(editing="Lê An")),
        ("Video: Lê An", (), thanked(video="Lê An")),
        ("Đồ họa: Lê An", (), thanked(graphics="Lê An")),
        ("Đồ hoạ: Lê An", (), thanked(graphics="Lê An")),
        (
            "An; Video: Bình; Đồ họa: Chi",
            ("An",),
            thanked(video="Bình", graphics="Chi"),
        ),
    ],
)
def test_every_other_part_is_a_credit_and_no_author(text, names, thanks):
    """Photographers, sources, translators and the rest stand apart from those who wrote."""
    assert read_authors(text) == Authors(names=names, credits=thanks)


@pytest.mark.parametrize(
    ("text", "names", "source"),
    [
        ("HÀ NỘI MỚI", (), "HÀ NỘI MỚI"),
        ("Báo Nhân dân", (), "Báo Nhân dân"),
        ("Lê An - TTXVN", ("Lê An",), "TTXVN"),
        ("baochinhphu.vn", (), "baochinhphu.vn"),
        ("Lê An/VOV.VN", ("Lê An",), "VOV.VN"),
    ],
)
def test_a_newspaper_in_the_authors_place_is_a_source(text, names, source):
    """No person bears its name: the text was taken from there."""
    assert read_authors(text) == Authors(names=names, credits=thanked(source=source))


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
        "Ảnh minh họa",
        "Tổng hợp",
        "an@xa.example",
        "16/05/2023",
        "Thông tin: Lê An",
        "Kỹ thuật: Lê An",
        "Theo dõi chúng tôi",
        "Hội nghị đã thông qua nhiều nội dung quan trọng của phường trong năm nay",
        "Sở Y tế Hà Nội đã tổ chức hội nghị tập huấn về phòng dịch",
    ],
)
def test_what_is_no_name_is_refused_and_shown(text):
    """Accounts, menu words, addresses, dates, unknown labels and sentences come back as refused."""
    assert read_authors(text) == Authors(refused=(text.strip(),))


@pytest.mark.parametrize(("text", "refused"), [("Nguồn: admin", "admin"), ("Ảnh: 1234", "1234")])
def test_what_is_no_name_is_no_credit_either(text, refused):
    """A label does not make a name of an account or of a number."""
    assert read_authors(text) == Authors(refused=(refused,))


def test_a_refused_part_does_not_take_the_name_beside_it():
    """Each part of a byline is judged alone."""
    found = read_authors("Liên hệ - Lê An, admin")
    assert found == Authors(names=("Lê An",), refused=("Liên hệ", "admin"))


def test_offices_and_outlets_are_known_by_their_names():
    """A word that only begins like one makes neither."""
    assert all(map(is_outlet, ("TTXVN", "Hà Nội mới", "VOV-TP HCM", "vnexpress.net")))
    assert not any(map(is_outlet, ("Lê An", "Bảo Anh", "Sở Y tế", "PV TTXVN", "")))
    assert all(map(is_office, ("Sở Y tế", "UBND xã", "Trung tâm văn hóa")))
    assert not any(map(is_office, ("bộ đội giúp dân", "Vũ Bình", "Bộ", "")))


@given(
    st.lists(
        st.sampled_from(["Lê An", "Vũ Bình", "Đỗ Ngọc-Anh", "TRẦN CHI"]),
        min_size=1,
        unique=True,
    ),
    st.sampled_from([" - ", ", ", " và ", " & ", "; ", " | "]),
    st.sampled_from(["", "Tác giả: ", "Bài, ảnh: ", "Ảnh: "]),
)
def test_joined_names_come_apart_again(names, between, label):
    """Every way of joining names is undone, for authors and photographers alike."""
    found = read_authors(label + between.join(names))
    assert found.names == (() if label == "Ảnh: " else tuple(names))
    pictured = tuple(names) if "ảnh" in label.lower() else ()
    assert found.credits == tuple(Credit(role="photo", name=name) for name in pictured)


BYLINES = st.sampled_from(
    [*"()-,/:.|", " ", "Ảnh:", "Theo ", "Bài", "và ", "(biên dịch)", "Lê An", "VOV.VN", "Sở Y"]
)


@given(st.one_of(st.text(), st.lists(BYLINES, max_size=12).map("".join)))
def test_any_text_gives_names_or_credits_or_refusals(text):
    """No text raises; no name is empty or given twice."""
    found = read_authors(text)
    for group in (found.names, found.refused, [(each.role, each.name) for each in found.credits]):
        assert all(group)
        assert len(set(group)) == len(group)
    assert all(credit.name for credit in found.credits)


@pytest.mark.parametrize(
    "piece",
    ["admin._-", "A - ", "(", "theo ", " ", "và ", "Tin, ", "bài và ", "Ảnh: ", "(ảnh)", "Sở và, "],
)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    read_authors(piece * (1_000_000 // len(piece)) + "!")
    assert time.perf_counter() - began < 2
