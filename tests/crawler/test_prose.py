"""The main text of unknown pages: found by shape, the same from two fetches, on any tree."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from core.records import BlockKind
from crawler.fields.blocks import read_blocks
from crawler.prose import find_headline, find_prose

TITLE = "Xã Nà Sa khánh thành trường mầm non mới"
LEAD = "Sáng 5/5, hơn hai trăm cháu bản Sa và bản Lắng được học trong ngôi trường mới xây bên suối."
STORY = (
    "Ngôi trường có sáu phòng học, một bếp ăn và sân chơi, được xây trong mười bốn tháng với số "
    "vốn 9,6 tỷ đồng, trong đó một phần ba do các nhà hảo tâm ở xuôi đóng góp.",
    "Bà Lò Thị Panh, hiệu trưởng, kể rằng trước đây cô trò phải học nhờ nhà văn hóa, mùa mưa nước "
    "ngập đến đầu gối. “Nay các cháu có chỗ ngủ trưa khô ráo”, bà nói.",
    "Ủy ban nhân dân xã cho biết từ tháng 9 trường nhận thêm trẻ từ mười tám tháng tuổi, mỗi lớp "
    "không quá hai mươi lăm cháu.",
    "Con đường vào trường cũng vừa được đổ bê tông, dài 640 mét, xe đưa đón đi lại dễ dàng.",
)
TEASER = "Một đoạn giới thiệu khá dài về một bài khác, nói chuyện mùa màng, giá cả và thời tiết."
OPINION = (
    "Tôi thấy việc này rất tốt cho bà con, mong chính quyền làm thêm nhiều trường như thế nữa."
)


def tree_of(body, *, title=f"{TITLE} - Trang tin Nà Sa", head=""):
    return LexborHTMLParser(
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def told(tree):
    """The blocks of text that the main text of a page has; None when it has none."""
    prose = find_prose(tree)
    if prose is None:
        return None
    body = read_blocks(prose.node, resolve=lambda href: href, skipped=prose.skipped)
    return [block.text for block in body.blocks if block.kind is not BlockKind.IMAGE]


def is_article(tree):
    prose = find_prose(tree)
    return prose is not None and prose.is_article


# --- the same text from two fetches ----------------------------------------------------------------

STYLES = {
    "paragraphs": lambda lines: "<div class=x7>" + "".join(f"<p>{x}</p>" for x in lines) + "</div>",
    "divs": lambda lines: "<div class=x7>" + "".join(f"<div>{x}</div>" for x in lines) + "</div>",
    "breaks": lambda lines: "<div class=x7>" + "<br><br>".join(lines) + "</div>",
    "cells": lambda lines: "<table><tr><td>" + "<br/><br/>".join(lines) + "</td></tr></table>",
    "word paste": lambda lines: (
        "<div>"
        + "".join(f'<p class="MsoNormal"><span><span>{x}</span></span></p>' for x in lines)
        + "<p>&nbsp;</p></div>"
    ),
    "sections": lambda lines: (
        "<article>" + "".join(f"<section><p>{x}</p></section>" for x in lines) + "</article>"
    ),
    "two halves": lambda lines: (
        "<div>"
        + f"<div class=a><p>{lines[0]}</p><p>{lines[1]}</p></div>"
        + f"<div class=b><p>{lines[2]}</p><p>{lines[3]}</p></div></div>"
    ),
}


def items(count, *, has_summary, tag):
    """Links to other articles, as lists below and beside an article have them."""
    made = []
    for number in range(count):
        link = (
            f"<a href='/tin/bai-so-{number}-{number * 977}.html'>Tựa bài khác số {number} ở đây</a>"
        )
        summary = f"<p>{TEASER} {number}</p>" if has_summary else ""
        made.append(f"<div class=it><{tag}>{link}</{tag}>{summary}</div>")
    return "".join(made)


def comments(count):
    return "".join(
        f"<div class=i><b>Người đọc {number}</b> <i>{number} giờ trước</i><p>{OPINION} {number}</p>"
        "<a href='#'>Trả lời</a></div>"
        for number in range(count)
    )


@st.composite
def fetches(draw):
    """What changes from one fetch to the next around an article that does not.

    Half of the lists have neither a class nor a label that tells what they are.
    """
    related = items(
        draw(st.integers(0, 14)),
        has_summary=draw(st.booleans()),
        tag=draw(st.sampled_from(("h3", "h4", "p", "b"))),
    )
    side = items(draw(st.integers(0, 9)), has_summary=draw(st.booleans()), tag="h5")
    views, token = draw(st.integers(0, 10**7)), draw(st.integers(0, 10**9))
    advert = "Quảng cáo: máy lọc nước giảm giá, bảo hành mười năm, gọi ngay hôm nay để nhận quà."
    opened = draw(
        st.sampled_from(["<div class=related-news>", "<div class=q><b>Tin liên quan</b>", "<div>"])
    )
    named = draw(st.sampled_from(["<div id=comments>", "<div class=u>"]))
    label = draw(st.sampled_from([f"Bình luận ({views % 90})", "Bạn nghĩ gì về việc này"]))
    notes = draw(st.sampled_from(["Giấy phép số 12/GP-TTĐT. Ghi rõ nguồn khi đăng lại. ", ""]))
    return {
        "clock": f"<div class=c>Thứ tư, 06/05/2026 08:{draw(st.integers(10, 59))}</div>",
        "views": f"<span>Lượt xem: {views}</span>",
        "token": f"<input type=hidden name=t value={token}><script>var t={token}</script>",
        "advert": f"<div class='ads ad-{token}'>{advert}</div>" * draw(st.integers(0, 3)),
        "related": f"{opened}{related}</div>" if related else "",
        "comments": f"{named}<h4>{label}</h4>{comments(draw(st.integers(0, 25)))}</div>",
        "side": f"<div class=s><h4>Đọc nhiều</h4>{side}</div>",
        "cookie": "<div class=cookie-notice>Chúng tôi dùng cookie để trang chạy tốt hơn.</div>"
        * draw(st.integers(0, 1)),
        "foot": f"<div class=f>{notes}"
        + "<p>Mọi góp ý xin gửi về ban biên tập theo địa chỉ dưới đây, trong giờ làm việc.</p>"
        * draw(st.integers(0, 12))
        + "</div>",
    }


def page(style, around):
    return tree_of(
        f"<div id=w>{around['clock']}{around['token']}<div class=m><div class=l><h1>{TITLE}</h1>"
        f"<div class=d>05/05/2026 10:20 {around['views']}</div><p class=k>{LEAD}</p>"
        f"{STYLES[style](STORY)}{around['advert']}{around['related']}{around['comments']}</div>"
        f"{around['side']}</div>{around['cookie']}{around['foot']}</div>"
    )


BARE = dict.fromkeys(
    ("clock", "views", "token", "advert", "related", "comments", "side", "cookie", "foot"), ""
)


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=40, deadline=None)
@given(first=fetches(), second=fetches())
def test_two_fetches_of_an_untouched_article_tell_the_same(style, first, second):
    """Counters, tokens, advertisements, related lists and comments neither stand in it nor choose."""
    assert told(page(style, first)) == told(page(style, second)) == list(STORY)
    assert find_prose(page(style, first)).lead == find_prose(page(style, second)).lead == LEAD


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=40, deadline=None)
@given(around=fetches())
def test_what_stands_around_changes_nothing(style, around):
    """Each thing alone, beside a page that has nothing but the article."""
    for part in BARE:
        tree = page(style, {**BARE, part: around[part]})
        assert told(tree) == list(STORY), part
        assert is_article(tree), part
    assert told(page(style, BARE)) == list(STORY)


@settings(max_examples=60, deadline=None)
@given(first=fetches(), second=fetches())
def test_a_short_article_does_not_choose_otherwise_either(first, second):
    """Three sentences are enough, whatever stands below them."""
    short = STORY[:3]
    shown = [
        tree_of(
            f"<div class=l><h1>{TITLE}</h1>{STYLES['paragraphs'](short)}{each['related']}"
            f"{each['comments']}</div>{each['side']}{each['foot']}"
        )
        for each in (first, second)
    ]
    assert told(shown[0]) == told(shown[1]) == list(short)


# --- what is text, what is lead, what is neither ---------------------------------------------------


def paragraphs(*lines):
    return "".join(f"<p>{line}</p>" for line in lines)


def test_the_lead_stands_apart():
    """Between headline and text, or named a lead in the text, it is told by itself."""
    apart = tree_of(f"<h1>{TITLE}</h1><p>{LEAD}</p><div class=b>{paragraphs(*STORY)}</div>")
    named_one = tree_of(
        f"<h1>{TITLE}</h1><div class=b><h2 class=sapo>{LEAD}</h2>{paragraphs(*STORY)}</div>"
    )
    none = tree_of(f"<h1>{TITLE}</h1><div class=b>{paragraphs(LEAD, *STORY)}</div>")
    assert find_prose(apart).lead == find_prose(named_one).lead == LEAD
    assert told(apart) == told(named_one) == list(STORY)
    assert (find_prose(none).lead, told(none)) == ("", [LEAD, *STORY])


@pytest.mark.parametrize(
    "inside",
    [
        "<p><a href='/tin/khac-12345.html'>Đọc thêm: chuyện trường cũ</a></p>",
        "<p>Xem thêm: <a href='/tin/khac-12345.html'>chuyện trường cũ ở bản Lắng</a></p>",
        "<div class=box-lien-quan><b>Tin liên quan</b><ul><li><a href='/x'>Tựa bài</a></li></ul></div>",
        "<div class=q><h4>Có thể bạn quan tâm</h4><a href='/x'>Tựa bài khác khá dài</a></div>",
        "<div class='share-bar'><span>Chia sẻ</span><span>128 lượt</span></div>",
        "<div class=ads-inread><p>Máy bơm giá tốt, bảo hành mười năm, gọi ngay hôm nay nhé.</p></div>",
        "<div class=newsletter-signup><p>Đăng ký nhận bản tin mỗi sáng, miễn phí, hủy lúc nào cũng được.</p></div>",
        "<aside><p>Hộp bên lề nói về chuyện khác, dài hơn bốn mươi chữ cái cho chắc chắn.</p></aside>",
        "<p hidden>Một đoạn ẩn mà không ai thấy, dài hơn bốn mươi chữ cái cho chắc chắn.</p>",
        "<p style='display: none'>Một đoạn ẩn mà không ai thấy, dài hơn bốn mươi chữ cái.</p>",
        "<div class=card><h3><a href='/y'>Tựa một bài khác hẳn</a></h3><p>Đoạn giới thiệu bài ấy, hai dòng.</p></div>",
        "<div class=x><div>Giờ 08:10</div><div>Lần đọc 75</div></div>",
    ],
)  # fmt: skip
def test_what_stands_in_the_text_and_is_none_of_it(inside):
    """Links to elsewhere, boxes, advertisements and hidden parts are passed over."""
    first, *rest = STORY
    tree = tree_of(f"<h1>{TITLE}</h1><div>{paragraphs(first)}{inside}{paragraphs(*rest)}</div>")
    assert told(tree) == list(STORY)


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        ("<h2>Trường mới ở bản</h2>", ["Trường mới ở bản"]),
        ("<h2 id=nav_1 class=related>Đầu đề mang tên lạ</h2>", ["Đầu đề mang tên lạ"]),
        ("<ul><li>Sáu phòng học</li><li>Một bếp ăn</li></ul>", ["Sáu phòng học • Một bếp ăn"]),
        ("<div><table><tr><td>Lớp</td><td>Cháu</td></tr></table></div>", ["Lớp | Cháu"]),
        ("<blockquote>Vui lắm.</blockquote>", ["Vui lắm."]),
        ("<p><a href='/f/ke-hoach.pdf'>Kế hoạch</a></p>", ["Kế hoạch"]),
        ("<p><b>Chuyện hôm nay</b></p>", ["Chuyện hôm nay"]),
        ("<div class=has-sidebar><p>Đoạn trong khung có tên lạ, nhưng dài và không liên kết, kể tiếp"
         " chuyện khánh thành ngôi trường ở xã vùng cao này cho bạn đọc biết rõ hơn.</p></div>",
         ["Đoạn trong khung có tên lạ, nhưng dài và không liên kết, kể tiếp chuyện khánh thành ngôi"
          " trường ở xã vùng cao này cho bạn đọc biết rõ hơn."]),
    ],
)  # fmt: skip
def test_what_stands_in_the_text_and_is_part_of_it(inside, kept):
    """Headings, lists, tables, quotes and files stay in their places."""
    first, *rest = STORY
    tree = tree_of(f"<h1>{TITLE}</h1><div>{paragraphs(first)}{inside}{paragraphs(*rest)}</div>")
    assert told(tree) == [first, *kept, *rest]


def test_names_that_leave_no_article_are_not_believed():
    """A theme may call the whole column a sidebar: the text below the headline counts for more."""
    long = [f"{line} Câu thứ hai của đoạn này." for line in STORY]
    tree = tree_of(f"<h1>{TITLE}</h1><div class=comments><div>{paragraphs(*long)}</div></div>")
    assert is_article(tree)
    assert told(tree) == long


def test_an_article_of_captions():
    """A photo story is told by its captions."""
    frames = "".join(
        f"<figure><img src={number}.jpg><figcaption>{line}</figcaption></figure>"
        for number, line in enumerate(STORY)
    )
    tree = tree_of(f"<h1>{TITLE}</h1><div>{frames}</div>")
    assert is_article(tree)
    prose = find_prose(tree)
    body = read_blocks(prose.node, resolve=lambda href: href, skipped=prose.skipped)
    assert [block.text for block in body.blocks] == list(STORY)


# --- what is no article ----------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["h2", "h3", "p", "b"])
@pytest.mark.parametrize("count", [3, 10, 40])
def test_a_listing_with_long_summaries_is_no_article(tag, count):
    """However much text its teasers have, and whatever their titles are marked up with."""
    tree = tree_of(
        f"<h1>Văn hóa địa phương</h1>{items(count, has_summary=True, tag=tag)}",
        title="Văn hóa địa phương - Trang tin Nà Sa",
    )
    assert not is_article(tree)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>Không tìm thấy trang.</p>",
        f"<h1>{TITLE}</h1>",
        "<nav>" + "<a href='/x'>Mục lục của trang tin</a>" * 50 + "</nav>",
        "<form><input name=user><input type=password></form>",
        "<ul>" + "<li><a href='/tin/a-1.html'>Tựa bài thứ nhất ở đây</a></li>" * 40 + "</ul>",
        f"<h1>Trang tin Nà Sa</h1><footer><p>{STORY[0]} {STORY[1]} {STORY[2]}</p></footer>",
    ],
)
def test_pages_that_are_no_articles(body):
    """Blank, lost, menus, forms, lists of links, a front page with a long footer."""
    assert not is_article(tree_of(body, title="Trang tin Nà Sa"))


# --- the headline ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body", "headline"),
    [
        (TITLE, f"<h1>{TITLE}</h1>", TITLE),
        (f"{TITLE} - Trang tin Nà Sa", f"<h1>  {TITLE.upper()} </h1>", TITLE.upper()),
        (f"Trang tin Nà Sa | {TITLE}", f"<h2>{TITLE}</h2>", TITLE),
        (f"{TITLE} - Trang tin Nà Sa", f"<h1><a href='/'>Trang tin Nà Sa</a></h1><h2>{TITLE}</h2>",
         TITLE),
        (f"{TITLE} - Trang tin Nà Sa", f"<h1>Trang tin Nà Sa</h1><div class=tieude>{TITLE}</div>",
         TITLE),
        (f"{TITLE[:34]}...", f"<h1>{TITLE}</h1>", TITLE),
        (f"{TITLE} - Trang tin", f"<a href='/x'><h3>{TITLE}</h3></a><h1>{TITLE}</h1>", TITLE),
        ("Trang tin Nà Sa", f"<h1>{TITLE}</h1>", ""),
        ("", f"<h1>{TITLE}</h1>", ""),
    ],
)  # fmt: skip
def test_the_headline_is_the_heading_that_the_title_repeats(title, body, headline):
    """Whatever the site's name beside it; the logo is none, nor is a link to the same article."""
    assert find_headline(tree_of(body, title=title)) == headline


def test_a_heading_above_the_text_stands_in_for_a_title_that_tells_nothing():
    """Old portals have one title for every page."""
    tree = tree_of(
        f"<h1>Cổng thông tin xã</h1><div><div class=TieuDe>{TITLE}</div><div>05/05/2026</div>"
        f"<div>{paragraphs(*STORY)}</div></div>",
        title="Cổng thông tin điện tử",
    )
    prose = find_prose(tree)
    assert (prose.heading, prose.lines[0], told(tree)) == (TITLE, "05/05/2026", list(STORY))


# --- lines beside it -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("<div>Thứ ba, 05/05/2026 | 15:19</div>", "05/05/2026 | 15:19"),
        ("<div>Tin tức | Ngày đăng: 5/5/2026 | Lượt xem: 75</div>", "5/5/2026 | Lượt xem: 75"),
        ("<p>15:20, ngày 5/5/2026</p>", "15:20, ngày 5/5/2026"),
        ("<ul><li>Ban biên tập</li><li>5 tháng 5, 2026</li></ul>", "5 tháng 5, 2026"),
        ("<div><time datetime='2026-05-05T15:19:00+07:00'>hôm qua</time></div>",
         "2026-05-05T15:19:00+07:00"),
    ],
)  # fmt: skip
def test_datelines_stand_near_the_headline(line, found):
    """The clock above the page and dates of other articles are not among them."""
    tree = tree_of(
        "<div><div>Thứ tư, 06/05/2026 08:00</div></div><div><div><div><div>"
        f"<h1>{TITLE}</h1>{line}<div>{paragraphs(*STORY)}</div></div></div></div>"
        "<div><a href='/x'>Tựa khác</a> 04/05/2026</div></div>"
    )
    assert found in find_prose(tree).lines
    assert not any("06/05/2026" in each or "04/05" in each for each in find_prose(tree).lines)


@pytest.mark.parametrize(
    ("around", "name"),
    [
        ("<div>Tác giả: Lò Thị Mai</div>{}", "Lò Thị Mai"),
        ("<div>By Rosalind Achebe, CNN 4 May 2026</div>{}", "Rosalind Achebe"),
        ("<div>05/05/2026 <span class=author>Lò Mai - Hà Thu</span></div>{}", "Lò Mai - Hà Thu"),
        ("<address>Lò Mai và Hà Thu</address>{}", "Lò Mai và Hà Thu"),
        ("<div>{}<p style='text-align:right'><b>Hà Văn Bích</b></p></div>", "Hà Văn Bích"),
        ("<div>{}</div><div class=tacgia>Hà Văn Bích</div>", "Hà Văn Bích"),
    ],
)
def test_bylines_stand_beside_the_text(around, name):
    """Named by a label, a class or an element, or set apart at the end."""
    tree = tree_of(f"<h1>{TITLE}</h1>{around.format(paragraphs(*STORY))}")
    assert find_prose(tree).bylines == (name,)
    assert told(tree) == list(STORY)


# --- any tree --------------------------------------------------------------------------------------

PIECES = st.sampled_from([
    "<div>", "</div>", "<p>", "</p>", "<table>", "<tr>", "<td>", "<article>", "<main>", "<aside>",
    "<a href='/x'>", "<a href='#'>", "<a>", "</a>", "<br>", "<br><br>", "<h1>", "</h1>", "<h2>",
    "<li>", "<ul>", "<form>", "<header>", "<figcaption>", "<time datetime='x'>", "<span>",
    "<div class=comments>", "<div class=related>", "<div class=sapo>", "<p class=author>",
    "<style>", "<script>", "</script>", "<template>", "<svg>", "<math>", "<select>", "<!--", "-->",
    "<frameset>", "<body class=x>", "<title>Một tựa dài của trang này</title>", "&#0;", "&#xD800;",
    "\x00", "Một tựa dài của trang này", "Bình luận", "Tin liên quan", "Ảnh: A", "05/05/2026",
    "Tác giả: Lò Mai", STORY[0], STORY[1], " ", "a", ".",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
@example(b"<frameset>")
@example(b"")
def test_any_tree_has_its_answer(markup):
    """No bytes raise, nothing is changed, and twice is once."""
    tree = LexborHTMLParser(markup)
    before = tree.html
    prose, headline = find_prose(tree), find_headline(tree)
    again = find_prose(tree)
    assert tree.html == before
    assert (prose is None) == (again is None)
    if prose is not None:
        assert (prose.skipped, prose.lead, prose.lines) == (again.skipped, again.lead, again.lines)
        assert prose.node.mem_id == again.node.mem_id
        assert prose.node.mem_id not in prose.skipped
    assert headline == find_headline(tree)


@pytest.mark.parametrize(
    "piece",
    [
        f"<p>{STORY[0]}</p>",
        "<div><b>Bình luận</b></div>",
        "<div>Tin liên quan</div>",
        "<a href='/x'>Tựa bài khác số một</a>",
        "<h2>Một tựa khá dài của trang này</h2>",
        f"<div class=i><b>Tên</b><p>{OPINION}</p><i>08:10</i></div>",
        f"<div><h3><a href='/x'>Tựa bài khác số một</a></h3><p>{TEASER}</p></div>",
        f"<table><tr><td>{STORY[1]}</td></tr></table>",
        "<br><br>x",
        "a<i>b</i>",
        "<div class=related>" + "<p>Tên</p>" * 40 + "</div>",
        "<div>" * 200 + "x" + "</div>" * 200,
    ],
)
def test_a_page_of_200_000_nodes_is_read(piece):
    """The work grows with the page and not faster: else this would outlast the test's deadline."""
    count = 200_000 // max(1, piece.count("<") + 1)
    tree = LexborHTMLParser(
        f"<title>{TITLE}</title><h1>{TITLE}</h1><div>{paragraphs(*STORY)}{piece * count}</div>"
    )
    find_prose(tree)
    find_headline(tree)
