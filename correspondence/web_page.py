"""A letter (.docx) as a page of HTML, for mails that have the letter as their content (domain B11).

Text, its looks, tables, lists, links and pictures of the body; what stands in headers and footers of paper is
left out, as Word does when it sends mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from posixpath import basename, join, normpath

from lxml import etree

from correspondence.archive import Packed, read_archive
from correspondence.package import parsed
from domain.errors import DocumentUnreadable

_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
_EMUS_PER_PIXEL = 9_525
_SAFE_LINK = re.compile(r"(https?:|mailto:|tel:)", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
_ALIGNED = {"center": "center", "right": "right", "end": "right", "both": "justify"}
_STYLES = {"b": "font-weight:bold", "i": "font-style:italic", "strike": "text-decoration:line-through"}
_FIRST_LINES = '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif">'


@dataclass(frozen=True)
class Picture:
    """A picture on a page, which names it by `name`."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Page:
    """A page of HTML and its pictures, which it refers to as `cid:` and their name."""

    html: str
    pictures: tuple[Picture, ...]


def letter_page(letter: bytes) -> Page:
    """The letter as a page. Raises DocumentUnreadable."""
    parts = {part.name: part for part in read_archive(letter)}
    main = next((name for name in parts if name.endswith("word/document.xml")), None)
    if main is None:
        main = next((name for name in parts if re.search(r"document\d*\.xml$", name)), "")
    if main not in parts:
        raise DocumentUnreadable("The letter has no text.")
    writer = _Writer(parts, main)
    body = writer.root.find(f"{writer.w}body")
    content = "" if body is None else "".join(writer.blocks(body))
    return Page(f"{_FIRST_LINES}{content}</body></html>", tuple(writer.pictures.values()))


@dataclass
class _Writer:
    """Goes through the body of one letter."""

    parts: dict[str, Packed]
    main: str
    pictures: dict[str, Picture] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = parsed(self.parts[self.main].content)
        self.w = f"{{{etree.QName(self.root).namespace}}}"
        folder, _, name = self.main.rpartition("/")
        links = self.parts.get(f"{folder}/_rels/{name}.rels".lstrip("/"))
        self.folder = folder
        self.targets: dict[str, str] = {}
        if links is not None:
            for relation in parsed(links.content):
                self.targets[relation.get("Id") or ""] = relation.get("Target") or ""

    def blocks(self, parent: etree._Element) -> Iterator[str]:
        """Paragraphs and tables, also those within something else."""
        for child in parent:
            if child.tag == f"{self.w}p":
                yield self.paragraph(child)
            elif child.tag == f"{self.w}tbl":
                yield self.table(child)
            elif isinstance(child.tag, str) and not child.tag.endswith("Pr"):
                yield from self.blocks(child)

    def table(self, table: etree._Element) -> str:
        rows = []
        for row in table.iterchildren(f"{self.w}tr"):
            cells = "".join(
                f'<td style="vertical-align:top;padding:2px 6px">{"".join(self.blocks(cell))}</td>'
                for cell in row.iterchildren(f"{self.w}tc")
            )
            rows.append(f"<tr>{cells}</tr>")
        return f'<table style="border-collapse:collapse">{"".join(rows)}</table>'

    def paragraph(self, paragraph: etree._Element) -> str:
        look = paragraph.find(f"{self.w}pPr")
        style = ["margin:0 0 0.6em 0"]
        tag, before = "p", ""
        if look is not None:
            if aligned := _ALIGNED.get(self._value(look, "jc") or ""):
                style.append(f"text-align:{aligned}")
            named = re.fullmatch(
                r"(?:heading|kop|berschrift|titre)\s?([1-6])",
                self._value(look, "pStyle") or "",
                re.IGNORECASE,
            )
            tag = f"h{named[1]}" if named else "p"
            before = "• " if look.find(f"{self.w}numPr") is not None else ""
        inner = "".join(self.inline(paragraph)) or "&nbsp;"
        return f'<{tag} style="{";".join(style)}">{before}{inner}</{tag}>'

    def inline(self, parent: etree._Element) -> Iterator[str]:
        """Runs of text, also those within links, fields and marks of changes."""
        for child in parent:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == f"{self.w}r":
                yield self.run(child)
            elif tag == f"{self.w}hyperlink":
                yield self.link(child)
            elif tag not in (f"{self.w}pPr", f"{self.w}del", f"{self.w}moveFrom"):
                yield from self.inline(child)

    def link(self, link: etree._Element) -> str:
        inner = "".join(self.inline(link))
        target = next(
            (self.targets.get(str(v), "") for k, v in link.attrib.items() if str(k).endswith("}id")), ""
        )
        return f'<a href="{escape(target)}">{inner}</a>' if _SAFE_LINK.match(target) else inner

    def run(self, run: etree._Element) -> str:
        look = run.find(f"{self.w}rPr")
        if look is not None and self._on(look, "vanish"):
            return ""
        shown = "".join(self._piece(child) for child in run)
        style = self._style(look) if look is not None else []
        return f'<span style="{";".join(style)}">{shown}</span>' if shown and style else shown

    def _piece(self, piece: etree._Element) -> str:
        match str(piece.tag).removeprefix(self.w):
            case "t":
                return escape(piece.text or "", quote=False).replace("  ", " &nbsp;")
            case "br" | "cr":
                return "<br>"
            case "tab":
                return "&emsp;"
            case "noBreakHyphen":
                return "-"
            case "drawing" | "pict" | "object":
                return self._picture(piece)
        return ""

    def _style(self, look: etree._Element) -> list[str]:
        style = [css for name, css in _STYLES.items() if self._on(look, name)]
        if (self._value(look, "u") or "none") not in _OFF:
            style.append("text-decoration:underline")
        size, color = self._value(look, "sz") or "", self._value(look, "color") or ""
        if size.isascii() and size.isdigit():
            style.append(f"font-size:{int(size) / 2:g}pt")
        if re.fullmatch(r"[0-9A-Fa-f]{6}", color):
            style.append(f"color:#{color}")
        return style

    def _picture(self, drawing: etree._Element) -> str:
        named = [
            str(value)
            for element in drawing.iter()
            for key, value in element.attrib.items()
            if str(key).endswith(("}embed", "}id"))
        ]
        for target in (self.targets[name] for name in named if name in self.targets):
            path = normpath(join(self.folder, target)).lstrip("/")
            part = self.parts.get(path) or self.parts.get(target.lstrip("/"))
            kind = next((kind for end, kind in _PICTURES.items() if path.lower().endswith(end)), None)
            if part is not None and kind is not None:
                name = re.sub(r"[^A-Za-z0-9._-]", "-", basename(path))
                self.pictures[name] = Picture(name, kind, part.content)
                return f'<img src="cid:{escape(name)}" alt=""{_width(drawing)}>'
        return ""

    def _on(self, look: etree._Element, name: str) -> bool:
        found = look.find(f"{self.w}{name}")
        return found is not None and (found.get(f"{self.w}val") or "true").lower() not in _OFF

    def _value(self, look: etree._Element, name: str) -> str | None:
        found = look.find(f"{self.w}{name}")
        return None if found is None else found.get(f"{self.w}val")


def _width(drawing: etree._Element) -> str:
    extent = next((e for e in drawing.iter() if str(e.tag).endswith("}extent")), None)
    emus = (extent.get("cx") or "") if extent is not None else ""
    return f' width="{int(emus) // _EMUS_PER_PIXEL}"' if emus.isascii() and emus.isdigit() else ""
