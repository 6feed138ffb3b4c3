"""Three sites that no family knows, in markups of their own, with the same invented news.

MODERN   named classes, hashes of a build among them, JSON-LD and a machine-readable time
TABLES   tables around everything, ids of ASP.NET controls, no word for machines
SOUP     nameless boxes in a box whose id is the article's number
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from core.config import PortalConfig, parse
from core.records import Capture, PageKind, Quality
from core.tomlfile import tables_in
from crawler.layout import Site
from crawler.read import open_page, read
from portal import site_of

HOST = "hualat.example.vn"
SITE = site_of("hualat", PortalConfig(host=HOST, family="generic"))


@dataclass(frozen=True, kw_only=True)
class Story:
    """One article."""

    number: int
    title: str
    lead: str
    text: tuple[str, ...]
    authors: tuple[str, ...]
    section: str
    published: datetime  # local
    view_count: int


STORIES = (
    Story(
        number=41873,
        title="Khởi công cầu treo qua suối Nậm Lạnh",
        lead="Sáng 3/5, Ủy ban nhân dân huyện khởi công cây cầu treo dài 86 m nối hai bản bên "
        "suối Nậm Lạnh, nơi học sinh phải lội qua mỗi mùa nước.",
        text=(
            "Cầu có mặt đường rộng 2 m, tải trọng 1 tấn, vốn đầu tư 4,7 tỷ đồng từ ngân sách "
            "huyện và đóng góp của nhân dân. Nhà thầu cam kết hoàn thành trước ngày khai giảng "
            "năm học mới.",
            "Ông Lò Văn Pản, trưởng bản Huổi Lạnh, cho biết cả bản có 74 hộ, mỗi năm mất liên "
            "lạc với trung tâm xã chừng hai tháng vì nước lớn. Bà con đã hiến 600 m² đất làm mố "
            "cầu.",
            "Huyện còn sáu điểm qua suối chưa có cầu. Theo kế hoạch, ba điểm sẽ được làm trong "
            "năm tới, ưu tiên nơi có đường đến trường và trạm y tế.",
        ),
        authors=("Quàng Thị Mai", "Hà Văn Bích"),
        section="Giao thông",
        published=datetime(2026, 5, 3, 15, 20),
        view_count=1_204,
    ),
    Story(
        number=41880,
        title="Vụ xoài sớm được giá, nông dân Chiềng Pha phấn khởi",
        lead="Giá xoài tại vườn đang ở mức 18.000 đồng một cân, cao hơn năm ngoái 5.000 đồng, "
        "trong khi sản lượng cả xã ước đạt 900 tấn.",
        text=(
            "Từ giữa tháng tư, xe của thương lái đã vào tận vườn thu mua. Hợp tác xã Pha Đông ký"
            " hợp đồng bao tiêu 300 tấn với một doanh nghiệp chế biến, phần còn lại bán ở chợ "
            "đầu mối.",
            "Bà Cà Thị Inh trồng 120 gốc xoài, năm nay thu hơn ba tấn. Bà nói rằng nhờ bọc quả "
            "và tỉa cành theo hướng dẫn của khuyến nông mà quả đều, ít bị ruồi vàng.",
            "Xã dự kiến mở rộng thêm 20 ha ở những nương ngô kém năng suất, đồng thời làm đường "
            "điện ba pha để lắp kho lạnh.",
        ),
        authors=("Vì Thị Hoa",),
        section="Nông nghiệp",
        published=datetime(2026, 5, 4, 7, 5),
        view_count=356,
    ),
    Story(
        number=41902,
        title="Trường nội trú huyện đón 60 giường mới cho học sinh",
        lead="Chiều 4/5, trường phổ thông dân tộc nội trú huyện nhận 60 giường tầng do một quỹ "
        "từ thiện và cựu học sinh quyên góp.",
        text=(
            "Số giường thay cho loạt giường gỗ đã dùng hơn 15 năm. Nhà trường bố trí lại bốn "
            "phòng, mỗi phòng 16 em, có tủ cá nhân và quạt trần mới lắp trong dịp nghỉ lễ.",
            "Thầy Tòng Văn Dương, hiệu trưởng, cảm ơn các nhà hảo tâm và cho biết trường vẫn cần"
            " thêm một bếp ăn đạt chuẩn, vì bếp hiện nay chỉ phục vụ được 200 suất một bữa.",
        ),
        authors=("Lường Thu Trang",),
        section="Giáo dục",
        published=datetime(2026, 5, 4, 17, 45),
        view_count=98,
    ),
    Story(
        number=41915,
        title="Ra quân dọn rác lòng hồ trước mùa mưa",
        lead="Hơn 200 đoàn viên và dân quân tham gia vớt rác trên lòng hồ thủy điện trong ngày "
        "cuối tuần, thu gom khoảng 12 tấn bèo và rác nhựa.",
        text=(
            "Lực lượng chia thành tám tổ, dùng thuyền máy và lưới kéo đi dọc bờ từ bến Sài Lương"
            " đến chân đập. Rác được đưa lên xe chở về bãi xử lý của huyện ngay trong ngày.",
            "Ban quản lý hồ lưu ý các hộ nuôi cá lồng không xả bao bì thức ăn xuống nước; hộ nào"
            " vi phạm lần hai sẽ bị xử phạt theo quy định và tạm dừng cấp phép lồng mới.",
            "Đợt ra quân tiếp theo dự kiến vào cuối tháng sáu, khi nước hồ xuống thấp nhất.",
        ),
        authors=("Bạc Cầm Sơn", "Lường Thu Trang"),
        section="Môi trường",
        published=datetime(2026, 5, 5, 9, 30),
        view_count=2_318,
    ),
    Story(
        number=41931,
        title="Đội bóng chuyền xã Mường Sang vô địch giải huyện",
        lead="Thắng đội chủ nhà ba ván trắng trong trận chung kết tối 5/5, đội nam xã Mường Sang"
        " lần đầu nâng cúp của giải bóng chuyền huyện.",
        text=(
            "Giải có 14 đội nam và 9 đội nữ, thi đấu trong bốn ngày tại sân vận động trung tâm. "
            "Khán giả mỗi buổi chật kín hai khán đài, nhiều người đi từ sáng sớm để có chỗ đứng "
            "tốt.",
            "Ở nội dung nữ, đội thị trấn bảo vệ thành công ngôi vô địch sau năm ván căng thẳng "
            "với đội xã Tà Lại. Ban tổ chức trao thêm giải phong cách và giải khán giả cổ vũ "
            "đẹp.",
        ),
        authors=("Hà Văn Bích",),
        section="Thể thao",
        published=datetime(2026, 5, 5, 22, 10),
        view_count=640,
    ),
)  # fmt: skip


def dotted(count: int) -> str:
    """1204 as `1.204`."""
    return f"{count:,}".replace(",", ".")


def modern(story: Story) -> str:
    """Named classes; the classes of the build change with each."""
    others = "".join(
        f'<li class="item"><a href="/tin/{each.number}">{escape(each.title)}</a>'
        f'<span class="meta-date">{each.published:%d/%m/%Y %H:%M}</span>'
        f'<span class="meta-views">{each.view_count} lượt xem</span></li>'
        for each in STORIES
        if each is not story
    )
    text = "".join(f'<p class="css-{n}f3kq9">{escape(p)}</p>' for n, p in enumerate(story.text))
    names = " - ".join(story.authors)
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
<title>{escape(story.title)} | Tin Hua Lạt</title>
<meta property="article:published_time" content="{story.published.isoformat()}+07:00">
<meta property="article:section" content="{story.section}">
<meta name="description" content="{escape(story.lead)}"></head><body>
<header class="site-header"><a class="logo" href="/">Tin Hua Lạt</a>
<time class="clock">Thứ Tư, 06/05/2026 08:00</time></header>
<nav class="main-menu"><a href="/giao-thong">Giao thông</a><a href="/nong-nghiep">Nông nghiệp</a>
<a href="/giao-duc">Giáo dục</a><a href="/the-thao">Thể thao</a></nav>
<aside class="sidebar"><h3>Đọc nhiều</h3><ul>{others}</ul></aside>
<main class="layout row"><article class="story css-1x9dk2" id="story-{story.number}">
<a class="story-section" href="/x">{story.section}</a>
<h1 class="story-title is-large hNfzcx">{escape(story.title)}</h1>
<div class="story-meta"><span class="meta-date">{story.published:%d/%m/%Y %H:%M}</span>
<span class="meta-views">{dotted(story.view_count)} lượt xem</span></div>
<p class="story-sapo">{escape(story.lead)}</p>
<div class="story-body js-body">{text}
<div class="story-more"><b>Tin liên quan</b><ul><li><a href="/tin/1">Chợ phiên vùng cao</a></li>
<li><a href="/tin/2">Nước sạch về bản</a></li></ul></div></div>
<p class="story-author">{names}</p>
</article></main><footer class="site-footer">Cơ quan chủ quản: huyện Hua Lạt. Lượt truy cập:
1.240.0{story.number % 90 + 10}</footer></body></html>"""


def tables(story: Story) -> str:
    """What ASP.NET WebForms sites of the 2000s look like."""
    text = "<br /><br />".join(f"&nbsp;&nbsp;{escape(p)}" for p in story.text)
    older = "".join(
        f'<tr><td><a href="ChiTiet.aspx?ID={each.number}">{escape(each.title)}</a>'
        f' <font color="gray">({each.published:%d/%m/%Y})</font></td></tr>'
        for each in STORIES[:4]
    )
    at = "ctl00_ContentPlaceHolder1_ctl02"
    return f"""<html><head><title>
\tCổng thông tin huyện Hua Lạt - {escape(story.title)}
</title><meta http-equiv="Content-Type" content="text/html; charset=utf-8" /></head>
<body topmargin="0"><form name="aspnetForm" method="post" id="aspnetForm">
<input type="hidden" name="__VIEWSTATE" value="/wEPDwUKMTY1{story.number}" />
<table width="1000" align="center"><tr><td colspan="2"><table><tr>
<td><a href="Default.aspx">Trang chủ</a></td><td><a href="TinTuc.aspx?L=4">Tin tức</a></td>
<td><a href="LienHe.aspx">Liên hệ</a></td></tr></table></td></tr>
<tr><td colspan="2"><span id="ctl00_lblHomNay">Thứ tư, ngày 06/05/2026</span></td></tr>
<tr valign="top"><td width="700"><table width="100%" cellpadding="4">
<tr><td><span id="{at}_lblChuyenMuc" class="chuyenmuc">{story.section}</span></td></tr>
<tr><td><span id="{at}_lblTieuDe"><b>{escape(story.title)}</b></span><br />
<span id="{at}_lblNgayDang"><i>(Ngày đăng: {story.published:%d/%m/%Y %H:%M})</i></span></td></tr>
<tr><td><span id="{at}_lblTrichYeu" class="trichyeu"><b>{escape(story.lead)}</b></span></td></tr>
<tr><td align="justify"><div id="{at}_divNoiDung"><font face="Arial" size="2">{text}</font></div>
</td></tr>
<tr><td align="right"><span id="{at}_lblTacGia"><b>{" - ".join(story.authors)}</b></span></td></tr>
<tr><td align="right"><span id="{at}_lblLuotXem">Lượt xem: {dotted(story.view_count)}</span>
<a href="javascript:window.print();">Bản in</a></td></tr>
</table><table width="100%"><tr><td><b>CÁC TIN KHÁC:</b></td></tr>{older}</table></td>
<td width="300"><table width="100%"><tr><td>THỐNG KÊ TRUY CẬP</td></tr>
<tr><td>Đang online: 14<br />Tổng lượt truy cập: 3.554.{story.number % 900 + 100}</td></tr></table>
</td></tr></table></form></body></html>"""


def soup(story: Story) -> str:
    """Boxes without names, but for the one that carries the article's number."""
    text = "".join(f"<div>{escape(p)}</div>" for p in story.text)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>{escape(story.title)} - Đài truyền thanh Hua Lạt</title></head><body>
<div id="top"><div><a href="/">Trang nhất</a> <a href="/thoi-su">Thời sự</a></div></div>
<div id="wrap"><div id="content_{story.number}">
<div><h2>{escape(story.title)}</h2></div>
<div><span>Cập nhật lúc {story.published:%H:%M, %d/%m/%Y}</span> |
<span>Đã xem: {dotted(story.view_count)}</span></div>
<div><strong>{escape(story.lead)}</strong></div>
<div style="text-align:justify">{text}</div>
<div style="text-align:right"><b>{" - ".join(story.authors)}</b></div>
</div><div id="right"><div>Tin mới: <a href="/a/1">Chợ phiên họp trở lại</a></div></div></div>
<div id="bottom">Đài truyền thanh - truyền hình huyện Hua Lạt. Điện thoại 0212 0000 204.</div>
</body></html>"""


MARKUPS: dict[str, Callable[[Story], str]] = {"modern": modern, "tables": tables, "soup": soup}


def captured(html: str | bytes, number: int = 1) -> Capture:
    """A capture of this page at an article's URL."""
    body = html.encode("utf-8", "surrogatepass") if isinstance(html, str) else html
    return Capture(
        url=f"https://{HOST}/tin-{number}.html",
        captured_at=datetime(2026, 5, 6, 1, 0, tzinfo=UTC),
        status=200,
        reason="",
        http_version="1.1",
        headers=((b"Content-Type", b"text/html; charset=utf-8"),),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )


def looked_at(captures, site: Site = SITE):
    """The pages with what the site's rules read on them."""
    return [(open_page(each, site), read(each, site, PageKind.ARTICLE)) for each in captures]


def captures_of(markup: str):
    """A capture of every story in that markup."""
    return [captured(MARKUPS[markup](story), story.number) for story in STORIES]


def site_with(section: str) -> Site:
    """The site with a section of the config behind its own."""
    whole = f'[portals.hualat]\nhost = "{HOST}"\nfamily = "generic"\n\n{section}'
    return site_of("hualat", parse(tables_in(whole, Path("config.toml"))).portals["hualat"])
