"""Is a file a Word document, and one that does nothing but be read?

A document is refused when it could run something (macros, controls, embedded objects), fetch something (links
to other files), or cost more to read than a letter can need. The parts that hold text come back parsed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from lxml import etree

from correspondence.archive import DEFLATED, Packed, read_archive
from domain.errors import DocumentUnreadable

MOST_XML_BYTES = 16_000_000
"""Of all XML in a document: parsed, it takes some ten times as much memory. A book has 10 MB."""
MOST_TAGS = 500_000
MOST_ATTRIBUTES = 1_000_000
"""Counted before parsing, as a tag of four bytes costs over a hundred when it is parsed."""

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
STORIES = frozenset({"document", "hdr", "ftr", "footnotes", "endnotes", "comments", "glossaryDocument"})
"""The outermost elements of parts that hold text and fields."""

_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_VML = "urn:schemas-microsoft-com:vml"
_REFUSED_TYPES = ("macroenabled", "vba", "oleobject", "activex", "ms-office.stylesandfonts", "x-msdownload")
_REFUSED_RELATIONS = {
    "attachedtemplate": "a template of its own (in Word: Developer, Document Template, choose Normal)",
    "vbaproject": "macros",
    "wordvbadata": "macros",
    "keymapcustomizations": "keys of its own",
    "attachedtoolbars": "toolbars of its own",
    "oleobject": "an embedded object",
    "package": "an embedded file",
    "control": "a control",
    "activexcontrolbinary": "a control",
    "afchunk": "a part in another format",
    "subdocument": "another document inside",
    "frame": "a frame with another document",
    "ui/extensibility": "buttons of its own",
    "webextension": "an add-in",
    "webextensiontaskpanes": "an add-in",
}
_DATA_SOURCE = frozenset({"mailmergesource", "mailmergeheadersource", "recipientdata"})
"""What Word notes about the list that the writer merged with; we have our own, so it is left out."""


@dataclass(frozen=True)
class Package:
    """The parts of a harmless Word document, in the order of its file; `stories` are those that hold text.

    `keep_blank_lines` is what its writer chose in Word for paragraphs of blank fields.
    """

    parts: tuple[Packed, ...]
    stories: dict[str, etree._Element]
    keep_blank_lines: bool


def read_package(data: bytes) -> Package:
    """Raises DocumentUnreadable."""
    parts = read_archive(data)
    by_name = {part.name.casefold(): part for part in parts}
    _check_cost(parts)
    types = by_name.get("[content_types].xml")
    if types is None:
        raise DocumentUnreadable("The file is no Word document (.docx).")
    main = _check_types(_parse(types), by_name)
    stories: dict[str, etree._Element] = {}
    kept = []
    keep_blank_lines = False
    for part in parts:
        if _is_xml(part):
            root = _parse(part)
            _check_part(root)
            keep_blank_lines |= root.find(".//{*}mailMerge/{*}doNotSuppressBlankLines") is not None
            part = _without_data_source(part, root)
            name = etree.QName(root)
            if name.namespace in (TRANSITIONAL, STRICT) and name.localname in STORIES:
                stories[part.name] = root
        kept.append(part)
    if main not in stories or etree.QName(stories[main]).localname != "document":
        raise DocumentUnreadable("The file is no Word document (.docx).")
    return Package(tuple(kept), stories, keep_blank_lines)


def repacked(part: Packed, content: bytes) -> Packed:
    """The part with other content."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(content) + deflate.flush()
    return replace(part, method=DEFLATED, crc=zlib.crc32(content), packed=packed, content=content)


def _is_xml(part: Packed) -> bool:
    """By its name, or because it begins like XML; pictures (SVG) are left to who shows them."""
    name = part.name.lower()
    return name.endswith((".xml", ".rels", ".vml")) or (
        not name.endswith(".svg")
        and part.content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")
    )


def _check_cost(parts: tuple[Packed, ...]) -> None:
    """XML that is cheap enough to parse."""
    xml = [part.content for part in parts if _is_xml(part)]
    too_large = (
        sum(map(len, xml)) > MOST_XML_BYTES
        or sum(content.count(b"<") for content in xml) > MOST_TAGS
        or sum(content.count(b"=") for content in xml) > MOST_ATTRIBUTES
    )
    if too_large:
        raise DocumentUnreadable("The document is larger than a letter can be.")
    for part in parts:
        if part.name.lower().endswith(".svg") and b"<!ENTITY" in part.content.replace(b"\0", b""):
            raise DocumentUnreadable(f"The picture {part.name} defines entities.")


def _parse(part: Packed) -> etree._Element:
    """The XML of a part, without comments and processing instructions. Raises DocumentUnreadable."""
    content = part.content
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:64]:
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            raise DocumentUnreadable(f"The part {part.name} of the document cannot be read.") from None
    if b"<!DOCTYPE" in content:
        raise DocumentUnreadable(
            f"The part {part.name} of the document has a DOCTYPE, which Word never writes."
        )
    # The encoding is fixed, so that no other one can hide a DOCTYPE. The parser itself stops at 256 levels.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise DocumentUnreadable(f"The part {part.name} of the document is not well-formed.") from None


def _check_types(types: etree._Element, by_name: dict[str, Packed]) -> str:
    """The name of the main part, when the list of types has nothing that could run."""
    main = None
    for entry in types.iter(f"{_TYPES}Override", f"{_TYPES}Default"):
        kind = (entry.get("ContentType") or "").strip().lower()
        if "macroenabled" in kind or "vba" in kind:
            raise DocumentUnreadable("The document has macros; save it as a Word document (.docx) without.")
        if any(word in kind for word in _REFUSED_TYPES):
            raise DocumentUnreadable("The document has embedded objects or controls.")
        if kind == _MAIN_TYPE:
            main = by_name.get((entry.get("PartName") or "").lstrip("/").casefold())
        if kind.endswith("wordprocessingml.template.main+xml"):
            raise DocumentUnreadable(
                "The file is a Word template (.dotx); save it as a Word document (.docx)."
            )
    for name in by_name:
        if "vbaproject" in name or name.endswith("vbadata.xml"):
            raise DocumentUnreadable("The document has macros; save it as a Word document (.docx) without.")
        if "/embeddings/" in name or "/activex/" in name:
            raise DocumentUnreadable("The document has embedded objects or controls.")
    if main is None:
        raise DocumentUnreadable("The file is no Word document (.docx).")
    return main.name


def _check_part(root: etree._Element) -> None:
    """No part may lead out of the document; hyperlinks are only followed when somebody clicks on them."""
    for relation in root.iter(_RELATION):
        kind = (relation.get("Type") or "").lower()
        kind = kind.split("/relationships/")[-1].rstrip("/")
        if kind in _REFUSED_RELATIONS:
            raise DocumentUnreadable(f"The document has {_REFUSED_RELATIONS[kind]}.")
        if kind in ("hyperlink", *_DATA_SOURCE):
            continue
        outside = (relation.get("TargetMode") or "Internal").lower() != "internal"
        if outside or _leads_out(relation.get("Target") or ""):
            raise DocumentUnreadable(
                f"The document refers to another file: {(relation.get('Target') or '')[:200]}"
            )
    for element in root.iter(f"{{{_VML}}}*"):
        if _leads_out(element.get("src") or ""):
            raise DocumentUnreadable("The document refers to a picture outside of it.")


def _leads_out(target: str) -> bool:
    return ":" in target or target.startswith(("//", "\\")) or "\\\\" in target


def _without_data_source(part: Packed, root: etree._Element) -> Packed:
    """The part without what Word noted about another list of recipients."""
    dropped = [
        relation
        for relation in root.iter(_RELATION)
        if (relation.get("Type") or "").lower().split("/")[-1] in _DATA_SOURCE
    ]
    if etree.QName(root).localname == "settings":
        dropped += root.findall(f"{{{etree.QName(root).namespace}}}mailMerge")
    if not dropped:
        return part
    for element in dropped:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return repacked(part, serialized(root))


def serialized(root: etree._Element) -> bytes:
    """The XML as Word expects it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
