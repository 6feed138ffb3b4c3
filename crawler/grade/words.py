"""The sentences with which a page says that it is not what was asked for. Pure.

A sentence is judged whole, as a search key without signs: `Xin lỗi, trang này không tồn tại!` is
`xin loi` and `trang nay khong ton tai`. So a page about a thing is told from the thing itself:
"Trang bạn tìm không tồn tại" is an answer, "Không tìm thấy người mất tích" is news. What stands
under HEAD is believed only of a title or a heading, the rest wherever it stands.

One form a line (an indented line goes on with it): a pattern whose groups never capture and in
which `…` stands for up to 90 characters more, or none.
"""

import re

from core.records import Quality
from core.text import fold

_SENTENCE_CHARS = 240
_PARTS_LIMIT = 8  # of one text
_TITLE_SEAMS = re.compile(r" [-–—|»«›‹•:] |: |\|")
_TEXT_SEAMS = re.compile(r"[.!?:;,…]+(?:\s+|$)|\s[-–—|»›•]\s")
_SIGNS = re.compile(r"[\W_]+")

_WORDS = {
    "SORRY": "((xin loi|rat tiec|thong bao|thong tin|loi|error|oops|opps|ooops|sorry"
    "|we (are|re) sorry|(loi |error )?404) )?",
    "NOUN": "(trang( web| tin)?|noi dung|bai( viet| dang| bao)?|tin( bai| tuc)?|ban tin|thong tin"
    "|du lieu|duong (dan|link)|lien ket|tai lieu|van ban|chuyen muc|tap tin|tep( tin)?|dia chi|url"
    "|file|link)",
    "PAGE": "(the |this |that |your )?(requested )?(web ?)?(page|article|post|file|document|content"
    "|resource|url|link|item)",
    "SITE": "(website|trang web|trang|site|cong thong tin( dien tu)?|portal|he thong|chung toi)",
}

_MISSING = r"""
SORRYNOUN( (nay|do|tren|ban|quy vi|quy khach|ma|yeu cau|duoc|can|dang|hien|vua|voi)\b.{0,60}?)?
     (hien |co the )?(khong (con )?(ton tai|kha dung)|khong con|khong (the )?(duoc )?tim thay
    |(da )?bi (xoa|go|an|thu hoi)( bo)?|da (duoc )?(xoa|go|an|thu hoi|di chuyen))
    ( (hoac|nua|tren|trong|hay|vui long|xin|va|tai|do|bi|khoi|moi|co the|boi|theo|quay)\b.{0,90})?
SORRY(chung toi )?khong (the )?tim thay NOUN
    ( (nay|nao|ban|quy vi|quy khach|yeu cau|duoc|phu hop|hoac|can|theo|tuong ung|ma|dang)\b.{0,90})?
SORRYPAGE( (you|that|at|with|requested|is|was|has|on|or)\b.{0,60}?)?
     (not found|(could|can) ?not be found|(couldn|can) ?t be found|does ?n ?t (seem to )?exist
    |does not exist|(is )?no longer (exists?|available|here)|(has been|was) (removed|deleted|moved)
    |isn t (here|available)) …
(we |i )?(can ?t|cannot|couldn ?t|could not) (seem to )?find PAGE …
"""
_MISSING_HEAD = r"""
SORRY(http |status |ma |trang |page ){0,3}404( (loi|error|page|not found|khong tim thay)){0,2}
SORRY((page|file) )?not found
SORRYkhong (tim thay|ton tai)
nothing found …
http status 404 …
"""

_ERROR = r"""
(this )?SITE( nay| hien| hien tai| cua chung toi)?( tam thoi)? (dang|tam|tam thoi|se)
    ( (duoc|tien hanh|thuc hien|trong (qua trinh|thoi gian)|tam)){0,2}
     (bao tri|bao duong|nang cap|ngung|dung hoat dong|gian doan|dong cua|khoa) …
((this |our |the )?(web)?site |we )?(is |are |re )?(currently |temporarily |briefly )?
    (down for|under(going)?|unavailable for|offline for) (scheduled |routine )?maintenance …
we ll be (right )?back (soon|shortly) …
… there has been a critical error on (this|your) website …
error establishing a database connection
loi (khi )?(thiet lap )?ket noi( den| toi)? (co so du lieu|csdl|database)
khong co san … bao tri …
(da |rat tiec da )?(co|xay ra|xuat hien) (mot )?loi (nghiem trong )?(xay ra|he thong|may chu
    |(o )?tren (trang web|website|he thong)|trong qua trinh (xu ly|truy cap)) …
(this |hosting )?account (has been )?suspended
tai khoan (hosting )?(nay )?(da )?bi (tam )?(khoa|ngung|dinh chi)
error displaying the error page …
an? (unexpected |internal )?error (has )?occurred( (while|on|in|please)\b.{0,60})?
"""
_ERROR_HEAD = r"""
(http |ma )?(status |error |loi )?(code )?5[0-9][0-9]
    ( (internal|service|bad|gateway|server|error|loi|temporarily|web server|origin|connection
    |a timeout|ssl)\b.{0,80})?
… (429 )?too many requests
… 5[0-9][0-9] (web server|origin|connection|a time|bad gateway|ssl) …
(internal )?server error( in .{0,60})?
internal error
service (is )?(temporarily )?unavailable …
bad gateway …
gateway time ?out …
runtime error
application error …
(wordpress )?database (connection )?error …
(php )?(fatal|parse) error …
(whoops looks like )?something went wrong
oops an error occurred
(che do )?bao tri( he thong| website| trang web)?
(site |website )?maintenance( mode)?
loi (he thong|may chu|ung dung|csdl|co so du lieu|ket noi( den| toi)? (may chu|du lieu))
    ( (vui long|xin|da|500)\b.{0,40})?
"""
_ERROR_TEXT = re.compile(  # in the first words of a page that shows nothing else, signs and all
    r"fatal error: |parse error: |uncaught (?:[a-z_\\]{0,60}exception|error)|warning: mysqli?_"
    r"|sqlstate\[|(?:could|can)(?:not| not) connect to (?:mysql|database|the database)"
    r"|error establishing a database connection|too many connections|mysql server has gone away"
    r"|server error in '/|java\.(?:lang|sql|io)\.[a-z]+exception|http status 5[0-9][0-9]"
    r"|system\.(?:web|data|nullreference)[a-z.]*exception|ora-[0-9]{5}:|access denied for user '"
    r"|error displaying the error page|critical error on this website"
    r"|loi nghiem trong (?:o )?tren (?:trang web|website)|the server returned a \"5[0-9][0-9]"
)

_LOGIN = r"""
((ban|quy vi|quy khach|nguoi dung|vui long|hay|xin|moi ban|moi)( \w{1,12}){0,4} )?
    dang nhap( \w{1,12}){0,6} de (xem|doc|tiep tuc|truy cap|theo doi) …
you (must|need to|have to) (be )?(log(ged)?|sign(ed)?) ?in … to (view|read|see|access|continue) …
(please )?(log|sign) ?in … to (view|read|see|access|continue)( (this|the|reading|to|with)\b.{0,60})?
this (content|page|article) is (only )?(for|available to|restricted to) … (members|subscribers) …
you are not authori[sz]ed to (access|view) …
(ban |quy vi |tai khoan )?khong (co|du) quyen (truy cap|xem)
    ( (trang|noi dung|bai|thong tin|chuc nang|vao)\b.{0,60})?
(noi dung|bai viet|trang) (nay )?(chi )?danh (rieng )?cho (thanh vien|hoi vien|thue bao|can bo) …
"""
_LOGIN_HEAD = r"""
(trang |form )?(dang nhap|log ?in|sign ?in|user login|member login)( (he thong|tai khoan|thanh vien
    |nguoi dung|quan tri|vao he thong|to continue|form|page|required))?
"""

_WALL = r"""
… (verify(ing)?|confirm|make sure|prove|ensure)( that)? you (are|re) (not )?(a )?(human|robot|bot) …
… enable javascript and cookies …
… checking (your|the|if the) (browser|site connection) …
… unusual (traffic|activity) from …
… ddos (guard|protection) …
… security service to protect itself …
request unsuccessful …
(please |vui long )?(enable|turn on|bat) cookies? …
… your support id is …
… (xac (minh|nhan|thuc)|chung minh)( rang| la)? (ban|quy vi|quy khach)( la)?
     (khong phai|con nguoi|nguoi that|nguoi dung that) …
(toi|ban) khong phai (la )?(robot|nguoi may|bot)
SORRY((yeu cau|truy cap|request|ket noi|(dia chi )?ip)( truy cap)?|ban)
    ( cua (ban|quy khach|quy vi))? (da |dang |tam thoi )?
    bi ((he thong|tuong lua) )?(tam )?(tu choi|chan|khoa)
    ( (boi|do|vi|tren|vui long|tam|truy cap|den|vao)\b.{0,80})?
… phat hien (truy cap|hanh vi|luu luong|dau hieu|yeu cau) (bat thuong|tan cong|dang ngo) …
… kiem tra trinh duyet( cua ban)? …
"""
_WALL_HEAD = r"""
just a moment
attention required
… access (to this page has been )?(denied|blocked|restricted) …
(error )?(403 )?forbidden
error 10[0-9]{2} …
request (rejected|blocked)
(sorry )?you have been blocked
ddos guard
one more step
are you (a )?(human|robot) …
… (security|human|bot|browser) (check|verification|checkpoint)
pardon our interruption
client challenge
robot check
captcha
… (website|web application) firewall …
tu choi truy cap
truy cap bi (tu choi|chan)
xac (minh|thuc) (truy cap|bao mat|trinh duyet|nguoi dung)
ma xac (nhan|thuc|minh) truy cap
kiem tra bao mat
… chong ddos
"""


class _Forms:
    """The forms of one kind of sentence; those that begin with `…` may begin anywhere in it."""

    def __init__(self, *texts: str) -> None:
        text = "".join(texts).replace("\n    ", "")
        for name, words in _WORDS.items():
            text = text.replace(name, words)
        forms = re.sub(r"\((?!\?)", "(?:", text).split("\n")
        whole = [form for form in forms if form and not form.startswith("… ")]
        inner = [form.removeprefix("… ") for form in forms if form.startswith("… ")]
        self._whole = re.compile("|".join(map(_opened, whole)))
        self._inner = re.compile(f" (?:{'|'.join(map(_opened_within, inner))})" if inner else "$^")

    def fit(self, key: str) -> bool:
        """Whether a sentence, as a search key without signs, has one of these forms."""
        return bool(self._whole.fullmatch(key) or self._inner.search(f" {key} "))


def _opened(form: str) -> str:
    return form.replace("… ", "(?:.{1,90} )?").replace(" …", "(?: .{1,90})?")


def _opened_within(form: str) -> str:
    return f"{form.removesuffix(' …')} " if form.endswith(" …") else f"{form} $"


class _Kinds:
    """What sentences say of a page, in the order in which they are believed."""

    def __init__(self, seams: re.Pattern[str], **texts: str) -> None:
        self._seams = seams
        self._kinds = [(Quality(name), _Forms(text)) for name, text in texts.items()]
        self._any = _Forms(*texts.values())  # one look at what says nothing, as most do

    def judge(self, text: str) -> Quality | None:
        """What one of the first sentences says."""
        parts = self._seams.split(fold(text), maxsplit=_PARTS_LIMIT)[:_PARTS_LIMIT]
        keys = [_SIGNS.sub(" ", part).strip() for part in parts if len(part) <= _SENTENCE_CHARS]
        telling = [key for key in keys if key and self._any.fit(key)]
        return next(
            (kind for kind, forms in self._kinds for key in telling if forms.fit(key)), None
        )


_SAID = _Kinds(
    _TEXT_SEAMS, login_wall=_LOGIN, bot_wall=_WALL, server_error=_ERROR, soft_404=_MISSING
)
_TITLED = _Kinds(
    _TITLE_SEAMS,
    bot_wall=_WALL + _WALL_HEAD,
    server_error=_ERROR + _ERROR_HEAD,
    soft_404=_MISSING + _MISSING_HEAD,
    login_wall=_LOGIN + _LOGIN_HEAD,
)


def said_by_title(text: str) -> Quality | None:
    """What a title or a heading says of its page, whole or in a part set off by a sign."""
    return _TITLED.judge(text)


def said_by_text(text: str) -> Quality | None:
    """What one of the first sentences of a paragraph says of the page it stands on."""
    return _SAID.judge(text)


def is_error_text(text: str) -> bool:
    """Whether the first words of a page hold what only a program in trouble prints."""
    return _ERROR_TEXT.search(fold(text)) is not None
