"""The body of an article as blocks."""

import html
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from core.records import Attachment, Block, BlockKind, Image
from core.text import same_form, tidy
from crawler.fields.blocks import read_blocks

OTHER_EXTENSIONS = "docx xls xlsx ppt pptx zip rar odt ods txt csv"
ROOT = "https://phuong.example/"


def resolve(url):
    return None if "refused" in url else ROOT + url.removeprefix("/")


def read(markup, skip=()):
    tree = LexborHTMLParser(f"<div id=body>{markup}</div>")
    body = tree.css_first("#body")
    skipped = {node.mem_id for selector in skip for node in body.css(selector)}
    return read_blocks(body, resolve=resolve, skipped=skipped)


def paragraphs(*texts):
    return tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)


def image(name, caption=""):
    return Block(kind=BlockKind.IMAGE, text=caption, url=ROOT + name)


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<p>Một</p><p>Hai</p>", ["Một", "Hai"]),
        ("Một<p></p>Hai<p></p>", ["Một", "Hai"]),
        ("Một</p>Hai</p><p>Ba", ["Một", "Hai", "Ba"]),
        ("Một<br>hai<br><br>Ba<br>&nbsp;<br/>Bốn", ["Một hai", "Ba", "Bốn"]),
        ("<div>Một<div>Hai</div>Ba</div>", ["Một", "Hai", "Ba"]),
        ("<p>Tiêu<b>đề</b> <i>nghiêng</i><span> đậm</span></p>", ["Tiêuđề nghiêng đậm"]),
        ("<p><b>Tiêu</b> <b>đề</b></p>", ["Tiêu đề"]),
        ("<p>100 m<sup>2</sup>&nbsp;đất</p>", ["100 m2 đất"]),
        ("<p>&nbsp;</p><p><o:p>&nbsp;</o:p></p><p>\u200b</p>", []),
        ("<p class=MsoNormal><span><o:p>Một</o:p></span><o:p></o:p></p>", ["Một"]),
        (
            "<p>Một<script>x</script><style>y</style><noscript>z</noscript><!-- c --></p>"
            "<template><p>t</p></template><!--[if mso]><p>w</p><![endif]-->",
            ["Một"],
        ),
        ("<p style='display: none'>ẩn</p><p hidden>ẩn</p><p>hiện</p>", ["hiện"]),
        (
            "<table><tr><td>Một</td></tr><tr><td><p>Hai</p><p>Ba</p></td></tr></table>",
            ["Một", "Hai", "Ba"],
        ),
    ],
)
def test_paragraphs_are_found_however_they_are_marked(markup, texts):
    """Stray ends, bare text, breaks, divs and pasted Word all give plain paragraphs."""
    assert read(markup).blocks == paragraphs(*texts)


@pytest.mark.parametrize(
    ("markup", "kind", "text"),
    [
        ("<h2>Tiêu <span>đề</span></h2>", BlockKind.HEADING, "Tiêu đề"),
        ("<blockquote><p>Lời nói</p></blockquote>", BlockKind.QUOTE, "Lời nói"),
        ("<ul><li>Một</li><li>Hai <b>b</b></li><li></li></ul>", BlockKind.LIST, "Một • Hai b"),
        ("<ol><li>Một<ul><li>con</li></ul>đuôi</li></ol>", BlockKind.LIST, "Một • con • đuôi"),
        (
            "<table><tr><th>A</th><th>B</th></tr> <tr><td>1<p>2</p></td><td></td></tr>"
            "<tr><td>&nbsp;</td><td></td></tr></table>",
            BlockKind.TABLE,
            "A | B / 1 2 |",
        ),
        (
            "<table><tr><td>A<ul><li>x</li><li>y</li></ul></td><td>B</td></tr></table>",
            BlockKind.TABLE,
            "A x y | B",
        ),
        ("<p><a href='don.docx'> Mẫu <b>đơn</b></a></p>", BlockKind.FILE, "Mẫu đơn"),
    ],
)
def test_other_kinds_are_one_block_each(markup, kind, text):
    """Headings, quotes, lists, tables and lone file links keep their kind and one line of text."""
    (block,) = read(markup).blocks
    assert (block.kind, block.text) == (kind, text)


def test_a_table_around_a_table_is_only_layout():
    """The inner table is the data, the outer one places it."""
    markup = "<table><tr><td>Một<table><tr><td>x</td><td>y</td></tr></table></td><td>Hai</td></tr>"
    kinds = [(block.kind, block.text) for block in read(markup).blocks]
    assert kinds == [
        (BlockKind.PARAGRAPH, "Một"),
        (BlockKind.TABLE, "x | y"),
        (BlockKind.PARAGRAPH, "Hai"),
    ]


LONG = "Chú thích rất dài " * 20


@pytest.mark.parametrize(
    ("markup", "caption"),
    [
        ("<p><img src=a.jpg></p><p>&nbsp;</p><p>Lễ hội làng</p>", "Lễ hội làng"),
        ("<p><img src=a.jpg><br>Lễ hội làng</p>", "Lễ hội làng"),
        ("<p><img src=a.jpg></p><p><em>Lễ hội làng.</em></p>", "Lễ hội làng."),
        ("<p><img src=a.jpg></p><p style='font-style:italic'>Lễ hội.</p>", "Lễ hội."),
        ("<p><img src=a.jpg></p><p align=center>Lễ hội làng.</p>", "Lễ hội làng."),
        ("<div style='text-align: center'><img src=a.jpg><p>Lễ hội.</p></div>", "Lễ hội."),
        ("<figure><img src=a.jpg><figcaption>Lễ hội. Đông.</figcaption></figure>", "Lễ hội. Đông."),
        (f"<img src=a.jpg><p class='img-caption'>{LONG}.</p>", f"{LONG}."),
        ("<table><tr><td><img src=a.jpg></td></tr><tr><td>Lễ hội</td></tr></table>", "Lễ hội"),
    ],
)
def test_a_caption_belongs_to_the_image_before_it(markup, caption):
    """Marked, slanted, centred or bare, a caption becomes its image's text."""
    found = read(markup)
    assert found.blocks == (image("a.jpg", tidy(caption)),)
    assert found.images == (Image(url=ROOT + "a.jpg", caption=tidy(caption)),)


@pytest.mark.parametrize(
    "text",
    [
        "Người dân đến xem.", "Gồm có:", "Vì sao?", "Tuyệt!", LONG, "1. Mục tiêu",
        "- Gạch đầu dòng", "“Bà con rất vui.”", "Ông nói: \"Sẽ làm ngay!\"", "他说这里很好。",
    ],
)  # fmt: skip
def test_a_sentence_after_an_image_is_no_caption(text):
    """A paragraph that ends like one, is long, or is an item of a list stays a paragraph."""
    assert read(f"<img src=a.jpg><p>{text}</p>").blocks == (
        image("a.jpg"),
        *paragraphs(tidy(text)),
    )


def test_only_the_first_paragraph_after_an_image_is_its_caption():
    """The next short paragraph is text again, and a heading never is a caption."""
    assert read("<img src=a.jpg><p>Một</p><p>Hai</p>").blocks == (
        image("a.jpg", "Một"),
        *paragraphs("Hai"),
    )
    assert read("<img src=a.jpg><h3>Một</h3>").blocks[0] == image("a.jpg")


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='data:image/png;base64,AAAA'>",
        "<img src=a.gif width=1 height=1>",
        "<img src=a.gif style='width: 1.0px; height: 1px'>",
        "<img src=refused.jpg>",
        "<img>",
    ],
)
def test_spacers_and_refused_images_vanish(markup):
    """What shows nothing, or may not be asked for, is no image."""
    assert read(markup).blocks == ()


def test_a_lazy_image_is_found_by_its_real_source():
    """A data: placeholder does not hide the address beside it, and a border is no spacer."""
    markup = "<img src='data:x' data-src=a.jpg style='border-width: 1.0px; width: 228.0px'>"
    assert read(markup).images == (Image(url=ROOT + "a.jpg"),)


def test_an_image_shown_twice_is_one_image():
    """Blocks keep both places, images each URL once, with the caption that exists."""
    found = read("<img src=a.jpg><img src=a.jpg><p>Lễ hội</p>")
    assert found.blocks == (image("a.jpg"), image("a.jpg", "Lễ hội"))
    assert found.images == (Image(url=ROOT + "a.jpg", caption="Lễ hội"),)


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("Lễ hội làng. Ảnh: Minh Đức", "Lễ hội làng.", "Minh Đức"),
        ("Lễ hội làng (Ảnh: TTXVN)", "Lễ hội làng", "TTXVN"),
        ("Ảnh: AFP", None, "AFP"),
    ],
)
def test_a_credit_leaves_the_caption_but_not_the_block(text, caption, credit):
    """The block keeps the text as printed; the image has caption and credit apart."""
    found = read(f"<figure><img src=a.jpg><figcaption>{text}</figcaption></figure>")
    assert found.blocks == (image("a.jpg", text),)
    assert found.images == (Image(url=ROOT + "a.jpg", caption=caption, credit=credit),)


def test_an_image_shown_twice_keeps_its_credit_and_its_caption():
    """Whichever place has the one, and whichever the other; a bare place takes nothing away."""
    whole = Image(url=ROOT + "a.jpg", caption="Lễ hội", credit="AFP")
    shown = [
        f"<figure><img src=a.jpg><figcaption>{text}</figcaption></figure>"
        for text in ("Ảnh: AFP", "Lễ hội", "")
    ]
    assert read("".join(shown)).images == (whole,)
    assert read(shown[0] + shown[2]).images == (Image(url=ROOT + "a.jpg", credit="AFP"),)


@pytest.mark.parametrize(
    ("href", "label", "name", "media_type"),
    [
        ("a.pdf", "Tờ trình", "Tờ trình", "application/pdf"),
        ("x/Phu%20luc 1.DOC?t=1", "", "Phu luc 1.DOC", "application/msword"),
        (
            "/documents/1/2/To+trinh.pdf/0a1b2c3d-0000-1111-2222-333344445555?t=1",
            " ",
            "To trinh.pdf",
            "application/pdf",
        ),
        *((f"a.{extension}", "T", "T", None) for extension in OTHER_EXTENSIONS.split()),
    ],
)
def test_links_to_files_are_attachments(href, label, name, media_type):
    """Known by the path's ending, whatever the case, the query and Liferay's tail."""
    (found,) = read(f"<p>Xem <a href='{href}'>{label}</a> nhé</p>").attachments
    assert (found.url, found.name) == (ROOT + href.removeprefix("/"), name)
    assert found.media_type
    assert media_type in (None, found.media_type)


@pytest.mark.parametrize(
    "href", ["trang.html", "pdf", ".pdf", "a.pdf.html", "refused.pdf", "mailto:a@b.doc", "?f=a.pdf"]
)
def test_other_links_are_no_attachments(href):
    """Pages, addresses and refused URLs are text only."""
    found = read(f"<p>Xem <a href='{href}'>đây</a></p>")
    assert found.attachments == ()
    assert found.blocks == paragraphs("Xem đây")


def test_a_file_linked_twice_is_one_attachment():
    """The first name stands."""
    found = read("<p><a href=a.pdf>Một</a> và <a href=a.pdf>Hai</a></p>")
    assert found.attachments == (
        Attachment(url=ROOT + "a.pdf", name="Một", media_type="application/pdf"),
    )


def test_what_is_skipped_gives_nothing():
    """A byline inside the body is the caller's business."""
    markup = "<p>Một</p><p class=by>Lê An <img src=a.jpg><a href=a.pdf>x</a></p>"
    found = read(markup, skip=("p.by",))
    assert (found.blocks, found.images, found.attachments) == (paragraphs("Một"), (), ())


VOCABULARY = "Ủy ban phường hòa bình 29-NQ/TW, 50.000đ đường “mới” thúy & <b> Đảng"
SENTENCE = st.lists(
    st.sampled_from(VOCABULARY.split()),
    min_size=1,
    max_size=8,
).map(" ".join)


def plain(texts):
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


def spaced(texts):
    wide = (html.escape(text).replace(" ", "&nbsp;\n") for text in texts)
    return "".join(f"\n <div>\t{text}&nbsp;</div>" for text in wide)


def entities(texts):
    return "".join(f"<p>{''.join(f'&#{ord(sign)};' for sign in text)}</p>" for text in texts)


def decomposed(texts):
    return unicodedata.normalize("NFD", plain(texts))


def pasted_from_word(texts):
    return "".join(
        "<p class=MsoNormal style='text-align:justify'>"
        + " ".join(
            f"<span style='font-size:14pt'><font><b>{html.escape(word)}</b></font></span>"
            for word in text.split()
        )
        + "<o:p></o:p></p><p><o:p>&nbsp;</o:p></p><!-- paste -->"
        for text in texts
    )


def bare_with_breaks(texts):
    return "<br><br>".join(html.escape(text) for text in texts)


def bare_with_stray_ends(texts):
    return "</p>\n".join(html.escape(text) for text in texts)


def new_tones(texts):
    moved = (
        text.replace("hòa", "hoà").replace("Ủy", "Uỷ").replace("thúy", "thuý") for text in texts
    )
    return plain(moved)


DRESSES = (
    spaced,
    entities,
    decomposed,
    pasted_from_word,
    bare_with_breaks,
    bare_with_stray_ends,
    new_tones,
)


@pytest.mark.parametrize("dress", DRESSES)
@given(texts=st.lists(SENTENCE, min_size=1, max_size=5))
def test_the_same_text_in_another_dress_gives_the_same_blocks(dress, texts):
    """Mark-up, entities, spaces, Unicode form and tone placement never make a version."""
    expected = [(BlockKind.PARAGRAPH, same_form(text)) for text in texts]
    for markup in (plain(texts), dress(texts)):
        found = [(block.kind, same_form(block.text)) for block in read(markup).blocks]
        assert found == expected


TAG_NAMES = "p div span br ul li table tr td th img a b em h2 blockquote figure figcaption o:p"
TAGS = TAG_NAMES.split()
MARKUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
        st.sampled_from(
            ["<img src=a.jpg>", "<a href=b.pdf>", "<p hidden>", "<!--", "-->", "&nbsp;"]
        ),
        st.text(max_size=8),
    ),
    max_size=40,
).map("".join)


@given(MARKUP)
def test_any_markup_gives_blocks(markup):
    """No page raises; every block is one tidy line, and only an image may be without text."""
    found = read(markup)
    for block in found.blocks:
        assert block.text == tidy(block.text)
        assert block.text or block.kind is BlockKind.IMAGE
    shown = {block.url for block in found.blocks if block.kind is BlockKind.IMAGE}
    assert {image.url for image in found.images} == shown


HOSTILE = {
    "deep": "<div>" * 2_400 + "x" * 990_000,
    "paragraphs": "<p>a</p>" * 120_000,
    "breaks": "<br>" * 250_000,
    "inline": "<b>x</b>" * 120_000,
    "images": "<img src=a>" * 90_000,
    "captions": "<figure><img src=a><figcaption>" + "<p>a</p>" * 100_000,
    "tables": "<table><tr><td>" * 700,
    "cells": "<table>" + "<tr><td>a<td>b" * 70_000,
    "items": "<ul>" + "<li>a" * 200_000,
    "links": "<a href=x.pdf>y</a>" * 50_000,
    "white space": " \u00a0" * 500_000,
    "one style": "<p style='text-align" + " " * 1_000_000 + "'>x",
    "one href": "<a href='" + "%41" * 300_000 + ".pdf'>x</a>",
    "one width": "<img src=a width='1" + " " * 1_000_000 + "x'>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_takes_linear_time(name):
    """A quadratic walk would take minutes; the limit leaves slack for a busy machine."""
    tree = LexborHTMLParser(f"<div id=body>{HOSTILE[name]}</div>")
    body = tree.css_first("#body")
    began = time.perf_counter()
    read_blocks(body, resolve=resolve)
    assert time.perf_counter() - began < 15
