"""Certificates that are good, expired, for another name, of nobody; made anew in each run."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import trustme

HOST = "sontay.example.vn"
KINDS = ("good", "expired", "early", "wrong-name", "unknown-issuer", "self-signed")
_PAST = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
_FUTURE = (datetime(2998, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))


class Authority:
    """An authority of our own; whoever trusts `write_to`'s file trusts its certificates."""

    def __init__(self) -> None:
        self._authority = trustme.CA()

    def write_to(self, path: Path) -> str:
        """Write its certificate, as `SSL_CERT_FILE` wants it."""
        self._authority.cert_pem.write_to_path(path)
        return str(path)

    def context(self, kind: str, host: str = HOST) -> ssl.SSLContext:
        """The context of a server under that name whose certificate is of that kind."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        if kind == "self-signed":
            lone = trustme.CA()  # an authority's own certificate is signed by itself
            with lone.private_key_pem.tempfile() as key, lone.cert_pem.tempfile() as certificate:
                context.load_cert_chain(certificate, key)
            return context
        issuer = trustme.CA() if kind == "unknown-issuer" else self._authority
        named = "elsewhere.example.vn" if kind == "wrong-name" else host
        begins, ends = {"expired": _PAST, "early": _FUTURE}.get(kind, (None, None))
        issuer.issue_cert(named, not_before=begins, not_after=ends).configure_cert(context)
        return context
