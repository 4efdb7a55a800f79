"""What a mail looks like: headers, a page as its body, files that come along. Always in the same order.

The headers are made by the standard library, which refuses line breaks in them; the parts are put together
here, because that takes a tenth of the time.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import encode_rfc2231, format_datetime, parseaddr
from hashlib import sha256
from html import escape, unescape

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x20\x7f]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x20\x7f]{1,253}")
_NOT_IN_NAMES = str.maketrans('/\\:|"<>', "----'()", "?*")


@dataclass(frozen=True)
class Attached:
    """A file that comes along."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Mail:
    """A mail to one person. `page` is HTML; without it the body is the `text`."""

    message_id: str
    sender: str
    recipient_name: str | None
    recipient: str
    subject: str
    at: datetime
    text: str
    page: str | None = None
    pictures: Sequence[Attached] = ()
    """Those that the page shows, as `cid:` and their name."""
    attached: Sequence[Attached] = ()
    opt_out_url: str | None = None
    opt_out_address: str | None = None


def usable_address(address: str | None) -> str | None:
    """The address as mail servers take it, its domain in plain letters; None if it cannot be one."""
    if address is None or _ADDRESS.fullmatch(address.strip()) is None:
        return None
    local, _, domain = address.strip().partition("@")
    if not local.isascii():
        return None
    try:
        return f"{local}@{domain.encode('idna').decode() if not domain.isascii() else domain}"
    except UnicodeError:
        return None


def address_of(sender: str) -> str:
    """The address in 'Name <address>'."""
    return parseaddr(sender)[1]


def message_id(number: int, origin: str, again: int, sender: str) -> str:
    """The name of a mail for ever: of its number, where that comes from, and which time it goes."""
    digest = sha256(f"{origin}\n{number}\n{again}".encode()).hexdigest()[:20]
    time = f".{again}" if again else ""
    return f"<{number}{time}.{digest}@{address_of(sender).partition('@')[2] or 'localhost'}>"


def file_name(subject: str | None, ending: str) -> str:
    """What an attachment is called after the subject of its mail."""
    return f"{plain_name(subject) or 'Attachment'}{ending}"


def plain_name(text: str | None) -> str:
    """A text as the name of a file, without ending and signs that some computers cannot have in names."""
    kept = "".join(letter for letter in (text or "").translate(_NOT_IN_NAMES) if letter.isprintable())
    return " ".join(kept.split()).strip(". ")[:120]


def compose(mail: Mail) -> bytes:
    """The mail as it is sent. Raises ValueError for a header that cannot be one."""
    headers = EmailMessage(policy=SMTP)
    headers["From"] = _one_line(mail.sender)
    local, _, domain = mail.recipient.partition("@")
    headers["To"] = Address(_one_line(mail.recipient_name or ""), local, domain)
    headers["Subject"] = _one_line(mail.subject)
    headers["Date"] = format_datetime(mail.at)
    headers["Message-ID"] = mail.message_id
    headers["Auto-Submitted"] = "auto-generated"
    ways = []
    if mail.opt_out_url is not None:
        ways.append(f"<{mail.opt_out_url}>")
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.opt_out_address is not None:
        ways.append(f"<mailto:{mail.opt_out_address}?subject=unsubscribe>")
    headers["MIME-Version"] = "1.0"
    head = headers.as_bytes(policy=SMTP).rstrip(b"\r\n") + b"\r\n"
    if ways:
        # Mail programs read this one literally, so it is not folded but between the ways.
        head += _one_line(f"List-Unsubscribe: {', '.join(ways)}").replace(", <", ",\r\n <").encode() + b"\r\n"
    return head + _body(mail)


def _body(mail: Mail) -> bytes:
    body = _part("text/plain; charset=utf-8", _with_way_out(mail).encode())
    if mail.page is not None:
        page = _part("text/html; charset=utf-8", _page_with_way_out(mail).encode())
        if mail.pictures:
            shown = [_part(one.content_type, one.data, one.name, inline=True) for one in mail.pictures]
            page = _several("related", [page, *shown], mail.message_id)
        body = _several("alternative", [body, page], mail.message_id)
    if not mail.attached:
        return body
    files = [_part(file.content_type, file.data, file.name) for file in mail.attached]
    return _several("mixed", [body, *files], mail.message_id)


def _with_way_out(mail: Mail) -> str:
    text = mail.text if mail.page is None else as_text(mail.page)
    return f"{text}\n\n-- \n{mail.opt_out_url}\n" if mail.opt_out_url else f"{text}\n"


def _page_with_way_out(mail: Mail) -> str:
    page = mail.page or ""
    if mail.opt_out_url is None or mail.opt_out_url in page:
        return page
    link = f'<p style="font-size:small"><a href="{escape(mail.opt_out_url)}">Unsubscribe / Afmelden</a></p>'
    end = page.lower().rfind("</body>")
    return page + link if end < 0 else page[:end] + link + page[end:]


def _several(kind: str, parts: Sequence[bytes], name: str) -> bytes:
    # Parts are base64, so no line of theirs can be taken for the boundary.
    boundary = f"={kind}={sha256(name.encode()).hexdigest()[:24]}="
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    line = f"--{boundary}".encode()
    return head + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def _part(content_type: str, data: bytes, name: str | None = None, *, inline: bool = False) -> bytes:
    lines = [f"Content-Type: {_token(content_type)}", "Content-Transfer-Encoding: base64"]
    if name is not None:
        clean = _one_line(name).replace("\\", "-").replace('"', "'")
        shown = f'="{clean}"' if clean.isascii() else f"*={encode_rfc2231(clean, 'utf-8')}"
        lines.append(f"Content-Disposition: {'inline' if inline else 'attachment'}; filename{shown}")
        if inline:
            lines.append(f"Content-ID: <{re.sub(r'[^A-Za-z0-9._-]', '-', clean)}>")
    encoded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + encoded


def _token(content_type: str) -> str:
    found = re.match(r"[\w.+-]+/[\w.+-]+(;\s*charset=[\w-]+)?$", content_type)
    return content_type if found else "application/octet-stream"


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def as_text(page: str) -> str:
    """A page of HTML as plain text, for those who read no other."""
    text = re.sub(r"(?is)<(script|style|head|title)\b.*?</\1\s*>", "", page)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?i)<br\s*/?>|</(p|div|h[1-6]|li|tr|table|ul|ol)\s*>", "\n", text)
    text = re.sub(r"(?i)</t[dh]\s*>", "\t", text)
    text = unescape(re.sub(r"<[^>]*>", "", text))
    lines = [line.strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
