"""The sentences with which a page says that it is not what was asked for. Pure.

A sentence is judged whole, as a search key without signs: `Xin lỗi, trang này không tồn tại!` is
`xin loi` and `trang nay khong ton tai`. So a page about a thing is told from the thing itself:
"Trang bạn tìm không tồn tại" is an answer, "Không tìm thấy người mất tích" is news. `_SAID` may
stand anywhere on a page; `_HEAD` is believed only of a title or a heading.
"""

import re

from core.records import Quality
from core.text import fold, tidy

_SENTENCE_CHARS = 240
_PARTS_LIMIT = 8  # of one text, besides the whole
_TITLE_PARTS = re.compile(r" [-–—|»«›•:] |: | \| ?")
_SENTENCES = re.compile(r"[.!?:;,…]+(?:\s+|$)|\s[-–—|»›•]\s")
_SIGNS = re.compile(r"[\W_]+")

_SORRY = (
    r"(?:(?:xin loi|rat tiec|thong bao|thong tin|loi|(?:loi |error )?404|error|oops|opps|sorry"
    r"|we (?:are|re) sorry) )?"
)
_NOUN = (
    r"(?:trang(?: web| tin)?|noi dung|bai(?: viet| dang| bao)?|tin(?: bai| tuc)?|thong tin|du lieu"
    r"|duong (?:dan|link)|lien ket|tai lieu|van ban|chuyen muc|tap tin|tep(?: tin)?|dia chi|url"
    r"|file|link)"
)
_THAT = (
    r"(?: (?:nay|do|tren|ban|quy vi|quy khach|ma|yeu cau|duoc|can|dang|hien|vua|voi)\b.{0,60}?)?"
)
_OR = (
    r"(?: (?:hoac|nua|tren|trong|hay|vui long|xin|va|tai|do|bi|khoi|moi|co the|boi|theo|quay)"
    r"\b.{0,90})?"
)
_MISSING_SAID = "|".join(
    (
        rf"{_SORRY}{_NOUN}{_THAT} (?:hien |co the )?(?:khong (?:con )?(?:ton tai|kha dung)|khong con"
        r"|khong (?:the )?(?:duoc )?tim thay|(?:da )?bi (?:xoa|go|an|thu hoi)(?: bo)?"
        rf"|da (?:duoc )?(?:xoa|go|an|thu hoi|di chuyen)){_OR}",
        rf"{_SORRY}(?:chung toi )?khong (?:the )?tim thay {_NOUN}"
        r"(?: (?:nay|nao|ban|quy vi|quy khach|yeu cau|duoc|phu hop|hoac|can|theo|tuong ung|ma|dang)"
        r"\b.{0,90})?",
        rf"{_SORRY}(?:the |this |that )?(?:requested )?(?:web ?)?(?:page|article|post|file|document"
        r"|content|resource|url|link|item)"
        r"(?: (?:you|that|at|with|requested|is|was|has|on|or)\b.{0,60}?)? (?:not found|(?:could|can) "
        r"?not be found|(?:couldn|can) ?t be found|does ?n ?t (?:seem to )?exist|does not exist"
        r"|(?:is )?no longer (?:exists?|available|here)|(?:has been|was) (?:removed|deleted|moved)"
        r"|isn t (?:here|available))(?: .{0,90})?",
        r"(?:we |i )?(?:can ?t|cannot|couldn ?t|could not) (?:seem to )?find (?:the |that |this )?"
        r"(?:page|article|content)\b.{0,60}",
        r"khong tim thay ban tin(?: nay)?|(?:apache |the )?requested resource was not found",
    )
)
_MISSING_HEAD = (
    rf"{_MISSING_SAID}|{_SORRY}(?:http |status |ma |trang |page )*404(?: (?:loi|error|not found|page"
    r"|khong|trang|file|oops|bai|component|category|article)\b.{0,60})?|(?:page |file |404 )?not found"
    r"|khong tim thay|khong ton tai|nothing found(?: .{0,40})?|http status 404 .{0,60}"
)
_ERROR_SAID = "|".join(
    (
        r"(?:this |your )?(?:website|trang web|trang|site|cong thong tin(?: dien tu)?|portal|he thong"
        r"|chung toi)(?: nay| hien| hien tai| cua chung toi)?(?: tam thoi)? (?:dang|tam|tam thoi|se)"
        r"(?: (?:duoc|tien hanh|thuc hien|trong (?:qua trinh|thoi gian)|tam)){0,2} (?:bao tri"
        r"|bao duong|nang cap|ngung|dung hoat dong|gian doan|dong cua|khoa)(?: .{0,80})?",
        r"(?:(?:this |our |the )?(?:web)?site |we |we )?(?:is |are |re )?(?:currently |temporarily "
        r"|briefly )?(?:down for|under(?:going)?|unavailable for|offline for) (?:scheduled |routine "
        r"|planned )?maintenance(?: .{0,60})?|we ll be (?:right )?back (?:soon|shortly).{0,40}",
        r"there has been a critical error on (?:this|your) website.{0,80}"
        r"|error establishing a database connection|khong co san .{0,40}bao tri.{0,40}",
        r"(?:da |rat tiec da )?(?:co|xay ra|xuat hien) (?:mot )?loi (?:nghiem trong )?(?:xay ra"
        r"|he thong|may chu|tren (?:trang web|website|he thong)|trong qua trinh (?:xu ly|truy cap))"
        r"(?: .{0,60})?",
        r"(?:this |hosting )?account (?:has been )?suspended|error displaying the error page.{0,120}",
        r"an? (?:unexpected |internal )?error (?:has )?occurred(?: (?:while|on|in|please)\b.{0,60})?",
    )
)
_ERROR_HEAD = (
    rf"{_ERROR_SAID}|(?:http |ma )?(?:status |error |loi )?(?:code )?5[0-9][0-9](?: (?:internal"
    r"|service|bad|gateway|server|error|loi|temporarily|web server|origin|connection|a timeout|ssl)"
    r"\b.{0,80})?|.{0,60}(?:429 too many requests|5[0-9][0-9] (?:web server|origin|connection|a time"
    r"|bad gateway|ssl).{0,40})|(?:internal )?server error(?: in .{0,60})?|internal error"
    r"|service (?:is )?(?:temporarily )?unavailable.{0,40}|bad gateway.{0,40}"
    r"|gateway time ?out.{0,40}|runtime error|application error.{0,40}|too many requests"
    r"|database (?:connection )?error.{0,40}|(?:php )?(?:fatal|parse) error.{0,80}"
    r"|whoops looks like something went wrong|oops an error occurred|(?:che do )?bao tri(?: he thong"
    r"| website| trang web)?|maintenance(?: mode)?|loi (?:he thong|may chu|ung dung|csdl|co so du lieu"
    r"|(?:thiet lap )?ket noi(?: den| toi)? (?:co so du lieu|csdl|database|may chu|du lieu))"
    r"(?: (?:vui long|xin|da|500)\b.{0,40})?"
)
_ERROR_TEXT = re.compile(  # anywhere in the first words of a page that shows nothing else
    r"fatal error: |parse error: |uncaught (?:[a-z_\\]{0,60}exception|error)|warning: mysqli?_"
    r"|sqlstate\[|error establishing a database connection|loi thiet lap ket noi co so du lieu"
    r"|(?:could|can)(?:not| not) connect to (?:mysql|database|the database)|too many connections"
    r"|server error in '/|java\.(?:lang|sql|io)\.[a-z]+exception|http status 5[0-9][0-9]|ora-[0-9]{5}:"
    r"|system\.(?:web|data|nullreference)[a-z.]*exception|mysql server has gone away"
    r"|error displaying the error page|critical error on this website|access denied for user '"
    r"|loi nghiem trong tren (?:trang web|website)|the server returned a \"5[0-9][0-9]"
)
_LOGIN_SAID = "|".join(
    (
        r"(?:(?:ban|quy vi|quy khach|nguoi dung|vui long|hay|xin|moi ban|moi)(?: \w{1,12}){0,4} )?"
        r"dang nhap(?: \w{1,12}){0,6} de (?:xem|doc|tiep tuc|truy cap|theo doi)(?: .{0,60})?",
        r"(?:you (?:must|need to|have to) (?:be )?(?:log(?:ged)?|sign(?:ed)?) ?in|(?:please )?(?:log"
        r"|sign) ?in)(?: .{0,20})? to (?:view|read|see|access|continue)(?: .{0,60})?",
        r"this (?:content|page|article) is (?:only )?(?:for|available to|restricted to) .{0,20}"
        r"(?:members|subscribers|users).{0,40}|you are not authori[sz]ed to (?:access|view).{0,40}",
        r"(?:ban |quy vi |tai khoan )?khong (?:co|du) quyen (?:truy cap|xem)(?: (?:trang|noi dung|bai"
        r"|thong tin|chuc nang|vao)\b.{0,60})?",
        r"(?:noi dung|bai viet|trang) (?:nay )?(?:chi )?danh (?:rieng )?cho (?:thanh vien|hoi vien"
        r"|thue bao|can bo)(?: .{0,40})?",
    )
)
_LOGIN_HEAD = (
    rf"{_LOGIN_SAID}|(?:trang |form )?(?:dang nhap|log ?in|sign ?in|user login|member login)(?: (?:he "
    r"thong|tai khoan|thanh vien|nguoi dung|quan tri|vao he thong|to continue|form|page|required))?"
)
_WALL_SAID = "|".join(
    (
        r".{0,60}(?:verify(?:ing)?|confirm|make sure|prove|ensure)(?: that)? you (?:are|re) (?:not )?"
        r"(?:a )?(?:human|robot|bot).{0,60}|.{0,30}enable javascript and cookies.{0,40}",
        r".{0,60}checking (?:your|the|if the) (?:browser|site connection).{0,80}",
        r".{0,40}unusual (?:traffic|activity) from .{0,60}|.{0,20}ddos (?:guard|protection).{0,60}",
        r".{0,40}security service to protect itself.{0,60}|request unsuccessful.{0,60}",
        r"(?:please |vui long )?(?:enable|turn on|bat) cookies?.{0,40}|.{0,40}your support id is.{0,40}",
        r".{0,40}(?:xac (?:minh|nhan|thuc)|chung minh)(?: rang| la)? (?:ban|quy vi|quy khach)(?: la)?"
        r" (?:khong phai|con nguoi|nguoi that|nguoi dung that).{0,60}",
        r"(?:toi|ban) khong phai (?:la )?(?:robot|nguoi may|bot)",
        r"(?:(?:yeu cau|truy cap|request|ket noi|(?:dia chi )?ip)(?: truy cap)?|ban)(?: cua (?:ban|quy "
        r"khach|quy vi))? (?:da |dang |tam thoi )?bi (?:(?:he thong|tuong lua) )?(?:tam )?(?:tu choi"
        r"|chan|khoa)(?: (?:boi|do|vi|tren|vui long|tam|truy cap|den|vao)\b.{0,80})?",
        r".{0,40}phat hien (?:truy cap|hanh vi|luu luong|dau hieu|yeu cau) (?:bat thuong|tan cong"
        r"|dang ngo|khong hop le).{0,60}|.{0,30}kiem tra trinh duyet(?: cua ban)?(?: .{0,40})?",
    )
)
_WALL_HEAD = (
    rf"{_WALL_SAID}|just a moment|attention required|(?:.{{0,30}} )?access (?:to this page has been )?"
    r"(?:denied|blocked|restricted)(?: .{0,60})?|(?:error )?(?:403 )?forbidden|error 10[0-9]{2}.{0,40}"
    r"|request (?:rejected|blocked)|(?:sorry )?you have been blocked|ddos guard|one more step"
    r"|are you (?:a )?(?:human|robot)(?: .{0,40})?|(?:.{0,20} )?(?:security|human|bot|browser) (?:check"
    r"|verification|checkpoint)|pardon our interruption|client challenge|robot check|captcha"
    r"|(?:.{0,40} )?(?:website|web application) firewall(?: .{0,40})?|tu choi truy cap"
    r"|truy cap bi (?:tu choi|chan)|xac (?:minh|thuc) (?:truy cap|bao mat|trinh duyet|nguoi dung)"
    r"|ma xac (?:nhan|thuc|minh) truy cap|kiem tra bao mat|.{0,30}chong ddos"
)
_SAID = tuple(  # in the order in which a page is believed
    (quality, re.compile(said))
    for quality, said in (
        (Quality.LOGIN_WALL, _LOGIN_SAID),
        (Quality.BOT_WALL, _WALL_SAID),
        (Quality.SERVER_ERROR, _ERROR_SAID),
        (Quality.SOFT_404, _MISSING_SAID),
    )
)
_HEAD = tuple(
    (quality, re.compile(head))
    for quality, head in (
        (Quality.BOT_WALL, _WALL_HEAD),
        (Quality.SERVER_ERROR, _ERROR_HEAD),
        (Quality.SOFT_404, _MISSING_HEAD),
        (Quality.LOGIN_WALL, _LOGIN_HEAD),
    )
)


def said_by_title(text: str) -> Quality | None:
    """What a title or heading says of its page, alone or as a part set off by a sign."""
    return _judged(text, _TITLE_PARTS, _HEAD)


def said_by_text(text: str) -> Quality | None:
    """What one of the first sentences of a paragraph says of the page it stands on."""
    return _judged(text, _SENTENCES, _SAID)


def is_error_text(text: str) -> bool:
    """Whether the first words of a page hold what only a program in trouble prints."""
    return _ERROR_TEXT.search(fold(text)) is not None


def _judged(
    text: str, seams: re.Pattern[str], sentences: tuple[tuple[Quality, re.Pattern[str]], ...]
) -> Quality | None:
    text = tidy(text)
    parts = dict.fromkeys((text, *seams.split(text, maxsplit=_PARTS_LIMIT)[:_PARTS_LIMIT]))
    keys = [_SIGNS.sub(" ", fold(part)).strip() for part in parts if len(part) <= _SENTENCE_CHARS]
    for quality, sentence in sentences:
        if any(sentence.fullmatch(key) for key in keys):
            return quality
    return None
