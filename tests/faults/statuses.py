"""Answers that are whole and mean something else: refusals, walls, redirects, conditions."""

from collections.abc import Mapping

from tests.faults.pages import PAGE
from tests.faults.server import Connection, Fault, answer, redirect

_TOO_MANY = "429 Too Many Requests"
_BUSY = "503 Service Unavailable"
ERROR_PAGE = (
    b"<!doctype html><title>500 - Internal server error</title><h1>Server Error</h1>"
    b"<p>java.sql.SQLException: connection refused</p>"
)
LOGIN = b'<!doctype html><form action="/login"><input type="password" name="p"></form>'


async def cookie_wall(connection: Connection) -> None:
    """A page for those who send the cookie; the others are sent round again."""
    if connection.request.header("Cookie"):
        await connection.send(answer(PAGE))
    else:
        extra = ("Location: /cookie-demanding", "Set-Cookie: pass=s3cret; Path=/; Domain=vn")
        await connection.send(answer(b"", *extra, status="302 Found"))


async def conditional(connection: Connection) -> None:
    """304 for those who know the ETag."""
    if connection.request.header("If-None-Match") == '"v1"':
        await connection.send(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
    else:
        await connection.send(answer(PAGE, 'ETag: "v1"'))


async def changing_etag(connection: Connection) -> None:
    """The same page under another ETag each time, whatever is asked."""
    port = connection.writer.get_extra_info("peername")[1]
    await connection.send(answer(PAGE, f'ETag: "{port}-{connection.request.connection_no}"'))


async def chain(connection: Connection) -> None:
    """/chain/N redirects to /chain/N-1, and /chain/0 is a page."""
    left = int(connection.request.path.rpartition("/")[2] or 0)
    await connection.send(redirect(f"/chain/{left - 1}") if left else answer(PAGE))


async def numbered(connection: Connection) -> None:
    """/numbered/N leads to /numbered/N+1, for ever."""
    number = int(connection.request.path.rpartition("/")[2] or 0)
    await connection.send(redirect(f"/numbered/{number + 1}"))


def refusing(status: str, after: str) -> bytes:
    """A refusal with that `Retry-After`."""
    return answer(b"slow", f"Retry-After: {after}", status=status)


FAULTS: Mapping[str, Fault] = {
    "/chain/": chain,
    "/numbered/": numbered,
    "/loop-a": redirect("/loop-b"),
    "/loop-b": redirect("/loop-a"),
    "/loop-self": redirect("/loop-self"),
    "/to-other-host": redirect("http://other.example/away", "301 Moved Permanently"),
    "/to-relative": redirect("ok?from=../x"),
    "/to-raw-utf8": redirect("/ok?q=" + "tin mới".encode().decode("latin-1")),
    "/to-fragment": redirect("/ok#part", "308 Permanent Redirect"),
    "/to-mail": redirect("mailto:a@b.vn"),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-script": redirect("javascript:alert(1)"),
    "/to-data": redirect("data:text/html,hello"),
    "/to-ftp": redirect("ftp://ftp.example.vn/a"),
    "/to-credentials": redirect("http://user:s3cret@other.example/"),
    "/to-nowhere": answer(b"", status="302 Found"),
    "/to-garbage": redirect("http://[not-an-address]/"),
    "/to-far": redirect("/ok?" + "a" * 60_000),
    "/to-private": redirect("http://10.1.2.3/"),
    "/to-private-in-hex": redirect("http://0x0a.1.2.3/"),
    "/to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
    "/to-loopback": redirect("http://127.0.0.1:1/"),
    "/to-mapped": redirect("http://[::ffff:10.1.2.3]/"),
    "/to-two-places": answer(b"", "Location: /ok", "Location: /empty", status="302 Found"),
    "/300": answer(b"<p>choose", status="300 Multiple Choices"),
    "/304": conditional,
    "/304-without-cause": b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
    "/304-with-body": answer(PAGE, status="304 Not Modified"),
    "/changing-etag": changing_etag,
    "/400": answer(b"<p>400", status="400 Bad Request"),
    "/401": answer(LOGIN, 'WWW-Authenticate: Basic realm="x"', status="401 Unauthorized"),
    "/403": answer(b"<p>403", status="403 Forbidden"),
    "/404": answer(b"<p>404", status="404 Not Found"),
    "/407": answer(b"<p>407", status="407 Proxy Authentication Required"),
    "/410": answer(b"<p>410", status="410 Gone"),
    "/451": answer(b"<p>451", status="451 Unavailable For Legal Reasons"),
    "/429": answer(b"slow", status=_TOO_MANY),
    "/429-retry-after": refusing(_TOO_MANY, "120"),
    "/429-date": refusing(_TOO_MANY, "Wed, 01 Jan 2025 07:10:00 GMT"),
    "/429-year-9999": refusing(_TOO_MANY, "Fri, 31 Dec 9999 23:59:59 GMT"),
    "/429-past": refusing(_TOO_MANY, "Wed, 01 Jan 2020 00:00:00 GMT"),
    "/429-negative": refusing(_TOO_MANY, "-5"),
    "/429-text": refusing(_TOO_MANY, "soon"),
    "/429-huge": refusing(_TOO_MANY, "9" * 30),
    "/429-zero": refusing(_TOO_MANY, "0"),
    "/429-empty": refusing(_TOO_MANY, ""),
    "/429-twice": answer(b"slow", "Retry-After: soon", "Retry-After: 120", status=_TOO_MANY),
    "/500": answer(b"<p>500", status="500 Internal Server Error"),
    "/502": answer(b"<p>502", status="502 Bad Gateway"),
    "/503": answer(b"busy", status=_BUSY),
    "/503-retry-after": refusing(_BUSY, "Wed, 01 Jan 2025 07:10:00 GMT"),
    "/500-retry-after": refusing("500 Internal Server Error", "120"),
    "/200-with-error": answer(ERROR_PAGE),
    "/200-with-login": answer(LOGIN),
    "/cookie-demanding": cookie_wall,
}
