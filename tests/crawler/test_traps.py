"""Endless sites: what a crawler takes of them when it counts the shapes of their URLs."""

import random
import re
from collections import Counter, deque
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import PageKind
from crawler.layout import Site, UrlRules
from crawler.portals import FAMILIES
from crawler.traps import CONTENT_FACTOR, USUAL_DEPTH, shapes
from crawler.urls import link_of

HOST = "songmay.example.vn"
HOME = f"https://{HOST}/"
LIMIT = 50


def site_of_family(family_id, limit=LIMIT):
    return Site(
        portal="songmay",
        home=HOME,
        hosts=frozenset({HOST}),
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        family=FAMILIES[family_id],
        trap_limit=limit,
    )


GENERIC = site_of_family("generic")
HANOI = site_of_family("hanoi-liferay")
NUKEVIET = site_of_family("nukeviet")


def crawl(links_on, site, *, kind=PageKind.LISTING, pages=3_000):
    """A crawler that takes a link when no shape of it is full; what it took, and what it told."""
    counts, told = Counter(), Counter()
    taken, queue = {site.home}, deque([site.home])
    while queue and len(taken) < pages:
        here = queue.popleft()
        for href in links_on(here):
            link = link_of(href, here, site)
            if link is None or link.url in taken:
                continue
            found = shapes(link.url, site, kind)
            full = [shape for shape in found if counts[shape.key] >= shape.limit]
            told.update((shape.key, shape.reason) for shape in full if shape.key not in dict(told))
            if not full:
                counts.update(shape.key for shape in found)
                taken.add(link.url)
                queue.append(link.url)
    return taken, told


# --- sites that never end ------------------------------------------------------------------------


def calendar_of(link):
    """Pages that lead a day on and a day back, for ever; `link` writes the day into a URL."""

    def links_on(url):
        days = re.findall(r"([0-9]{4})[^0-9]?([0-9]{2})[^0-9]?([0-9]{2})", url.replace("%2F", "/"))
        day = date(*map(int, days[-1])) if days else date(2026, 11, 24)
        return [link(day + timedelta(days=1)), link(day - timedelta(days=1))]

    return links_on


def filters(url):
    """A list that may be sorted and filtered; every combination is a URL."""
    parts = dict(p.split("=") for p in url.partition("?")[2].split("&") if "=" in p)
    for name in ("sort", "filter_color", "view", "per_page", "orderby"):
        parts_too = {**parts, name: str(int(parts.get(name, "0")) + 1)}
        yield "/van-ban?" + "&".join(f"{n}={v}" for n, v in parts_too.items())


def growing(url):
    """Relative links that put one more level below the page."""
    return [f"{url.rstrip('/')}/muc-{url.count('/')}/"]


def alternating(url):
    """`/a/b/a/b/…`: a relative link on each of two pages to the other, and some more."""
    path = url.removeprefix(HOME).strip("/")
    names = path.split("/") if path else []
    return [f"/{'/'.join([*names, each])}" for each in ("tin", "anh", "phim") if len(names) < 9]


def token(url, salt=""):
    dice = random.Random(url + salt)
    return "".join(dice.choices("0123456789abcdef", k=31)) + "7e"


def session_in_path(url):
    return [f"/{token(url)}/van-hoa/-/view_content/737358-a.html", f"/{token(url, 'x')}/tin-tuc"][
        :1
    ]


def session_param(url):
    return [f"/tin-tuc?muc=1&phien={token(url)}", f"/tin-tuc?muc=1&phien={token(url, 'x')}"]


def new_names(url):
    return [f"/tin-tuc?x{token(url)[:9]}=1&y{token(url, 'y')[:5]}=2" for _ in range(2)]


def new_values(url):
    number = int((re.findall("[0-9]+$", url) or ["0"])[0])
    return [f"/muc?ma={number + 1}", f"/muc?ma={number + 7}"]


def searches(url):
    return [f"/van-ban?tu_khoa=tu{token(url)[:6]}", f"/kq?keyword={token(url)[:7]}"]


ENDLESS = {
    "days in the path": calendar_of(lambda day: f"/lich/{day:%Y/%m/%d}"),
    "days with hyphens": calendar_of(lambda day: f"/su-kien/{day:%Y-%m-%d}/"),
    "days as one number": calendar_of(lambda day: f"/lich/{day:%Y%m%d}"),
    "days with a slug": calendar_of(lambda day: f"/lich-cong-tac/{day:%Y-%m-%d}/chi-tiet-lich"),
    "days in a parameter": calendar_of(lambda day: f"/lich-hop?ngay={day:%Y/%m/%d}"),
    "days under ever new names": calendar_of(
        lambda day: f"/lich-hop?ngay={day:%Y-%m-%d}&{token(str(day))}=1"
    ),
    "filters": filters,
    "paths that grow": growing,
    "alternating segments": alternating,
    "an unknown session parameter": session_param,
    "new parameter names": new_names,
    "new parameter values": new_values,
    "searches": searches,
}


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("site", [GENERIC, HANOI], ids=["generic", "hanoi-liferay"])
def test_of_an_endless_site_a_bounded_part_is_taken(name, site):
    """The crawl comes to its end by itself, after a few times the limit."""
    taken, told = crawl(ENDLESS[name], site)
    assert len(taken) <= 4 * LIMIT + 60
    assert told


@pytest.mark.parametrize("name", ENDLESS)
def test_each_trap_is_told_in_a_sentence_for_people(name):
    """With a number and a place, short enough for a line of a log; no URL of 2,000 letters."""
    _, told = crawl(ENDLESS[name], GENERIC)
    for _, reason in told:
        assert re.fullmatch(r"[a-z][^:]+: over [0-9,]+ [a-z].{3,140}", reason), reason


def test_one_article_under_ever_new_sessions_is_taken_a_few_times():
    """The native id tells that it is one; the loop is cut at ten addresses here."""
    taken, told = crawl(session_in_path, HANOI)
    assert len(taken) <= 12
    assert [reason for _, reason in told] == [
        "a session in its URLs: over 10 addresses of article 737358"
    ]


def test_an_article_behind_a_query_is_counted_by_its_id():
    """NukeViet's `?nv=news&op=…-12` with more and more beside it is one article."""

    def links_on(url):
        return [f"/index.php?language=vi&nv=news&op=kinh-te/tin-12&zz={token(url)}"]

    taken, _ = crawl(links_on, NUKEVIET)
    assert len(taken) <= 12


def test_even_what_stands_where_articles_stand_comes_to_an_end():
    """A trap that lists its days as articles is bounded too, higher: portals have many articles."""
    small = site_of_family("generic", limit=1)
    taken, told = crawl(ENDLESS["new parameter values"], small, kind=PageKind.ARTICLE)
    assert len(taken) == CONTENT_FACTOR + 1
    assert told


@settings(deadline=None, max_examples=40)  # a whole crawl each
@given(st.sampled_from(sorted(ENDLESS)), st.integers(10, 200))
def test_the_bound_follows_the_portals_one_number(name, limit):
    """`trap_limit` moves every bound with it."""
    taken, _ = crawl(ENDLESS[name], site_of_family("generic", limit))
    assert len(taken) <= 4 * limit + 100


# --- what is no trap -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "path", "kind"),
    [
        ("generic", "/", PageKind.FRONT),
        ("generic", "/tin-tuc", PageKind.LISTING),
        ("generic", "/van-hoa/le-hoi-chua-huong-218743.html", PageKind.ARTICLE),
        ("generic", "/2023/05/16/chinh-quyen-so-o-son-tay", PageKind.ARTICLE),
        ("generic", "/2023/05/16/chinh-quyen-so-o-son-tay/", PageKind.LISTING),
        ("generic", "/tin/ke-hoach-thang-11-2026-123456.html", PageKind.ARTICLE),
        ("wordpress", "/2023/05/chinh-quyen-so/", PageKind.ARTICLE),
        ("hanoi-liferay", "/van-hoa/-/view_content/737358-thang-long.html", PageKind.ARTICLE),
        ("hanoi-liferay", "/web/sotttt-eng/culture", PageKind.LISTING),
        ("vnexpress", "/thoi-su/tin-4955345.html", PageKind.ARTICLE),
        ("nukeviet", "/vi/news/kinh-te/tin-moi-12.html", PageKind.ARTICLE),
        ("generic", "/tin-tuc/tin-tuc/tin-moi", PageKind.LISTING),  # a section called as its parent
        ("generic", "/van-ban/12/12/12", PageKind.LISTING),
    ],
)
def test_an_ordinary_link_has_no_shape(family, path, kind):
    """Articles with a date in their path among them: nothing is counted for them."""
    assert shapes(HOME + path[1:], site_of_family(family), kind) == ()


@pytest.mark.parametrize(
    "path",
    ["/tin-tuc?page=2", "/lich/2026/11/24?page=2", "/tim-kiem?q=a&page=9", "/a/b/a/b/page/2"],
)
def test_the_next_page_of_a_listing_is_no_trap(path):
    """Whoever follows a listing bounds how far; here the step is not counted."""
    assert shapes(HOME + path[1:], GENERIC, PageKind.LISTING, is_pager=True) == ()
    assert shapes(HOME + path[1:], GENERIC, PageKind.LISTING)


def test_a_thousand_articles_behind_one_path_are_all_taken():
    """`/ChiTiet.aspx?ID=7` names content: filters have the limit, articles a hundred times it."""
    counts = Counter()
    for number in range(1_000):
        for shape in shapes(f"{HOME}ChiTiet.aspx?ID={number}", GENERIC, PageKind.ARTICLE):
            counts[shape.key] += 1
            assert counts[shape.key] <= shape.limit
    assert counts


def test_articles_with_ids_of_a_machines_making_are_all_taken():
    """`?id=<GUID>` beside a language: a token that is called an id is no session."""
    counts = Counter()
    for number in range(500):
        own = f"{number:08x}-0000-4000-8000-000000000000"
        url = f"{HOME}chi-tiet?id={own}&lang=vi"
        for shape in shapes(url, GENERIC, PageKind.ARTICLE):
            counts[shape.key] += 1
            assert counts[shape.key] <= shape.limit


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/lich/2026/11/24", "calendar:/lich/#/#/#"),
        ("/lich-tuan/2026-11-24/tuan-48", "calendar:/lich-tuan/#-#-#/tuan-#"),
        ("/lich/20261124/", "calendar:/lich/#/"),
        ("/tin-tuc/24-11-2026.html", "calendar:/tin-tuc/#-#-#.html"),
        ("/su-kien?thang=11&nam=2026", "calendar:/su-kien"),
        ("/su-kien?tribe_date=2026-11", "calendar:/su-kien"),
        ("/xem?tu=24%2F11%2F2026", "calendar:/xem"),
        ("/tim-kiem/le-hoi", "search"),
        ("/san-pham?orderby=price", "filters:/san-pham"),
        ("/x?_101_INSTANCE_abc_delta=75", "filters:/x"),
        ("/" + "/".join(f"s{n}" for n in range(USUAL_DEPTH + 1)), "depth"),
        ("/a/b/a/b", "repeats"),
        ("/a/b/a/c/a", "repeats"),
        ("/x/a/b/c/a/b", "repeats"),
        ("/muc/12?x=1", "query:/muc/#"),
    ],
)
def test_which_shape_a_url_has(path, key):
    """The key is what its twins share: numbers are gone from it."""
    assert key in [shape.key for shape in shapes(HOME + path[1:], GENERIC, PageKind.LISTING)]


def test_numbers_that_are_no_dates_make_no_calendar():
    """An id of eight digits, a document's number, a month that is none."""
    for path in ("/x?id=20269924", "/van-ban/12-345", "/tin/2026", "/x?id=1999", "/muc/45-2026"):
        found = shapes(HOME + path[1:], GENERIC, PageKind.LISTING)
        assert not [shape for shape in found if shape.key.startswith("calendar")], path


def test_the_limits_follow_one_number():
    """Calendars have it, searches and repeats a tenth, sessions a thirty-third."""
    site = site_of_family("generic", limit=1_000)

    def limits(path):
        return [shape.limit for shape in shapes(HOME + path[1:], site, PageKind.LISTING)]

    assert limits("/lich/2026/11/24") == [1_000]
    assert limits("/a/b/a/b") == [100]
    assert limits("/tim-kiem/x") == [100]
    assert limits(f"/x?a=1&b={token('x')}") == [30, 1_000]
    assert limits("/x?sort=1") == [100, 1_000, 1_000]


def test_a_key_is_short_and_still_its_own():
    """Paths of 1,900 letters that differ at their end have two keys of at most 160."""
    long = "/".join(f"muc{n}" for n in range(11)) + "/" + "x" * 1_800
    keys = {
        shape.key
        for end in ("a?x=1", "b?x=1")
        for shape in shapes(f"{HOME}{long}{end}", GENERIC, PageKind.LISTING)
    }
    assert len(keys) == 2
    assert max(map(len, keys)) <= 160


@given(st.text(max_size=80), st.sampled_from(sorted(FAMILIES)), st.sampled_from(list(PageKind)))
def test_any_url_has_shapes_or_none(text, family, kind):
    """Never an exception; the same URL has the same shapes; keys are told apart."""
    site = site_of_family(family)
    link = link_of("/" + text, HOME, site)
    if link is not None:
        found = shapes(link.url, site, kind)
        assert found == shapes(link.url, site, kind)
        assert len({shape.key for shape in found}) == len(found)
        assert all(shape.limit >= 1 and shape.reason for shape in found)


def test_a_family_without_articles_is_no_obstacle():
    """A site whose articles no pattern knows still has shapes."""
    family = replace(FAMILIES["generic"], urls=UrlRules(article=None))
    site = replace(GENERIC, family=family)
    assert shapes(f"{HOME}x?a=1", site, PageKind.OTHER)
