"""Which page stands at which address: front page, listings, articles, the trap, and the rest.

Pure: the state of the town, an address and a source of chance give a `Page`. Refuses to know of
sockets, headers and files; the shell around a page is `frame.py`, an article `article.py`.
"""

import re
from dataclasses import dataclass
from html import escape
from random import Random
from urllib.parse import parse_qs, unquote, urlsplit

from demo.article import article_document
from demo.frame import SITE_NAME, Alternates, Language, View, document, portlet, status_document
from demo.parts import breadcrumb, suffixed, summary_of, thumbnail, timer, url_of
from demo.stories import SECTIONS, Story, section_name
from demo.town import HOST, TownState

LIST_LENGTH = 10  # articles on one page of a section
UNCOUNTED_SECTION = "kinh-te"  # its list shows dates only: neither label nor view count

_SECTION = "|".join(slug for slug, _ in SECTIONS)
_LIST_PATH = re.compile(rf"/({_SECTION})/?")
_ARTICLE_PATH = re.compile(rf"/({_SECTION})/-/view_content/(\d{{1,18}})(?:-[^/]*)?")
_TRAP_PATH = re.compile(rf"/({_SECTION})/-/view_content/\d+[^/]*\.html(?:/(?:vi|en))*/(vi|en)")
_PREFIX = re.compile(r"/(vi|en)(?=/|$)")
_ENDS: dict[Language, tuple[str, str]] = {"vi": ("Đầu tiên", "Cuối"), "en": ("First", "Last")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the portal answers."""

    status: int
    html: str  # "" for a redirect
    location: str | None = None  # absolute; set with 302


def page_at(state: TownState, path_qs: str, *, dice: Random, base: str = f"http://{HOST}") -> Page:
    """The page at an address. `base` is scheme and host as the visitor wrote them."""
    parts = urlsplit(path_qs)
    asked = unquote(parts.path) or "/"
    path, language = _without_prefix(asked)
    if (trap := _TRAP_PATH.fullmatch(path)) is not None:
        language = "en" if trap[2] == "en" else "vi"
    view = View(state=state, base=base, path=asked, language=language, dice=dice)
    if path in ("/", "/trang-chu"):
        return Page(status=200, html=_front(view))
    if trap is not None:
        return Page(status=200, html=_listing(view, trap[1], page_no=1))
    if (listing := _LIST_PATH.fullmatch(path)) is not None:
        page_no = _page_no(parse_qs(parts.query))
        return Page(status=200, html=_listing(view, listing[1], page_no=page_no))
    if (article := _ARTICLE_PATH.fullmatch(path)) is not None:
        return _article_page(view, section=article[1], native_id=int(article[2]))
    if path == "/dang-nhap":
        return Page(status=200, html=_login(view))
    if path == "/c/portal/login":
        return Page(status=302, html="", location=f"{base}/dang-nhap")
    return Page(status=404, html=status_document(view))


def _without_prefix(path: str) -> tuple[str, Language]:
    prefix = _PREFIX.match(path)
    if prefix is None:
        return path, "vi"
    return path[prefix.end() :] or "/", "en" if prefix[1] == "en" else "vi"


def _page_no(query: dict[str, list[str]]) -> int:
    asked = query.get("_101_cur", ["1"])[0]
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _article_page(view: View, *, section: str, native_id: int) -> Page:
    """The id decides, as in Liferay: any slug answers, another section's page redirects."""
    story = view.state.story(native_id)
    if story is None:
        return Page(status=404, html=status_document(view))
    if story.section != section:
        return Page(status=302, html="", location=view.base + story.path)
    return Page(status=200, html=article_document(view, story))


def _front(view: View) -> str:
    newest = view.state.stories[:6]
    items = "\n".join(
        f'<li> <div class="title_news"> <a href="{url_of(view, story)}" '
        f'title="{escape(story.title)}"> {escape(story.title)} '
        f'<span class="date_content_asset"> ({story.posted_at:%d/%m/%Y}) </span> </a> </div> </li>'
        for story in newest
    )
    first = newest[0]
    thumb = thumbnail(view, first)
    focus = f"""<div class="news-wrapper "> <div class="newsfocus3-wrapper">
<div class="nf3-left-content"> <div class="box_hot_news" >
<div class="block_news_big">{thumb}</div>
<div class="title_news"> <a href="{url_of(view, first)}"> {escape(first.title)}
<span class="new-icon"></span> </a> </div>
<div class="news_lead"> {escape(summary_of(first))} </div> </div> </div>
<div class="nf3-right-content"> <div class="box_sub_hot_news"> <ul>
{items}
</ul> </div> </div> </div> </div>"""
    blocks = "\n".join(_front_block(view, slug, name) for slug, name in SECTIONS)
    main = portlet(
        "1_WAR_portalnewspublisherportlet_INSTANCE_tInNoIbAt001",
        css="news-publisher-portlet",
        title="Tin nổi bật",
        body=focus,
    ) + portlet(
        "2_WAR_portalnewspublisherportlet_INSTANCE_cHuYeNmUc002",
        css="news-publisher-portlet",
        body=f'<div class="k1">\n{blocks}\n</div>',
    )
    alternates = Alternates(vi=f"{view.base}/vi", en=f"{view.base}/en")
    title = f"{view.say('Trang chủ', 'Home')} - {SITE_NAME}"
    return document(view, title=title, main=main, alternates=alternates, is_front=True)


def _front_block(view: View, slug: str, name: str) -> str:
    rows = "\n".join(
        '<li class="tin_tiep nobo"> '
        f'<a href="{url_of(view, story)}"> {escape(story.title)} </a> </li>'
        for story in view.state.in_section(slug)[:4]
    )
    return f"""<div class="folderright"> <h3 class="tlecmh3">
<a class="hdCM" href="/{slug}"><i class="tlecm"></i>{name}</a> </h3>
<ul class="box_tp bgxam">
{rows}
</ul> </div>"""


def _listing(view: View, slug: str, *, page_no: int) -> str:
    stories = view.state.in_section(slug)
    pages_count = max(1, -(-len(stories) // LIST_LENGTH))
    page_no = min(max(page_no, 1), pages_count)
    first = (page_no - 1) * LIST_LENGTH
    shown = stories[first : first + LIST_LENGTH]
    items = "".join(_list_item(view, story) for story in shown)
    results = view.say(
        f"Hiển thị {first + 1} - {first + len(shown)} của {len(stories)} kết quả.",
        f"Showing {first + 1} - {first + len(shown)} of {len(stories)} results.",
    )
    pager = _pager(view, slug, page_no=page_no, pages_count=pages_count, results=results)
    subscribe = (
        f"{view.base}/{slug}?p_p_id=101&p_p_lifecycle=1&p_p_state=normal&p_p_mode=view"
        f"&_101_struts_action=%2Fasset_publisher%2Fsubscribe&p_auth={view.token()}"
    )
    body = f"""<div class="subscribe-action">
<a href="{escape(subscribe)}" class=" taglib-icon" id="_101_{view.id_letters()}_column1_0" >
{view.say("Theo dõi", "Subscribe")}</a> </div>
{items}{pager if pages_count > 1 else ""}"""
    main = breadcrumb(view, slug) + portlet("101", css="portlet-asset-publisher", body=body)
    title = f"{section_name(slug)} - {SITE_NAME}"
    alternates = _list_alternates(view, slug)
    return document(view, title=title, main=main, alternates=alternates, is_front=False)


def _list_alternates(view: View, slug: str) -> Alternates:
    """At an article's address the links grow by one suffix more, for ever."""
    if "/-/view_content/" in view.path:
        return suffixed(view)
    return Alternates(vi=f"{view.base}/vi/{slug}", en=f"{view.base}/en/{slug}")


def _list_item(view: View, story: Story) -> str:
    image = f'<div class="asset-image"> {thumbnail(view, story)} </div>' if story.pictures else ""
    width = "" if image else ' style="margin-left: 0"'
    return f"""<div class="asset-bounddary"> <div class="asset-abstract ">
<!-- <div class="asset_actions_custom_style"> </div> -->
<div class="asset-content normal-news"> {image}
<div class="asset-content-custom"{width} >
<h3 class="asset-title"> <a href="{url_of(view, story)}">{escape(story.title)}</a> </h3>
{timer(view, story, is_bare=story.section == UNCOUNTED_SECTION)}
<div class="asset-summary"> {escape(summary_of(story))} </div>
</div> </div> <div class="asset-metadata"> </div> </div> </div>
"""


def _pager(view: View, slug: str, *, page_no: int, pages_count: int, results: str) -> str:
    menu_id = f"_101_{view.id_letters()}_column1_1_menu"
    choices = "\n".join(
        f'<li class="custom-paging" role="presentation"> <a href="{_page_url(view, slug, number)}" '
        f'class=" taglib-icon" id="{menu_id}_{number}" role="menuitem" > '
        f'<span class="taglib-text-icon">{number}</span> </a> </li>'
        for number in range(1, pages_count + 1)
    )
    before = _page_url(view, slug, page_no - 1) if page_no > 1 else None
    after = _page_url(view, slug, page_no + 1) if page_no < pages_count else None
    first, last = _ENDS[view.language]
    ends = (
        _pager_link(
            f"&larr; {first}", css="first", href=_page_url(view, slug, 1) if before else None
        ),
        _pager_link(view.say("Trước", "Previous"), css="", href=before),
        _pager_link(view.say("Tiếp", "Next"), css="", href=after),
        _pager_link(
            f"{last} &rarr;",
            css="last",
            href=_page_url(view, slug, pages_count) if after else None,
        ),
    )
    return f"""<div class="taglib-page-iterator" id="_101_ocerSearchContainerPageIterator">
<div class="clearfix lfr-pagination"> <div class="lfr-pagination-config">
<div class="lfr-pagination-page-selector">
<div class="btn-group lfr-icon-menu current-page-menu custom-paging">
<a class="dropdown-toggle direction-down max-display-items-15 btn" href="javascript:;"
 id="{menu_id}" title=" {page_no} "><span class="lfr-icon-menu-text"> {page_no} </span></a>
<ul class="dropdown-menu lfr-menu-list direction-down">
{choices}
</ul></div> </div> </div>
<small class="search-results"> {results} </small>
<ul class="pager lfr-pagination-buttons">
{"".join(ends)}</ul> </div> </div>
"""


def _pager_link(text: str, *, css: str, href: str | None) -> str:
    state = css if href else f"disabled {css}".strip()
    target = href or "javascript:;"
    return f'<li class="{state}"> <a href="{target}" target="_self"> {text} </a> </li>\n'


def _page_url(view: View, slug: str, page_no: int) -> str:
    return escape(
        f"{view.base}/{slug}?p_p_id=101&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view"
        "&p_p_col_id=column-1&p_p_col_pos=1&p_p_col_count=2"
        f"&_101_delta={LIST_LENGTH}&_101_keywords=&_101_advancedSearch=false"
        f"&_101_andOperator=true&p_r_p_564233524_resetCur=false&_101_cur={page_no}"
    )


def _login(view: View) -> str:
    form = f"""<form action="{view.base}/dang-nhap?p_p_id=58&amp;p_p_lifecycle=1" class="form
sign-in-form " id="_58_fm" method="post" name="_58_fm" autocomplete="on" >
<input name="_58_formDate" type="hidden" value="{view.stamp_ms()}" />
<label class="control-label" for="_58_login"> Tên hiển thị </label>
<input class="field clearable" id="_58_login" name="_58_login" type="text" value="" />
<label class="control-label" for="_58_password"> Mật khẩu </label>
<input class="field" id="_58_password" name="_58_password" type="password" value="" />
<button class="btn btn-primary" type='submit' > Đăng nhập </button> </form>"""
    main = portlet("58", css="portlet-login", title="Đăng nhập", body=form)
    alternates = Alternates(vi=f"{view.base}/vi/dang-nhap", en=f"{view.base}/en/dang-nhap")
    title = f"Đăng nhập - {SITE_NAME}"
    return document(view, title=title, main=main, alternates=alternates, is_front=False)
