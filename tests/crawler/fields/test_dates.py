"""What a printed date means."""

import contextlib
import time
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadValue
from core.records import Precision, When
from crawler.fields.dates import read_when

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CAPTURED_AT = datetime(2025, 10, 30, 3, 0, 30, tzinfo=UTC)  # 10:00 in Hanoi


def read(text, captured_at=CAPTURED_AT):
    return read_when(text, zone=HANOI, captured_at=captured_at)


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
    """No text raises anything but BadValue."""
    try:
        when = read(text)
    except BadValue:
        return
    assert when is None or isinstance(when, When)


@pytest.mark.parametrize(
    "piece",
    [" ", "1", "1/", "16/05/2023 ", "ngày ", "thứ ba, ", "15:20 ", "a", "\u0301", "Ngày đăng "],
)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    with contextlib.suppress(BadValue):
        read(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 2
