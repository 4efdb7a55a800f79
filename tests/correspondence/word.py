"""Small Word documents for tests, written by hand so that each test shows the XML it is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = f"""<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="%s"/>
</Types>"""
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def field(name: str, style: str = "complex", look: str = "", code: str | None = None) -> str:
    """The XML of a merge field; `code` is the whole code when it is another one."""
    code = f" MERGEFIELD {name} " if code is None else code
    shown = f'<w:r>{look}<w:t xml:space="preserve">«{escape(name)}»</w:t></w:r>'
    if style == "simple":
        return f"<w:fldSimple w:instr={quoteattr(code)}>{shown}</w:fldSimple>"
    third = len(code) // 3
    pieces = [code[:third], code[third:-third], code[-third:]] if style == "split" else [code]
    codes = "".join(
        f'<w:r>{look}<w:instrText xml:space="preserve">{escape(piece)}</w:instrText></w:r>'
        for piece in pieces
    )

    def mark(kind: str) -> str:
        return f'<w:r>{look}<w:fldChar w:fldCharType="{kind}"/></w:r>'

    result = "" if style == "no result" else mark("separate") + shown
    return mark("begin") + codes + result + mark("end")


def document(body: str, parts: Mapping[str, bytes] | None = None, without: tuple[str, ...] = ()) -> bytes:
    """A document with this body; `parts` are added or replace those of the same name."""
    contents = {
        "[Content_Types].xml": (TYPES % MAIN).encode(),
        "_rels/.rels": relations(relation("officeDocument", "word/document.xml")),
        "word/document.xml": (
            f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>'.encode()
        ),
        **(parts or {}),
    }
    return packed({name: content for name, content in contents.items() if name not in without})


def relation(kind: str, target: str, mode: str | None = None) -> str:
    """One relation from a part to another."""
    outside = f' TargetMode="{mode}"' if mode else ""
    kind = kind if ":" in kind else f"{OFFICE}/{kind}"
    return f'<Relationship Id="r{abs(hash(target))}" Type="{kind}" Target={quoteattr(target)}{outside}/>'


def relations(*each: str) -> bytes:
    """The part that holds relations."""
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(each)}</Relationships>'.encode()


def packed(contents: Mapping[str, bytes]) -> bytes:
    """A zip file with these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def part_of(letter: bytes, name: str = "word/document.xml") -> bytes:
    """The content of one part."""
    with zipfile.ZipFile(io.BytesIO(letter)) as archive:
        return archive.read(name)


def text_of(letter: bytes) -> str:
    """What can be read in a letter, one line per paragraph."""
    shown = {f"{{{W}}}tab": "\t", f"{{{W}}}br": "\n", f"{{{W}}}t": ""}
    root = etree.fromstring(part_of(letter))
    return "\n".join(
        "".join(shown[str(node.tag)] or node.text or "" for node in paragraph.iter(*shown))
        for paragraph in root.iter(f"{{{W}}}p")
    )
