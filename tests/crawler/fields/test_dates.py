"""What a printed date means."""

import contextlib
import time
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadValue, ConfigError
from core.records import Precision, When
from crawler.fields.dates import check_format, read_when

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CAPTURED_AT = datetime(2025, 10, 30, 3, 0, 30, tzinfo=UTC)  # 10:00 in Hanoi


def read(text, captured_at=CAPTURED_AT, formats=()):
    return read_when(text, zone=HANOI, captured_at=captured_at, formats=formats)


MINUTES = [
    ("Ngày đăng 16/05/2023 | 15:20", "16/05/2023 | 15:20", "2023-05-16T15:20"),
    ("Ngày đăng 16/05/2023 | 15:20  | View count: 75", "16/05/2023 | 15:20", "2023-05-16T15:20"),
    ("14/06/2018 | 11:22 AM", "14/06/2018 | 11:22 AM", "2018-06-14T11:22"),
    (
        "\n\t\tPublish date\n\t\t28/07/2020 | 02:20 PM\n\t \n\t\xa0|\xa0View count: 436\n",
        "28/07/2020 | 02:20 PM",
        "2020-07-28T14:20",
    ),
    ("Thứ Ba, ngày 16/05/2023 15:20", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("Thứ Bẩy, ngày 13/05/2023 15:20", "13/05/2023 15:20", "2023-05-13T15:20"),
    ("Thứ Bảy, 13/05/2023 15:20", "13/05/2023 15:20", "2023-05-13T15:20"),
    ("Thứ ba - 16/05/2023 15:20", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("Thứ tư, 22/10/2025, 19:25 (GMT+7)", "22/10/2025, 19:25 (GMT+7)", "2025-10-22T19:25"),
    ("NGÀY 16 THÁNG 5, 2023 | 15:20", "16 THÁNG 5, 2023 | 15:20", "2023-05-16T15:20"),
    ("07 / 12 / 2019 - 12:41 PM", "07 / 12 / 2019 - 12:41 PM", "2019-12-07T12:41"),
    ("15:20 16/05/2023", "15:20 16/05/2023", "2023-05-16T15:20"),
    ("15:20, ngày 16/05/2023", "15:20, ngày 16/05/2023", "2023-05-16T15:20"),
    ("15:20' 16/05/2023", "15:20' 16/05/2023", "2023-05-16T15:20"),
    ("15h20 ngày 16/05/2023", "15h20 ngày 16/05/2023", "2023-05-16T15:20"),
    ("15 giờ 20 phút, Thứ Ba 16/05/2023", None, "2023-05-16T15:20"),
    ("16-05-2023 15:20", "16-05-2023 15:20", "2023-05-16T15:20"),
    ("16.05.2023 15:20", "16.05.2023 15:20", "2023-05-16T15:20"),
    ("Cập nhật lúc 15:20, 16/05/2023", "15:20, 16/05/2023", "2023-05-16T15:20"),
    ("16/05/2023 3:20 CH", "16/05/2023 3:20 CH", "2023-05-16T15:20"),
    ("16/05/2023 3:20 SA", "16/05/2023 3:20 SA", "2023-05-16T03:20"),
    ("16/05/2023 12:05 AM", "16/05/2023 12:05 AM", "2023-05-16T00:05"),
    ("16/05/2023 12:00 PM", "16/05/2023 12:00 PM", "2023-05-16T12:00"),
    ("16/05/2023 00:00", "16/05/2023 00:00", "2023-05-16T00:00"),
    ("Hôm qua, 10:15", "Hôm qua, 10:15", "2025-10-29T10:15"),
    ("10:15 hôm nay", "10:15 hôm nay", "2025-10-30T10:15"),
    ("2 giờ trước", "2 giờ trước", "2025-10-30T08:00"),
    ("35 phút trước", "35 phút trước", "2025-10-30T09:25"),
    ("2 hours ago", "2 hours ago", "2025-10-30T08:00"),
    ("2023-05-16T15:20:00+07:00", "2023-05-16T15:20:00+07:00", "2023-05-16T15:20"),
    ("2023-05-16T15:20+0700", "2023-05-16T15:20+0700", "2023-05-16T15:20"),
    ("2023-05-16T08:20:00.000Z", "2023-05-16T08:20:00.000Z", "2023-05-16T15:20"),
    ("2023-05-16T15:20:00", "2023-05-16T15:20:00", "2023-05-16T15:20"),
    ("2023-05-16 15:20", "2023-05-16 15:20", "2023-05-16T15:20"),
    ("Tue, 16 May 2023 08:20:00 GMT", "16 May 2023 08:20:00 GMT", "2023-05-16T15:20"),
    ("published May 16, 2023 at 3:20 pm", "May 16, 2023 at 3:20 pm", "2023-05-16T15:20"),
    ("Tác giả: An | Ngày đăng: 16/05/2023 15:20", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("16/05/2023 15:20 +84 24 3825 000", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("T2, 15/05/2023 08:05", "15/05/2023 08:05", "2023-05-15T08:05"),
    ("Thứ 3, 16/05/2023 15:20", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("Thứ Năm 18/05/2023 | 15:20", "18/05/2023 | 15:20", "2023-05-18T15:20"),
    ("Chủ nhật - 14/05/2023 15:20", "14/05/2023 15:20", "2023-05-14T15:20"),
    ("Thứ Ba, 15:20, ngày 16/05/2023", "15:20, ngày 16/05/2023", "2023-05-16T15:20"),
    ("Thứ Ba, ngày 16 tháng 5 năm 2023 15:20", "16 tháng 5 năm 2023 15:20", "2023-05-16T15:20"),
    ("15:20 16 thg 5, 2023", "15:20 16 thg 5, 2023", "2023-05-16T15:20"),
    ("15:20 - 16/05/2023", "15:20 - 16/05/2023", "2023-05-16T15:20"),
    ("16/05/2023 (15:20)", "16/05/2023 (15:20)", "2023-05-16T15:20"),
    ("(16/05/2023 15:20)", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("16/05/2023 15h20'", "16/05/2023 15h20'", "2023-05-16T15:20"),
    ("16/05/2023, 15:20 PM", "16/05/2023, 15:20 PM", "2023-05-16T15:20"),
    ("16/05/2023 3:20:11 CH", "16/05/2023 3:20:11 CH", "2023-05-16T15:20:11"),
    ("3:20 CH 16/05/2023", "3:20 CH 16/05/2023", "2023-05-16T15:20"),
    ("16/05/2023 12:05 CH", "16/05/2023 12:05 CH", "2023-05-16T12:05"),
    ("16/05/2023 12:05 SA", "16/05/2023 12:05 SA", "2023-05-16T00:05"),
    ("3:20 chiều, 16/05/2023", "3:20 chiều, 16/05/2023", "2023-05-16T15:20"),
    ("3 giờ chiều ngày 16/05/2023", "3 giờ chiều ngày 16/05/2023", "2023-05-16T15:00"),
    ("8:05 sáng 16/05/2023", "8:05 sáng 16/05/2023", "2023-05-16T08:05"),
    ("16/05/2023 7:30 tối", "16/05/2023 7:30 tối", "2023-05-16T19:30"),
    ("16/05/2023 11:30 trưa", "16/05/2023 11:30 trưa", "2023-05-16T11:30"),
    ("16/05/2023 08:05 Chiều nay, phường họp", "16/05/2023 08:05", "2023-05-16T08:05"),
    ("Đăng tải lúc 15:20 16/05/2023", "15:20 16/05/2023", "2023-05-16T15:20"),
    ("Ngày xuất bản: 16/05/2023 15:20", "16/05/2023 15:20", "2023-05-16T15:20"),
    ("Hôm qua lúc 10:15", "Hôm qua lúc 10:15", "2025-10-29T10:15"),
    ("1 giờ 5 phút trước", "1 giờ 5 phút trước", "2025-10-30T08:55"),
    ("Cách đây 2 giờ", "Cách đây 2 giờ", "2025-10-30T08:00"),
    ("khoảng 2 giờ trước", "khoảng 2 giờ trước", "2025-10-30T08:00"),
    ("an hour ago", "an hour ago", "2025-10-30T09:00"),
    ("Vừa xong", "Vừa xong", "2025-10-30T10:00"),
    ("just now", "just now", "2025-10-30T10:00"),
    ("16/05/2023 15:20 UTC+7", "16/05/2023 15:20 UTC+7", "2023-05-16T15:20"),
    ("16/05/2023 15:20 (GMT+0)", "16/05/2023 15:20 (GMT+0)", "2023-05-16T22:20"),
    ("Tue, 16 May 2023 15:20:00 +0700", "16 May 2023 15:20:00 +0700", "2023-05-16T15:20"),
    ("Tuesday, May 16, 2023 - 15:20", "May 16, 2023 - 15:20", "2023-05-16T15:20"),
]

DAYS = [
    ("Ngay dang: 5/06/2013", "5/06/2013", date(2013, 6, 5)),
    ("2 Tháng Ba, 2021", "2 Tháng Ba, 2021", date(2021, 3, 2)),
    ("9 Tháng Mười Hai, 2021", "9 Tháng Mười Hai, 2021", date(2021, 12, 9)),
    ("Tháng Năm 16, 2023", "Tháng Năm 16, 2023", date(2023, 5, 16)),
    ("Ngày 16 tháng 5 năm 2023", "16 tháng 5 năm 2023", date(2023, 5, 16)),
    ("ngày 16 tháng năm năm 2023", "16 tháng năm năm 2023", date(2023, 5, 16)),
    ("Publish date 06/05/2014 | 12:00 AM", "06/05/2014 | 12:00 AM", date(2014, 5, 6)),
    ("06/05/2014 12:00 SA", "06/05/2014 12:00 SA", date(2014, 5, 6)),
    ("16/05/2023 | View count: 75", "16/05/2023", date(2023, 5, 16)),
    ("CN, 14/05/2023", "14/05/2023", date(2023, 5, 14)),
    ("T7, 13/05/2023", "13/05/2023", date(2023, 5, 13)),
    ("Chúa nhật, 14/05/2023", "14/05/2023", date(2023, 5, 14)),
    ("19 thg 5, 2023", "19 thg 5, 2023", date(2023, 5, 19)),
    ("16 Th5 2023", "16 Th5 2023", date(2023, 5, 16)),
    ("Hôm kia", "Hôm kia", date(2025, 10, 28)),
    ("Cách đây 3 ngày", "Cách đây 3 ngày", date(2025, 10, 27)),
    ("a week ago", "a week ago", date(2025, 10, 23)),
    ("Chủ nhật, 14/05/2023", "14/05/2023", date(2023, 5, 14)),
    *((f"T{number} 16/05/2023", "16/05/2023", date(2023, 5, 16)) for number in range(2, 8)),
    ("2023-05-16", "2023-05-16", date(2023, 5, 16)),
    ("Hôm qua", "Hôm qua", date(2025, 10, 29)),
    ("3 ngày trước", "3 ngày trước", date(2025, 10, 27)),
    ("2 tuần trước", "2 tuần trước", date(2025, 10, 16)),
    ("31/10/2025", "31/10/2025", date(2025, 10, 31)),
]


@pytest.mark.parametrize(("text", "printed", "local"), MINUTES)
def test_a_time_is_read_to_the_minute(text, printed, local):
    """Each printed form gives its instant in UTC, its day in the portal's zone, its text."""
    when = read(text)
    at = datetime.fromisoformat(local).replace(tzinfo=HANOI)
    assert (when.at, when.precision, when.on) == (at, Precision.MINUTE, at.date())
    assert when.at.tzinfo is UTC
    assert when.text == (printed or text)


@pytest.mark.parametrize(("text", "printed", "on"), DAYS)
def test_a_day_without_a_time_has_the_precision_of_a_day(text, printed, on):
    """The instant is midnight in the portal's zone; 12:00 AM means that the time is unknown."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=HANOI).astimezone(UTC)
    assert read(text) == When(at=midnight, precision=Precision.DAY, text=printed, on=on)


@pytest.mark.parametrize(("text", "printed", "local"), MINUTES)
def test_unicode_form_and_missing_accents_change_nothing(text, printed, local):
    """NFD reads like NFC, and capitals like small letters."""
    assert read(unicodedata.normalize("NFD", text)) == read(text)
    assert read(text.upper()).at == read(text).at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "View count: 75",
        "Nghị quyết số 29-NQ/TW ngày 04/11/2013",
        "29-NQ/TW ngày 04/11/2013",
        "Chiều ngày 16/5, phường họp",
        "15:20",
        "45:30 phòng",
        "tháng 5 năm 2023",
        "16/05/23",
        "116/05/2023",
        "16/05/20234",
        "1 tháng trước",
    ],
)
def test_what_states_no_date_gives_none(text):
    """A date inside a sentence or a document's number is not the dateline."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("16/72/2020", "calendar"),
        ("31/02/2023", "calendar"),
        ("29/02/2023 10:00", "calendar"),
        ("0/05/2023", "calendar"),
        ("Ngày 16 tháng 13 năm 2022", "calendar"),
        ("16/05/2023 | 25:61", "time of day"),
        ("15:99 16/05/2023", "time of day"),
        ("16/05/2023 15:20 SA", "time of day"),
        ("15:20 sáng, 16/05/2023", "time of day"),
        ("24:00 16/05/2023", "time of day"),
        ("31 thg 4, 2023", "calendar"),
        ("5/16/2023 3:20 PM", "calendar"),
        ("2025-06-04+0715:19:00", "malformed"),
        ("2023-05-16T99:00", "time of day"),
        ("2023-05-16T15:20+99:00", "offset"),
        ("01/01/0001 | 12:00 AM", "before 1900"),
        ("9999-12-31T23:59:59-14:00", "calendar"),
        ("16/05/2030 10:00", "later than the capture"),
        ("01/11/2025", "later than the capture"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_its_reason(text, reason):
    """A wrong date is never quietly absent and never quietly kept."""
    with pytest.raises(BadValue, match=reason):
        read(text)


def test_relative_times_count_from_the_capture_in_the_portals_zone():
    """Shortly after midnight in Hanoi yesterday is not what UTC calls yesterday."""
    just_after_midnight = datetime(2025, 10, 29, 17, 30, tzinfo=UTC)
    assert read("Hôm qua", just_after_midnight).on == date(2025, 10, 29)
    assert read("2 giờ trước", just_after_midnight).on == date(2025, 10, 29)


VI_MONTHS = "Một|Hai|Ba|Tư|Năm|Sáu|Bảy|Tám|Chín|Mười|Mười Một|Mười Hai"
EN_MONTHS = "January February March April May June July August September October November December"


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_by_its_words(month):
    """Vietnamese, English, and English in three letters."""
    vietnamese = VI_MONTHS.split("|")[month - 1]
    english = EN_MONTHS.split()[month - 1]
    for text in (
        f"2 Tháng {vietnamese}, 2021",
        f"Tháng {vietnamese} 2, 2021",
        f"{english} 2, 2021",
        f"2 {english[:3]} 2021",
    ):
        assert read(text).on == date(2021, month, 2)
    for word, number in (("Giêng", 1), ("Bốn", 4), ("Bẩy", 7), ("Chạp", 12)):
        assert read(f"2 tháng {word} năm 2021").on == date(2021, number, 2)


WEEKDAYS = (
    "Thứ Hai|Thứ ba|THỨ TƯ|Thứ Năm|Thứ Sáu|Thứ Bảy|Thứ Bẩy|Chủ nhật|Chúa Nhật|Thứ 2|Thứ 7|T2|T7|CN"
    "|Monday|Tue|Wednesday|Thu|Friday|Sat|Sun"
)


@pytest.mark.parametrize("weekday", WEEKDAYS.split("|"))
def test_every_weekday_may_stand_before_a_date(weekday):
    """Nobody checks whether it is the right one: the date is what counts."""
    for between in (", ", " - ", ", ngày ", " "):
        assert read(f"{weekday}{between}16/05/2023 15:20").text == "16/05/2023 15:20"


US = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y")


@pytest.mark.parametrize(
    ("text", "formats", "printed", "local"),
    [
        ("05/06/2023 03:20 PM", US, "05/06/2023 03:20 PM", "2023-05-06T15:20"),
        ("5/6/2023 3:20 CH", US, "5/6/2023 3:20 CH", "2023-05-06T15:20"),
        ("Ngày đăng 05/06/2023 03:20 PM", US, "05/06/2023 03:20 PM", "2023-05-06T15:20"),
        ("Đưa lên: 05/06/2023 03:20 PM", US, "05/06/2023 03:20 PM", "2023-05-06T15:20"),
        ("An | Ngày đăng: 05/06/2023 03:20 PM", US, "05/06/2023 03:20 PM", "2023-05-06T15:20"),
        ("05/06/2023 03:20 PM | View count: 7", US, "05/06/2023 03:20 PM", "2023-05-06T15:20"),
        ("05/06/2023 08:20 AM (GMT+0)", US, "05/06/2023 08:20 AM (GMT+0)", "2023-05-06T15:20"),
        ("2023.06.05, 15h20", ("%Y.%d.%m, %Hh%M",), "2023.06.05, 15h20", "2023-05-06T15:20"),
        ("06-Thg 5-23 15:20", ("%d-%b-%y %H:%M",), "06-Thg 5-23 15:20", "2023-05-06T15:20"),
        ("May 6 2023 15:20", ("%B %d %Y %H:%M",), "May 6 2023 15:20", "2023-05-06T15:20"),
        (
            "Thứ bảy ngày 6 tháng 5 năm 2023 lúc 15:20",
            ("%A ngày %d tháng %m năm %Y lúc %H:%M",),
            "Thứ bảy ngày 6 tháng 5 năm 2023 lúc 15:20",
            "2023-05-06T15:20",
        ),
        (
            "20230605T082000Z",
            ("%Y%d%mT%H%M%S%z",),
            "20230605T082000Z",
            "2023-05-06T15:20",
        ),
    ],
)
def test_a_portals_own_format_is_tried_first(text, formats, printed, local):
    """At the beginning or after a label; what follows is left alone."""
    when = read(text, formats=formats)
    at = datetime.fromisoformat(local).replace(tzinfo=HANOI)
    assert (when.at, when.precision, when.text) == (at, Precision.MINUTE, printed)


@pytest.mark.parametrize(
    "text", ["05/06/2023", "Ngày đăng: 05/06/2023", "05/06/2023 | View count: 75"]
)
def test_a_format_without_an_hour_gives_a_day(text):
    """The instant is midnight in the portal's zone."""
    midnight = datetime(2023, 5, 6, tzinfo=HANOI).astimezone(UTC)
    expected = When(at=midnight, precision=Precision.DAY, text="05/06/2023", on=date(2023, 5, 6))
    assert read(text, formats=("%m/%d/%Y",)) == expected


@pytest.mark.parametrize(
    ("text", "formats", "local"),
    [
        ("16/05/2023 15:20", US, "2023-05-16T15:20"),
        ("2023-05-16T15:20:00+07:00", US, "2023-05-16T15:20"),
        ("2 giờ trước", US, "2025-10-30T08:00"),
        ("16/05/2023 03:20 PM", ("%d/%m/%Y %H:%M",), "2023-05-16T15:20"),
        ("16/05/2023 15:20:30", ("%d/%m/%Y %H:%M",), "2023-05-16T15:20:30"),
    ],
)
def test_a_format_that_does_not_match_leaves_it_to_the_grammar(text, formats, local):
    """Neither a month 16 nor half a time is a match."""
    at = datetime.fromisoformat(local).replace(tzinfo=HANOI)
    assert read(text, formats=formats).at == at


def test_an_unknown_time_and_a_future_are_the_same_by_a_format():
    """The promises of the grammar hold for formats too."""
    assert read("05/06/2023 12:00 AM", formats=US).precision is Precision.DAY
    assert read("Chiều 05/06", formats=US) is None
    with pytest.raises(BadValue, match="later than the capture"):
        read("11/01/2025 03:20 PM", formats=US)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("%Q/%m/%Y", "%Q"),
        ("%d/%m/%Y %", "%"),
        ("%d/%d/%Y %m", "twice"),
        ("%d/%m", "a year"),
        ("%H:%M", "a day"),
        ("", "a day"),
    ],
)
def test_a_format_that_can_never_match_is_a_users_mistake(written, reason):
    """It is named in one line before anything is read with it."""
    with pytest.raises(ConfigError, match=reason):
        check_format(written)


def test_a_format_that_can_match_is_accepted():
    """Every directive of the docs, in any order."""
    for written in (*US, "%A %d %B %Y %H:%M:%S.%f %z", "%a %d %b %y %I%p %%"):
        check_format(written)


@given(st.dates(date(1990, 1, 1), date(2025, 10, 29)), st.times())
def test_every_day_and_minute_is_read_back(day, clock):
    """Whatever the Hanoi platform prints, its own day and minute come back."""
    when = read(f"Ngày đăng {day:%d/%m/%Y} | {clock:%H:%M} | View count: 75")
    assert when.at.astimezone(HANOI).replace(tzinfo=None) == datetime.combine(
        day, clock.replace(second=0, microsecond=0)
    )


PRINTED = "16 05 2023 99 / - : | T Z +07 ngày tháng năm thứ ba hôm qua giờ trước AM CH ( ) ' lúc"
FRAGMENTS = st.sampled_from(PRINTED.split())


@given(
    st.one_of(
        st.text(),
        st.lists(FRAGMENTS, max_size=14).map(" ".join),
        st.lists(FRAGMENTS, max_size=14).map("".join),
    )
)
def test_any_text_is_a_date_or_none_or_refused(text):
    """No text raises anything but BadValue, whatever formats the portal has."""
    for formats in ((), US, ("%d %m %Y %H : %M", "ngày %d tháng %m năm %Y %z")):
        with contextlib.suppress(BadValue):
            when = read(text, formats=formats)
            assert when is None or isinstance(when, When)


HOSTILE = [
    *(" ", "1", "1/", "16/05/2023 ", "ngày ", "thứ ba, ", "15:20 ", "a", "\u0301", "Ngày đăng "),
    *("cách đây ", "1 giờ ", "15:20 sáng ", "thg ", "A: "),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    with contextlib.suppress(BadValue):
        read(piece * (1_000_000 // len(piece)), formats=US)
    assert time.perf_counter() - began < 2
