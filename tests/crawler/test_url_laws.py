"""The laws of the one form of a URL, over URLs and spellings made at random.

A URL is made of its parts; a *spelling* writes the same URL otherwise. All spellings have one form,
and what a server may tell apart has two.
"""

import unicodedata

import ada_url
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crawler.layout import UrlRules
from crawler.urls import canonical

RULES = UrlRules(article=None)
BASE = "https://songmay.example.vn/tin-tuc/trang.html"
LETTERS = "abcxyzABC019-_.~đĐáế中"
PIECE = st.text(LETTERS, min_size=1, max_size=6).filter(lambda text: text.strip(".") != "")
RESERVED = ("%2F", "%3F", "%26", "%3D", "%2B", "%25", "%23", "%3B", "%20")
NAME = st.text("abcđ_-019", min_size=1, max_size=5).map("n{}".format)  # none that is noise
VALUE = st.lists(st.one_of(PIECE, st.sampled_from(RESERVED)), max_size=3).map("".join)
PARAMS = st.lists(st.tuples(NAME, VALUE), max_size=5)
SEGMENTS = st.lists(PIECE, max_size=4)
HOSTS = st.sampled_from(["songmay.example.vn", "sôngmây.vn", "việt-nam.example", "a.b.example"])
NOISE = st.sampled_from([
    "utm_source=zalo", "utm_campaign=x%20y", "UTM_Medium=m", "fbclid=IwAR0x", "gclid=1", "yclid=2",
    "msclkid=3", "igshid=4", "mc_cid=5", "mc_eid=6", "zarsrc=30", "gidzl=a-b", "_ga=2.3", "_gl=1*x",
    "dclid=", "gbraid=7", "mtm_source=z", "PHPSESSID=q1w2", "phpsessid=", "JSESSIONID=A.node1",
    "ASPSESSIONIDQQBTRCSA=OFKL", "CFID=12", "CFTOKEN=34", "osCsid=5f", "ASP.NET_SessionId=zz",
    "sid=0123456789abcdef0123456789abcdef", "session_id=k2j3h4g5f6d7s8a9q0w1", "%75tm_source=1",
])  # fmt: skip


def form(href, base=BASE, rules=RULES):
    return canonical(href, base, rules)


def query_of(pairs):
    return "&".join(f"{name}={value}" for name, value in pairs)


def url_of(host, segments, pairs, scheme="https"):
    query = query_of(pairs)
    return f"{scheme}://{host}/{'/'.join(segments)}{'?' if query else ''}{query}"


@st.composite
def urls(draw):
    """A whole URL without noise."""
    scheme = draw(st.sampled_from(["http", "https"]))
    return url_of(draw(HOSTS), draw(SEGMENTS), draw(PARAMS), scheme)


def escaped(text, dice):
    """The same text with some unreserved signs escaped, and escapes in either case."""
    written = []
    for sign in text:
        plain = sign.isascii() and (sign.isalnum() or sign in "-_~")
        if plain and dice.random() < 0.4:
            sign = f"%{ord(sign):02X}"
        elif not sign.isascii() and dice.random() < 0.5:
            sign = "".join(f"%{byte:02x}" for byte in sign.encode())
        written.append(sign.lower() if sign.startswith("%") and dice.random() < 0.5 else sign)
    return "".join(written)


def with_escapes_kept(text, dice):
    """`escaped`, but what is an escape already stays one."""
    parts = text.split("%")
    return escaped(parts[0], dice) + "".join(
        "%" + (part[:2].lower() if dice.random() < 0.5 else part[:2]) + escaped(part[2:], dice)
        for part in parts[1:]
    )


@given(st.one_of(st.text(max_size=60), urls()))
@example("https://a.example/(S(x))/(S(y))/b")
@example("https://a.example/;jsessionid=1/(S(x))/..")
@example("https://a.example/a|b?x={y}|z")
@example("/%28S%28abc%29%29/x?utm_a=1&utm_b")
@example("https://a.example/?s=0123456789abcdef0123456789abcdef&&sid=1")
def test_the_form_of_a_form_is_itself(href):
    """Twice is once, on whatever page the form is found."""
    once = form(href)
    assume(once is not None)
    assert form(once) == once
    assert form(once, "http://elsewhere.example/x/y?z") == once


@given(urls(), st.lists(NOISE, max_size=5), st.randoms(use_true_random=False))
def test_sessions_and_tracking_in_any_place_do_not_matter(url, noise, dice):
    """What tells whose click it was is taken away, wherever it stands."""
    path, _, query = url.partition("?")
    parts = [part for part in query.split("&") if part]
    for each in noise:
        parts.insert(dice.randint(0, len(parts)), each)
    assert form(f"{path}?{'&'.join(parts)}") == form(url)


@given(HOSTS, SEGMENTS, PARAMS, st.data())
def test_session_ids_in_the_path_do_not_matter(host, segments, pairs, data):
    """`;jsessionid=…` at any segment, and ASP.NET's cookieless `/(S(…))/` before any."""
    at = data.draw(st.integers(0, len(segments)))
    cookieless = data.draw(
        st.sampled_from(["(S(lit3py55t21z5v55vlm25s55))", "(s(x))", "(A(q)F(w)S(e))", "(X(1)S(2))"])
    )
    plain = url_of(host, segments, pairs)
    within = [*segments[:at], cookieless, *segments[at:]]
    if at < len(segments) or not segments:
        assert form(url_of(host, within, pairs)) == form(plain)
    if segments:
        at = min(at, len(segments) - 1)
        session = data.draw(st.sampled_from([";jsessionid=8F2.n1", ";JSESSIONID=", ";sid=1"]))
        dressed = [*segments[:at], segments[at] + session, *segments[at + 1 :]]
        assert form(url_of(host, dressed, pairs)) == form(plain)


@given(HOSTS, SEGMENTS, PARAMS, st.randoms(use_true_random=False))
def test_the_order_of_different_names_does_not_matter(host, segments, pairs, dice):
    """Shuffled parameters are one page, as long as equal names keep their order."""
    shuffled = sorted(pairs, key=lambda pair: dice.random())
    slots = {name: iter([p for p in pairs if p[0] == name]) for name, _ in pairs}
    same_order = [next(slots[name]) for name, _ in shuffled]
    assert form(url_of(host, segments, same_order)) == form(url_of(host, segments, pairs))


@given(HOSTS, SEGMENTS, PARAMS, st.randoms(use_true_random=False))
def test_how_a_sign_is_escaped_does_not_matter(host, segments, pairs, dice):
    """Case of an escape, escaped letters and digits, and letters beyond ASCII bare or escaped."""
    path = [escaped(segment, dice) for segment in segments]
    query = [(escaped(n, dice), with_escapes_kept(v, dice)) for n, v in pairs]
    assert form(url_of(host, path, query)) == form(url_of(host, segments, pairs))


@given(HOSTS, SEGMENTS, PARAMS, st.sampled_from(["", "#", "#noi-dung", "#a?b=/c"]), st.data())
def test_host_port_and_fragment_spellings_do_not_matter(host, segments, pairs, fragment, data):
    """Capitals, punycode, the scheme's own port, and places on the page."""
    scheme, port = data.draw(st.sampled_from([("http", ":80"), ("https", ":443")]))
    plain = url_of(host, segments, pairs, scheme)
    ascii_host = ada_url.URL(f"https://{host}/").hostname
    for written in (host.upper(), ascii_host, ascii_host.upper(), host + port):
        spelled = url_of(written, segments, pairs, scheme.upper())
        assert form(spelled + fragment) == form(plain)
    if host.isascii():  # a host in letters may come decomposed, too
        return
    assert form(url_of(unicodedata.normalize("NFD", host), segments, pairs, scheme)) == form(plain)


@given(HOSTS, SEGMENTS, PARAMS, st.data())
def test_dots_backslashes_and_broken_lines_do_not_matter(host, segments, pairs, data):
    """`.` and `..` segments, `\\` for `/`, tabs and newlines that a template left in a link."""
    plain = url_of(host, segments, pairs)
    at = data.draw(st.integers(0, len(segments)))
    if at < len(segments):
        detour = data.draw(
            st.sampled_from([["."], ["x", ".."], ["%2e"], ["y", "%2E."], ["z", ".%2e"]])
        )
        dotted = [*segments[:at], *detour, *segments[at:]]
        assert form(url_of(host, dotted, pairs)) == form(plain)
    path, mark, query = plain.partition("?")
    assert form(path.replace("/", "\\") + mark + query) == form(plain)
    cut = data.draw(st.integers(1, len(plain) - 1))
    for gap in ("\n", "\t", "\r\n\t"):
        assert form(plain[:cut] + gap + plain[cut:]) == form(plain)
    assert form(f"  {plain}\n ") == form(plain)


@given(HOSTS, SEGMENTS, PARAMS)
def test_nothing_that_chooses_the_page_is_lost(host, segments, pairs):
    """Path and parameters come out with every letter they went in with, sorted by name."""
    found = ada_url.URL(form(url_of(host, segments, pairs)))
    wanted = ada_url.URL(url_of(host, segments, sorted(pairs, key=lambda pair: sent(pair[0]))))
    assert found.pathname == wanted.pathname
    assert found.search == wanted.search


def sent(text):
    """As it is sent: beyond ASCII escaped."""
    return ada_url.URL(f"https://a.example/?{text}").search


@given(HOSTS, SEGMENTS, PARAMS, st.data())
def test_another_value_is_another_page(host, segments, pairs, data):
    """A changed value, a changed letter's case, a slash at the end."""
    assume(pairs)
    at = data.draw(st.integers(0, len(pairs) - 1))
    name, value = pairs[at]
    other = [*pairs[:at], (name, value + "1"), *pairs[at + 1 :]]
    assert form(url_of(host, segments, other)) != form(url_of(host, segments, pairs))
    assume(segments)
    assert form(url_of(host, [*segments, ""], pairs)) != form(url_of(host, segments, pairs))
    swapped = [segments[0].swapcase(), *segments[1:]]
    assume(swapped != segments)
    assert form(url_of(host, swapped, pairs)) != form(url_of(host, segments, pairs))


@given(NAME, st.lists(VALUE, min_size=2, max_size=4, unique=True))
def test_the_order_of_equal_names_matters(name, values):
    """`?x=1&x=2` is a list; turned round it is another one."""
    pairs = [(name, value) for value in values]
    assert form(url_of("a.example", [], pairs)) != form(url_of("a.example", [], pairs[::-1]))


@pytest.mark.parametrize("escape", RESERVED)
def test_an_escaped_sign_with_a_meaning_stays_escaped(escape):
    """`%2F` is a letter of a name where `/` parts two; so with every sign that has a meaning."""
    bare = bytes.fromhex(escape[1:]).decode()
    if bare != " ":  # a blank cannot stand bare
        assert form(f"/a{escape}b") != form(f"/a{bare}b")
        assert form(f"/a?x=1{escape}y") != form(f"/a?x=1{bare}y")
    assert escape in form(f"/a{escape}b")
    assert escape in form(f"/a?x=1{escape}y")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a?x", "/a?x="),
        ("/a?x=", "/a"),
        ("/a?x=a+b", "/a?x=a%20b"),
        ("/a?sid=12", "/a?sid=13"),  # a section
        ("/a?s=kho-tin", "/a"),  # a search
        ("/a.jpg?w=680&s=JbSFSlt865cRhmYDeStc4A", "/a.jpg?w=680"),  # a signature
        ("/a?session=3", "/a?session=4"),  # of the people's council
        ("/a?sid=nghi-quyet-so-12-nam-2026", "/a"),
        ("/a?ref=1", "/a"),
        ("/a?clid=1", "/a"),
        ("/a?raid=1", "/a"),
        ("/(S)/a", "/a"),
        ("/(Sơn-Tây)/a", "/a"),
        ("/a;b=1", "/a"),
        ("http://a.example/", "https://a.example/"),
        ("http://a.example/", "http://a.example:8080/"),
        ("http://a.example/", "http://www.a.example/"),
    ],
)
def test_what_only_looks_like_noise_is_kept(one, other):
    """A short `sid` is a section, an empty value is said, and brackets are not a session."""
    assert form(one) != form(other)


@pytest.mark.parametrize("word", ["Tiếng Việt", "hòa bình", "Đảng"])
def test_composed_and_decomposed_letters_are_two_pages(word):
    """Servers compare bytes: NFC and NFD in a path or a value are kept as they are."""
    composed = unicodedata.normalize("NFC", word)
    apart = unicodedata.normalize("NFD", word)
    if composed != apart:
        assert form(f"/{composed}") != form(f"/{apart}")
        assert form(f"/?q1={composed}") != form(f"/?q1={apart}")


@pytest.mark.parametrize("sign", ["{", "}", "|", "^", "`"])
def test_signs_that_no_url_has_are_always_escaped(sign):
    """SharePoint writes `View={…}` and `View=%7B…%7D` for one list."""
    code = f"%{ord(sign):02X}"
    assert form(f"/a{sign}b?x={sign}") == form(f"/a{code.lower()}b?x={code}")
    assert code in form(f"/a?x={sign}")
