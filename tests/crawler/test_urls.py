"""What a URL is: its one form, its article, and why it may not be asked for."""

import re
from dataclasses import replace

import ada_url
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crawler.layout import UrlRules
from crawler.portals import FAMILIES
from crawler.urls import (
    MAX_PARAMS,
    MAX_SEGMENT_REPEATS,
    MAX_URL_LENGTH,
    canonical,
    is_feed_url,
    native_id,
    origin,
    refusal,
)
from tests.crawler.sites import BASE, RULES, SITE

HERE = f"{BASE}/tin-tuc/"
ARTICLE = f"{BASE}/van-hoa/-/view_content/737358-thang-long.html"

NAME = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in RULES.drop_params and not re.match("utm_|_ga|mc_|p_p_", name)
)
VALUE = st.from_regex(r"[A-Za-z0-9%.~+-]{0,8}", fullmatch=True)
PARAMS = st.lists(st.tuples(NAME, VALUE), max_size=6, unique_by=lambda pair: pair[0])
PATH = st.lists(st.from_regex(r"[a-z0-9-]{3,9}", fullmatch=True), min_size=1, max_size=4).map(
    lambda segments: "/" + "/".join(segments)
)
PIECES = st.sampled_from([
    *"/?&=#;:@.%_- \\\t", "..", "/vi", "/en", "vi", ".html", "a", "b=1", "t=5", "%41", "%2f", "%25",
    "%2e", ";jsessionid=x1", "/-/view_content/7-x", "http://", "https:", BASE, "đ", "\u0301", "\0",
    "p_p_lifecycle=1", "utm_source=z", "%C4%91", "xn--", "[", "中" * 90,
])  # fmt: skip
HREF = st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join))

# The result of a poll on the Hanoi platform: the one pop-up that may be asked for.
RESULT = (
    "/y-kien?p_p_id=59_INSTANCE_a1B2&p_p_lifecycle=0&p_p_state=pop_up&p_p_mode=view"
    "&p_p_col_id=column-2&p_p_col_pos=5&p_p_col_count=6&_59_INSTANCE_a1B2_flagRedirect=true"
)


def form(href, base=HERE):
    return canonical(href, base, RULES)


def query_of(pairs):
    return "&".join(f"{name}={value}" for name, value in pairs)


@given(HREF)
@example("/x?b=1/vi&a=2")  # sorting brings the suffix to the end
@example("/x?a=1/vi&t=5")  # so does dropping
@example("/a/..;jsessionid=1/b")  # a dot segment under a session id
@example("/%%34%31")  # an escape made of escapes
@example("/" + "中/" * 300)  # short as written, long as sent
@example("/x/vi;jsessionid=1/en?utm_a=1/vi&q/en")
def test_twice_is_once(href):
    """The one form of a URL is its own one form, and resolving it anywhere changes nothing."""
    once = form(href)
    assume(once is not None)
    assert form(once) == once
    assert form(once, "https://elsewhere.example/a/b?c") == once


@given(HREF)
def test_any_text_is_a_web_page_without_noise_or_no_page(href):
    """Never an exception; what is named is http, without fragment and credentials, not too long."""
    found = form(href)
    if found is not None:
        parsed = ada_url.URL(found)
        assert parsed.protocol in ("http:", "https:")
        assert not parsed.username + parsed.password + parsed.hash
        assert ";jsessionid=" not in parsed.pathname.lower()
        assert len(found) <= MAX_URL_LENGTH
        assert isinstance(refusal(found, SITE), str)
        native_id(found, RULES)


@given(PATH, PARAMS, st.randoms())
def test_the_order_of_parameters_does_not_matter(path, pairs, dice):
    """Two links that differ in the order of their parameters are one page."""
    shuffled = dice.sample(pairs, k=len(pairs))
    assert form(f"{path}?{query_of(pairs)}") == form(f"{path}?{query_of(shuffled)}")


@given(PATH, PARAMS)
def test_what_chooses_the_page_is_kept(path, pairs):
    """Path and parameters come out as they went in, sorted by name."""
    assume(not re.search(r"%[0-9A-Fa-f]{2}", query_of(pairs)))
    assume(path.rpartition("/")[2] not in ("vi", "en"))
    query = query_of(sorted(pairs))
    assert form(f"{path}?{query_of(pairs)}") == f"{BASE}{path}{'?' if query else ''}{query}"


@given(
    PATH,
    PARAMS,
    st.sampled_from([
        "utm_source=zalo", "utm_medium=x", "fbclid=1", "gclid=2", "zarsrc=30", "_ga=3", "t=1661580",
        "redirect=%2Fx", "inheritRedirect=true", "p_auth=aB3", "doAsUserLanguageId=en_US", "",
    ]),
    st.integers(0, 6),
)  # fmt: skip
def test_tracking_and_volatile_parameters_do_not_matter(path, pairs, noise, at):
    """What tells where a click came from, tokens and times of day choose no page."""
    parts = [f"{name}={value}" for name, value in pairs]
    noisy = "&".join([*parts[:at], noise, *parts[at:]])
    assert form(f"{path}?{noisy}") == form(f"{path}?{query_of(pairs)}")


@given(PATH, PARAMS, st.sampled_from([";jsessionid=8F2A.node1", ";JSESSIONID=x", ";jsessionid="]))
def test_session_ids_and_fragments_do_not_matter(path, pairs, session):
    """A session id in the path and a place on the page name the same page."""
    query = query_of(pairs)
    assert form(f"{path}{session}?{query}#noi-dung") == form(f"{path}?{query}")


@given(PATH, PARAMS)
def test_default_port_case_of_host_and_white_space_do_not_matter(path, pairs):
    """`:80` of http, capitals in scheme and host, blanks around a link."""
    rest = f"{path}?{query_of(pairs)}"
    host = BASE.removeprefix("http://")
    assert form(f" \n HTTP://{host.upper()}:80{rest}\t") == form(rest)
    assert form(f"//{host}{rest}") == form(rest)


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=8))
def test_how_a_character_is_escaped_does_not_matter(text):
    """`%c4%91` = `%C4%91` = `đ`, and a letter or digit may be escaped or not."""
    escaped = "".join(f"%{byte:02x}" for byte in text.encode())
    assert form(f"/tin-{escaped}") == form(f"/tin-{escaped.upper()}")
    assert form(f"/t%69n?%61=%31&q={escaped}") == form(f"/tin?a=1&q={escaped.upper()}")
    if text.isalnum():
        assert form(f"/tin-{text}") == form(f"/tin-{escaped}")


def test_an_escaped_slash_stays_another_path():
    """`%2F` is a character of a name, `/` is not."""
    assert form("/a%2fb") == f"{BASE}/a%2Fb" != form("/a/b")


@pytest.mark.parametrize("host", ["sôngmây.vn", "SÔNGMÂY.VN", "xn--sngmy-6qa6j.vn"])
def test_one_host_in_letters_and_in_ascii(host):
    """An international domain name is one host, however it is written."""
    assert form(f"https://{host}/x") == form("https://sôngmây.vn/x")
    assert "xn--" in form(f"https://{host}/x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a", "/b"),
        ("/a", "/A"),
        ("/a", "/a/"),
        ("/a?x=1", "/a?x=2"),
        ("/a?x=1&x=2", "/a?x=2&x=1"),
        ("/a?x=1", "/a"),
        ("/a?_101_cur=2", "/a?_101_cur=3"),
        ("http://songmay.example.vn/a", "https://songmay.example.vn/a"),
        ("http://songmay.example.vn/a", "http://songmay.example.vn:8080/a"),
        ("/tin-tuc/video", "/tin-tuc"),
        ("/video", "/o"),
        ("/x-vi", "/x"),
        ("/vien", "/"),
        ("/en/tin-tuc", "/tin-tuc"),
        ("/t?tt=1", "/t"),
    ],
)
def test_different_pages_stay_different(one, other):
    """Nothing that may choose the page is taken away."""
    assert form(one) != form(other)


@given(
    st.lists(st.sampled_from(["/vi", "/en"]), max_size=9).map("".join), st.sampled_from(["", "/"])
)
def test_the_suffix_trap_leads_back_to_the_article(suffix, slash):
    """`….html/vi/en/vi` answers with the list and links one deeper for ever: it is the article."""
    assert form(ARTICLE + suffix + (slash if suffix else "")) == ARTICLE
    assert form(f"{ARTICLE}{suffix}?x=1{suffix}") == ARTICLE
    assert native_id(form(ARTICLE + suffix), RULES) == "737358"


@given(PARAMS, st.lists(st.sampled_from(["/vi", "/en"]), min_size=1, max_size=9).map("".join))
def test_the_suffix_trap_is_taken_off_the_query_too(pairs, suffix):
    """`/so-do?entryId=6/vi/en` is `/so-do?entryId=6`, whatever parameter stands last."""
    assume(pairs)
    query = query_of(pairs)
    assert form(f"/so-do?{query}{suffix}") == form(f"/so-do?{query}")
    assert form(f"/so-do{suffix}?{query}") == form(f"/so-do?{query}")


@pytest.mark.parametrize("words", ["/video", "/vien", "/vi/tin-tuc", "/en/x"])
def test_only_whole_segments_at_the_end_are_the_trap(words):
    """A section called `video` and a language prefix stay."""
    assert form(words) == BASE + words


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/x/-/view_content/5079123-toa-am.html", "5079123"),
        ("/web/group/page/-/view_content/737358-a.html", "737358"),
        ("/x/-/view_content/3159591--hanoi.html", "3159591"),
        ("/x/-/view_content/12", "12"),
        ("/x/-/view_content/12.html", "12"),
        ("/x/-/view_content/12-a.html/vi/en", "12"),
        ("/x/-/view_content/12;jsessionid=1", "12"),
        ("/x/-/view_content/abc-12.html", None),
        ("/x/-/view_content/12abc.html", None),
        ("/x/-/view_content/" + "1" * 19, None),
        ("/x/view_content/12-a.html", None),
        ("/x?u=/-/view_content/12-a.html", None),
    ],
)
def test_the_id_in_an_articles_url(path, found):
    """The digits after `/-/view_content/`, and nothing that only looks like them."""
    assert native_id(form(path), RULES) == found


def test_an_articles_query_is_not_part_of_it():
    """Whatever parameters a link carries, the id chooses the article; an action among them too."""
    assert form(ARTICLE + "?p_p_id=101&_101_x=1&p_p_lifecycle=1&redirect=" + "a" * 2_500) == ARTICLE


@pytest.mark.parametrize(
    "href",
    [
        "", "  ", "#", "#top", "javascript:;", "JavaScript:alert(1)", "mailto:a@b.vn", "tel:024",
        "data:text/html,x", "ftp://songmay.example.vn/a", "file:///etc/passwd", "http://", "http://[",
        "http://a:b@songmay.example.vn/", "http://a@songmay.example.vn/",
        "//:pw@songmay.example.vn/",
        "http://songmay.example.vn:99999/", "/" + "a" * MAX_URL_LENGTH, "\ud800",
    ],
)  # fmt: skip
def test_what_names_no_page(href):
    """Places on the page, other schemes, credentials, broken and endless addresses."""
    assert form(href) is None


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("/dang-nhap", "login"),
        ("/dang-nhap/vi/en", "login"),
        ("/Dang-Nhap.html", "login"),
        ("/vi/dang-nhap", "login"),
        ("/login?x=1", "login"),
        ("/c/portal/login?p_l_id=123", "login"),
        ("/trang-chu?p_p_id=58&p_p_lifecycle=0", "login"),
        ("/trang-chu?p_p_lifecycle=0&p_p_id=58", "login"),
        ("/trang-chu?p_p_id=58/vi", "login"),
        ("/x?p_p_id=58_INSTANCE_abc", "login"),
        ("/x?a=1&_58_struts_action=%2Flogin%2Fcreate_account", "login"),
        ("/x?p_p_lifecycle=1", "action"),
        ("/x?p_p_id=101&p_p_lifecycle=1&p_auth=a", "action"),
        ("/x?p_p_lifecycle=2", "action"),
        ("/x?%70_p_lifecycle=%31", "action"),
        ("/x?p_p_lifecycle=1/vi/en", "action"),
        ("/c/portal/logout", "portal internals"),
        ("/vi/c/portal/logout", "portal internals"),
        ("/x?p_p_state=pop_up", "pop-up twin"),
        ("/x?p_p_id=59&p_p_lifecycle=0&p_p_state=pop_up", "pop-up twin"),
        (RESULT.replace("pop_up", "exclusive"), "pop-up twin"),
        (RESULT.replace("p_p_id=59", "p_p_id=101"), "pop-up twin"),
        (RESULT.replace("p_p_id=59_INSTANCE_a1B2", "p_p_id=59_INSTANCE_c3D4"), "pop-up twin"),
        (RESULT.replace("=true", "=false"), "pop-up twin"),
        (RESULT + "&z_choiceId=1", "pop-up twin"),
        (RESULT + "&a_choiceId=1", "pop-up twin"),
        (RESULT.replace("lifecycle=0", "lifecycle=1"), "action"),
        (RESULT.replace("&p_p_lifecycle=0", ""), "pop-up twin"),
        (RESULT.replace("/y-kien", "/dang-nhap"), "login"),
        ("/x?p_p_state=exclusive&a=1", "pop-up twin"),
        ("http://elsewhere.example/", "another host"),
        ("//elsewhere.example/-/view_content/1-a.html", "another host"),
        ("http://songmay.example.vn.evil.example/", "another host"),
        ("http://sub.songmay.example.vn/", "another host"),
        ("http://127.0.0.1/", "another host"),
        ("http://2130706433/", "another host"),
        ("http://songmay.example.vn:25/", "another port"),
        ("/a/b" * (MAX_SEGMENT_REPEATS + 1), "trap: repeated path segments"),
        ("/x?" + "&".join(f"p{n}=1" for n in range(MAX_PARAMS + 1)), "trap: too many parameters"),
    ],
)  # fmt: skip
def test_what_is_never_asked_for(href, reason):
    """Logins, actions, portal internals, pop-up twins, other hosts and endless addresses."""
    assert refusal(form(href), SITE) == reason


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize(
    "path",
    ["/dang-nhap", "/vi/dang-nhap/", "/Login.aspx?ReturnUrl=%2Fx", "/dang-xuat.html", "/logout",
     "/account/signin?next=/", "/LogOff", "/wp-login.php"],
)  # fmt: skip
def test_no_family_asks_for_a_login(family, path):
    """Nor for a logout: a whole segment of the path says so on whatever CMS."""
    assert refusal(form(path), replace(SITE, family=family)) == "login"


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("path", ["/login-mot-cua", "/huong-dan-dang-nhap", "/tin/dang-nhap-vneid"])
def test_a_page_about_logins_is_a_page(family, path):
    """`dang-nhap-vneid` is a word of a slug, not the login."""
    assert refusal(form(path), replace(SITE, family=family)) == ""


def test_an_endless_url_is_refused_however_it_came_here():
    """A URL of an older archive, or a redirect's, may be longer than the limit of today."""
    assert refusal(f"{BASE}/{'a' * MAX_URL_LENGTH}", SITE) == "trap: URL too long"


@pytest.mark.parametrize(
    "href",
    [
        "/", "/tin-tuc", ARTICLE, "/web/sotttt-eng/culture", "/dang-doan-the", "/login-huong-dan",
        "/huong-dan-dang-nhap", "/cong-khai?p_p_id=101&p_p_lifecycle=0&_101_cur=2",
        "/documents/20182/1/Bao cao.pdf/00000000-0000-0000-0000-000000000000?t=1",
        "/image/journal/article?img_id=81044311&t=1", "/x?p_p_id=580", "/clb/portal", RESULT,
        RESULT + "/vi/en",
    ],
)  # fmt: skip
def test_ordinary_pages_may_be_asked_for(href):
    """Front page, lists, articles, files, and names that only begin like a forbidden one."""
    assert refusal(form(href), SITE) == ""


def test_a_portals_other_hosts_and_its_own_bans_count():
    """Every host of the portal is in scope; a site may forbid more than its family."""
    site = replace(
        SITE, hosts=SITE.hosts | {"cu.example.vn"}, never=(("archive", re.compile("^/luu-tru/")),)
    )
    assert refusal("http://cu.example.vn/x", site) == ""
    assert refusal("http://cu.example.vn/luu-tru/1", site) == "archive"


def test_a_family_without_the_trap_keeps_its_paths():
    """`/vi` at the end means something elsewhere."""
    rules = UrlRules(article=re.compile("/(?P<id>[0-9]+)$"))
    assert canonical("/tin/vi?a=1/en", HERE, rules) == f"{BASE}/tin/vi?a=1/en"


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://songmay.example.vn/a?b", "http://songmay.example.vn"),
        ("https://songmay.example.vn:8443/a", "https://songmay.example.vn:8443"),
    ],
)
def test_origin_is_scheme_host_and_port(url, whole):
    """What one robots.txt speaks for."""
    assert origin(url) == whole


@pytest.mark.parametrize(
    "path",
    [
        "/rss", "/feed/", "/rss/tin-moi-nhat.rss", "/tin-tuc.rss", "/rss.xml", "/tin-tuc/rss.xml",
        "/feeds/posts/atom.xml", "/van-hoa/feed/", "/van-hoa/feed", "/atom.xml", "/feed.json",
        "/tin-tuc/-/asset_publisher/Kp3nQ7sTv2Wx/rss", "/?feed=rss2", "/tin?type=rss", "/RSS.aspx",
        "/index.php?language=vi&nv=news&op=rss", "/vi/news/rss/", "/vi/news/rss/kinh-te/",
        "/_layouts/15/listfeed.aspx?List=1", "/rss/home.html",
    ],
)  # fmt: skip
def test_what_is_plainly_a_feed(path):
    """Feeds that stand as plain links: by ending, by folder, by parameter."""
    assert is_feed_url(BASE + path)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/tin-tuc", "/rss-la-gi-123456.html", "/feedback", "/gioi-thieu/rss-la-gi", "/press",
        "/feed-chan-nuoi/thuc-an-12.html", "/x?type=rss-x", "/x?q=/rss", "/atom/hat-nhan.html",
        "/feed/chan-nuoi", "/tin?types=rss", "/harss", "/x?page=2#/rss",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_feed(path):
    """Pages about feeds, fodder and atoms."""
    assert not is_feed_url(BASE + path)
