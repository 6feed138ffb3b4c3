"""What stands around every page of the portal: head, menu, side column, footer.

Decides the shell of the customised Liferay 6.2 the replica imitates, with the bytes that differ on
every request (tokens, form dates, element ids, `t=`, visitors). Refuses to know what the middle of
a page holds. Pure: chance comes from `View.dice`.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from random import Random
from string import ascii_letters, ascii_lowercase, digits
from typing import Literal

from demo.stories import SECTIONS
from demo.town import EPOCH, TownState, Weather

SITE_NAME = "Cổng thông tin điện tử thị xã Sông Mây"

Language = Literal["vi", "en"]

_EPOCH_MS = 1_777_852_800_000
_POLL = "59_INSTANCE_s0NgM4yPoLl1"
_LINK_BLOCK = (  # program, address: other hosts, never crawled
    ("Quản lý văn bản và điều hành", "http://qlvb.songmay.example.vn/"),
    ("Một cửa điện tử", "http://motcua.songmay.example.vn/"),
    ("Thư điện tử công vụ", "http://mail.songmay.example.vn/"),
)
_POLL_CHOICES = ("Đẹp, dễ tìm thông tin", "Bình thường", "Cần chỉnh sửa thêm")

_STYLE = """<style type="text/css">
body{margin:0 auto;max-width:1080px;font:15px/1.5 Arial,sans-serif;color:#222;background:#eef3f6}
#header{background:#0b5a86;color:#fff;padding:22px 24px;font-size:22px}
#menu ul.navi{list-style:none;margin:0;padding:0 12px;background:#b3342b;display:flex}
#menu ul.navi a{display:block;padding:10px 14px;color:#fff;text-decoration:none}
.portlet-layout{display:flex;background:#fff;padding:16px;gap:20px}
.span9{flex:3;min-width:0}.span3{flex:1}.asset-image{float:left;margin:0 12px 8px 0}
.asset-abstract{overflow:hidden;border-bottom:1px solid #ddd;padding:10px 0}
h1.portlet-title{font-size:15px;color:#0b5a86;border-bottom:2px solid #b3342b}
h3.asset-title,h3.tlecmh3{font-size:17px;margin:0}a{color:#0b5a86}
.asset-full-content-title{font-size:24px;font-weight:bold}.block_timer{color:#777;font-size:13px}
.asset-image img{width:140px}.journal-content-article img{max-width:100%;width:480px}
.journal-content-article td{border:1px solid #bbb;padding:4px 8px}
ul.pager{display:flex;gap:12px;list-style:none}#footer{padding:16px 24px;font-size:13px}
</style>"""

# The service this script asks has stopped answering: the spans stay empty for every visitor.
_WEATHER_SCRIPT = """<script>jQuery(document).ready(function(){
setWeatherCity("91888417","imageHanoi","tempHanoi");
setWeatherCity("20070085","imageDanang","tempDanang");
setWeatherCity("2347728","imageHCM","tempHCM")});
function setWeatherCity(woeid,image,temp){jQuery.ajax({type:"GET",dataType:"xml",
url:"http://thoitiet.example.vn/forecast?u=C&woeid="+woeid,success:function(answer){
jQuery("#"+temp).html(jQuery(answer).find("condition").attr("temp")+"&deg;C")}})}</script>"""

_HAIPHONG_ROW = """<!-- <tr> <td>Hải Phòng</td>
<td> <img id="imageHaiphong" src="" /> <span id="tempHaiphong"></span> </td> </tr> -->"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One request as the portal sees it."""

    state: TownState
    base: str  # scheme and host, no slash at the end
    path: str  # as asked for, without query
    language: Language
    dice: Random  # every volatile byte comes from here

    def say(self, vietnamese: str, english: str) -> str:
        """A label of the software in the page's language; content is never translated."""
        return vietnamese if self.language == "vi" else english

    def stamp_ms(self) -> int:
        """Milliseconds since 1970 as Liferay prints them; another number on every call."""
        passed_ms = (self.state.now - EPOCH) // timedelta(milliseconds=1)
        return _EPOCH_MS + passed_ms + self.dice.randrange(1, 900_000)

    def token(self) -> str:
        """Eight characters, as `p_auth` and `Liferay.authToken` have them."""
        return "".join(self.dice.choices(ascii_letters + digits, k=8))

    def id_letters(self) -> str:
        """Four letters, as Liferay puts them into element ids."""
        return "".join(self.dice.choices(ascii_lowercase, k=4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternates:
    """Where the language links in the head lead."""

    vi: str
    en: str


def document(view: View, *, title: str, main: str, alternates: Alternates, is_front: bool) -> str:
    """A whole page: `main` is the middle column, the side column follows it."""
    side = "".join(
        (
            _link_block(),
            weather_portlet(view.state.weather if is_front else None),
            _poll_portlet(view),
            _visitor_portlet(view),
        )
    )
    content = f"""<div class="so_songmay" id="main-content" role="main">
<div class="portlet-layout row-fluid">
<div class="portlet-column portlet-column-first span9" id="column-1">
<div class="portlet-dropzone portlet-column-content" id="layout-column_column-1">
{main}</div></div>
<div class="portlet-column portlet-column-last span3" id="column-2">
<div class="portlet-dropzone portlet-column-content" id="layout-column_column-2">
{side}</div></div></div></div>
<form action="#" id="hrefFm" method="post" name="hrefFm"> <span></span> </form>"""
    return _shell(view, title=title, content=content, alternates=alternates)


def status_document(view: View) -> str:
    """The Liferay Status page, which goes with a 404."""
    content = f"""<div class="column-1" id="main-content" role="main">
<section class="portlet" id="portlet_status"> <header class="portlet-topper">
<h1 class="portlet-title"> <span class="portlet-title-icon"> &nbsp; </span>
<span class="portlet-title-text">{view.say("Trạng thái", "Status")}</span> </h1> </header>
<div class="portlet-content">
<h3 class="alert alert-error"> {view.say("Không tìm thấy", "Not Found")} </h3>
{view.say("Không tìm thấy tài nguyên được yêu cầu.", "The requested resource was not found.")}
<br /><br /> <code class="lfr-url-error">{escape(view.base + view.path)}</code>
<div class="separator"><!-- --></div>
<a href="javascript:history.go(-1);">&laquo; {view.say("Quay lại", "Back")}</a>
</div> </section></div>"""
    home = Alternates(vi=f"{view.base}/vi", en=f"{view.base}/en")
    title = f"{view.say('Trạng thái', 'Status')} - {SITE_NAME}"
    return _shell(replace(view, path=""), title=title, content=content, alternates=home)


def portlet(portlet_id: str, *, css: str, body: str, title: str = "") -> str:
    """A portlet; borderless when it has no title."""
    number = portlet_id.partition("_INSTANCE_")[0]
    opening = (
        f'<div class="portlet-boundary portlet-boundary_{number}_ portlet-static '
        f'portlet-static-end {"" if title else "portlet-borderless "}{css} " '
        f'id="p_p_id_{portlet_id}_" >\n<span id="p_{portlet_id}"></span>\n'
    )
    if not title:
        return (
            f'{opening}<div class="portlet-borderless-container" style="">\n'
            f'<div class="portlet-body">\n{body}\n</div></div></div>\n'
        )
    return f"""{opening}<section class="portlet" id="portlet_{portlet_id}">
<header class="portlet-topper"> <h1 class="portlet-title">
<span class="portlet-title-icon"> &nbsp; </span>
<span class="portlet-title-text">{escape(title)}</span> </h1>
<menu class="portlet-topper-toolbar" id="portlet-topper-toolbar_{portlet_id}" type="toolbar">
</menu> </header>
<div class="portlet-content"> <div class=" portlet-content-container" style="">
<div class="portlet-body">
{body}
</div> </div> </div> </section> </div>
"""


def weather_portlet(filled: tuple[Weather, ...] | None) -> str:
    """The weather block: with values, or with None as the script leaves it, places only."""
    if filled is None:
        rows = [
            _weather_row("Hà Nội", "tempHanoi"),
            _HAIPHONG_ROW,
            _weather_row("Đà Nẵng", "tempDanang"),
            _weather_row("TP Hồ Chí Minh", "tempHCM"),
        ]
    else:
        rows = [
            _weather_row(it.place, it.span_id, f"{it.temperature_c}°C", it.condition)
            for it in filled
        ]
    table = "\n".join(("", *rows, ""))
    script = _WEATHER_SCRIPT if filled is None else ""
    return portlet(
        "2_WAR_portalweatherportlet",
        css="weather-display-portlet",
        title="Thời tiết các vùng",
        body=f'<div class="weather_wrapper"> <table class="weather_data">{table}</table> </div>\n'
        + script,
    )


def _weather_row(place: str, span_id: str, value: str = "", condition: str = "") -> str:
    image_id = span_id.replace("temp", "image")
    says = f' <em class="weather_condition">{condition}</em>' if condition else ""
    return (
        f'<tr> <td>{place}</td> <td> <img id="{image_id}" src="#" /> '
        f'<span id="{span_id}">{value}</span>{says} </td> </tr>'
    )


def _link_block() -> str:
    links = "\n".join(
        f'<tr> <td><a href="{href}" target="_blank">{name}</a></td></tr>'
        for name, href in _LINK_BLOCK
    )
    return portlet(
        "56_INSTANCE_pHaNm3MtAcNg",
        css="portlet-journal-content",
        title="Phần mềm tác nghiệp",
        body='<div class="journal-content-article link-block"> <table border="0"> <tbody>\n'
        f"{links}\n</tbody></table> </div>",
    )


def _poll_portlet(view: View) -> str:
    query = (
        f"p_p_id={_POLL}&amp;p_p_lifecycle=1&amp;p_p_state=normal&amp;p_p_mode=view"
        f"&amp;_{_POLL}_struts_action=%2Fpolls_display%2Fvote_question&amp;p_auth={view.token()}"
    )
    choices = "\n".join(
        _poll_choice(view, letter=letter, text=text, choice_id=20711 + position)
        for position, (letter, text) in enumerate(zip("abc", _POLL_CHOICES, strict=True))
    )
    form = f"""<form action="{view.base}{escape(view.path)}?{query}" class="form "
id="_{_POLL}_fm" method="post" name="_{_POLL}_fm" >
<input name="_{_POLL}_formDate" type="hidden" value="{view.stamp_ms()}" />
<input class="field" id="_{_POLL}_cmd" name="_{_POLL}_cmd" type="hidden" value="vote" />
<input class="field" id="_{_POLL}_questionId" name="_{_POLL}_questionId" type="hidden"
 value="20710" />
Xin ý kiến về giao diện mới
<fieldset class="fieldset " > <div class=""> <div class="control-group field-wrapper" >
{choices}
</div> <button class="btn btn-primary" type='submit' > {view.say("Bình chọn", "Vote")} </button>
</div></fieldset> </form>"""
    return portlet(_POLL, css="portlet-polls-display", title="Thăm dò ý kiến", body=form)


def _poll_choice(view: View, *, letter: str, text: str, choice_id: int) -> str:
    element_id = f"_{_POLL}_{view.id_letters()}"
    return (
        f'<label class="radio" for="{element_id}"> <input class="field" id="{element_id}" '
        f'name="_{_POLL}_choiceId" type="radio" value="{choice_id}" /> '
        f"<strong>{letter}.</strong> {text} </label>"
    )


def _visitor_portlet(view: View) -> str:
    total = f"{view.state.visitors_count:,}".replace(",", ".")
    body = f"""<div class="visitor-tracking-wraper">
<div class="current-visitor-online"> <span class="online-lable">Đang truy cập: </span>
<span style="font-weight: bold;color: blue;">{view.dice.randint(9, 64)} </span> </div>
<div class="total-visitor"> <span class="online-lable">Tổng: </span>
<span style="font-weight: bold;color: red;">{total} </span> </div> </div>"""
    return portlet(
        "1_WAR_portalsessiontrackingportlet_INSTANCE_tRuYc4p0sM4y",
        css="1-portlet",
        title="Số lượng truy cập",
        body=body,
    )


def _shell(view: View, *, title: str, content: str, alternates: Alternates) -> str:
    here = escape(view.base + view.path)
    menu = "\n".join(
        f'<li class="" > <a href="/{slug}" >{name}</a> </li>'
        for slug, name in (("trang-chu", view.say("Trang chủ", "Home")), *SECTIONS)
    )
    current = json.dumps(view.path).replace("<", "\\u003c")
    language = "vi-VN" if view.language == "vi" else "en-US"
    return f"""<!DOCTYPE html> <html class="aui ltr" dir="ltr" lang="{language}">
<head> <title>{escape(title)}</title>
<meta content="text/html; charset=UTF-8" http-equiv="content-type" />
<link href="{here}" rel="canonical" />
<link href="{escape(alternates.en)}" hreflang="en-US" rel="alternate" />
<link href="{here}" hreflang="x-default" rel="alternate" />
<link href="{escape(alternates.vi)}" hreflang="vi-VN" rel="alternate" />
<script type="text/javascript">var Liferay={{Browser:{{acceptsGzip:function(){{return true}}}}}};
Liferay.authToken="{view.token()}";Liferay.currentURL={current};</script>
{_STYLE}
</head> <body class=" yui3-skin-sam controls-visible signed-out public-page site">
<a href="#main-content" id="skip-to-content">{view.say("Bỏ qua nội dung", "Skip to Content")}</a>
<div class="body"> <div id="header"> <div id="contentheader">{SITE_NAME}
<a class="lang_us" href="{escape(alternates.en)}"></a>
<a class="lang_vi" href="{escape(alternates.vi)}"></a> </div> </div>
<nav id="navigation" role="navigation"> <div id="menu"> <ul class="navi">
{menu}
</ul> </div> </nav>
<div id="main">
{content}
</div>
<div class="footer-wrapper"> <div id="footer" class="clearfix">
<p class="vetrang"><a href="#">| {view.say("Về đầu trang", "Home")} |</a>
<a href="/dang-nhap"> {view.say("Đăng nhập", "Login")} |</a>
<a href="/c/portal/login?p_l_id=123" rel="nofollow">{view.say("Quản trị", "Sign In")}</a></p>
<div class="footleft"> <h3>CỔNG THÔNG TIN ĐIỆN TỬ THỊ XÃ SÔNG MÂY</h3>
<p>Địa chỉ: Số 1 phố Hàng Nón, phường Bến Thóc, thị xã Sông Mây - Điện thoại: (0200) 3555 100;
Email: <a href="mailto:vanthu@songmay.example.vn">vanthu@songmay.example.vn</a></p>
</div> </div> </div> </div>
</body> </html>
"""
