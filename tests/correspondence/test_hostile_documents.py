"""Files that are no Word document, or that could do harm, are refused: soon, in little memory, in words."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correspondence import archive, package
from correspondence.reading import read_template
from domain.errors import DocumentUnreadable
from tests.correspondence.word import MAIN, TYPES, W, document, field, packed, relation, relations

GOOD = document(f"<w:p>{field('Contact_Name')}</w:p>")
RELS = "word/_rels/document.xml.rels"
MICROSOFT = "http://schemas.microsoft.com/office"


@contextmanager
def refused(*words: str, seconds: float = 2, megabytes: float = 150) -> Iterator[None]:
    """What happens inside is refused with these words, and costs no more than this.

    Seconds are those of the processor: others that it works for meanwhile do not count.
    """
    tracemalloc.start()
    begun = time.process_time()
    try:
        with pytest.raises(DocumentUnreadable) as refusal:
            yield
        assert all(word in refusal.value.detail for word in words), refusal.value.detail
        assert time.process_time() - begun < seconds
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1e6
    finally:
        tracemalloc.stop()


def body(paragraphs: str) -> bytes:
    return f'<w:document xmlns:w="{W}"><w:body>{paragraphs}</w:body></w:document>'.encode()


def with_main(xml: bytes) -> bytes:
    return document("", {"word/document.xml": xml})


def test_the_document_that_the_others_are_made_of_is_good() -> None:
    assert read_template(GOOD).fields == ("Contact_Name",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"this is no Word document",
        b"PK\3\4",
        b"PK\5\6" + bytes(18),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000),
        b"{\\rtf1 hello}",
        b"%PDF-1.7",
        packed({"hello.txt": b"hello"}),
        packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": body("")}),
        document("", without=("[Content_Types].xml",)),
        document("", without=("word/document.xml",)),
        document("", {"word/document.xml": b"<html/>"}),
        document("", {"word/document.xml": f'<w:styles xmlns:w="{W}"/>'.encode()}),
    ],
)
def test_what_is_no_word_document_is_refused(data: bytes) -> None:
    with refused("no Word document"):
        read_template(data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (
            document("", {"[Content_Types].xml": (TYPES % MAIN.replace("vnd.openxml", "x")).encode()}),
            "no Word document",
        ),
        (
            document(
                "", {"[Content_Types].xml": (TYPES % MAIN.replace("document.main", "template.main")).encode()}
            ),
            "(.dotx)",
        ),
        (
            document(
                "",
                {
                    "[Content_Types].xml": TYPES.replace(
                        "%s", "application/vnd.ms-word.document.macroEnabled.main+xml"
                    ).encode()
                },
            ),
            "macros",
        ),
        (document("", {"word/vbaProject.bin": b"\xd0\xcf"}), "macros"),
        (document("", {"word/VBAPROJECT.BIN": b"\xd0\xcf"}), "macros"),
        (document("", {"word/vbaData.xml": b"<x/>"}), "macros"),
        (document("", {"word/embeddings/oleObject1.bin": b"\xd0\xcf"}), "embedded"),
        (document("", {"word/activeX/activeX1.xml": b"<x/>"}), "embedded"),
        *[
            (document("", {RELS: relations(relation(kind, "x.bin"))}), "The document has")
            for kind in (
                *("oleObject", "package", "control", "aFChunk", "attachedTemplate", "subDocument", "frame"),
                *(
                    f"{MICROSOFT}/2006/relationships/vbaProject",
                    f"{MICROSOFT}/2007/relationships/ui/extensibility",
                ),
                *(
                    f"{MICROSOFT}/2006/relationships/activeXControlBinary",
                    "http://purl.oclc.org/ooxml/officeDocument/relationships/oleObject",
                ),
            )
        ],
    ],
)
def test_macros_controls_and_embedded_objects_are_refused(data: bytes, word: str) -> None:
    with refused(word):
        read_template(data)


@pytest.mark.parametrize(
    ("kind", "target", "mode"),
    [
        ("attachedTemplate", "http://192.0.2.7/other.dotm", "External"),
        ("attachedTemplate", "file:///C:/Templates/Letter.dotx", "External"),
        ("image", "http://192.0.2.7/pixel.png", "External"),
        ("image", "http://192.0.2.7/pixel.png", "external"),
        ("image", "http://192.0.2.7/pixel.png", None),
        ("image", "\\\\192.0.2.7\\share\\pixel.png", None),
        ("image", "//192.0.2.7/pixel.png", None),
        ("oleObject", "http://192.0.2.7/x", "External"),
        ("frame", "http://192.0.2.7/x.html", "External"),
        ("http://example.org/made/up", "http://192.0.2.7/x", "External"),
        ("mailMergeSource/image", "http://192.0.2.7/x", "External"),
    ],
)
@pytest.mark.parametrize("part", [RELS, "word/_rels/header9.xml.rels", "_rels/.rels"])
def test_links_to_other_files_are_refused(kind: str, target: str, mode: str | None, part: str) -> None:
    main = relation("officeDocument", "word/document.xml")
    with refused("The document"):
        read_template(document("", {part: relations(main, relation(kind, target, mode))}))


def test_hyperlinks_are_no_such_links() -> None:
    link = relation("hyperlink", "https://example.org/offer", "External")
    assert read_template(document("<w:p/>", {RELS: relations(link)})).fields == ()


def test_a_picture_of_old_word_that_lies_elsewhere_is_refused() -> None:
    picture = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="http://192.0.2.7/x.png"/></v:shape>'
    with refused("picture"):
        read_template(document(f"<w:p><w:r><w:pict>{picture}</w:pict></w:r></w:p>"))


def test_the_list_that_the_writer_merged_with_is_left_out() -> None:
    source = relation("mailMergeSource", "file:///C:/secret/customers.xlsx", "External")
    parts = {
        "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:mailMerge/></w:settings>'.encode(),
        "word/_rels/settings.xml.rels": relations(source),
    }
    with zipfile.ZipFile(io.BytesIO(_merged(document("<w:p/>", parts)))) as letter:
        assert b"mailMerge" not in letter.read("word/settings.xml")
        assert b"secret" not in letter.read("word/_rels/settings.xml.rels")


def _merged(data: bytes) -> bytes:
    from correspondence.merging import merge

    return merge(read_template(data), {})


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "xml",
    [
        LAUGHS.encode() + body("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>"),
        b'<!DOCTYPE x SYSTEM "http://192.0.2.7/x.dtd">' + body("<w:p/>"),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + body("<w:p>&e;</w:p>"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS).encode("utf-16")
        + body("").decode().encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-' + body(""),
        b"<!-- -->" + LAUGHS.encode() + body(""),
    ],
)
def test_entities_are_never_expanded(xml: bytes) -> None:
    with refused("word/document.xml"):
        read_template(with_main(xml))


@pytest.mark.parametrize(
    "xml",
    [
        body("<w:p>" * 5_000 + "</w:p>" * 5_000),
        body("<w:p>" * 1_000),
        body(f'<w:p w:x="{"y" * 11_000_000}"/>'),
        body("<w:p/>" * 600_000),
        body("<a" + "".join(f" a{n}='{n % 7}'" for n in range(1_100_000)) + "/>"),
        body("<w:t>" + "x" * 17_000_000 + "</w:t>"),
    ],
    ids=["deep", "unclosed", "long attribute", "many tags", "many attributes", "long"],
)
def test_xml_that_costs_too_much_is_refused(xml: bytes) -> None:
    data = with_stored_main(xml)
    with refused(seconds=3):
        read_template(data)


def with_stored_main(xml: bytes) -> bytes:
    """Not packed, so that the limits on packing are not what refuses it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(file, "w") as made:
        for name in good.namelist():
            made.writestr(name, xml if name == "word/document.xml" else good.read(name))
    return file.getvalue()


def test_fields_within_fields_without_end_are_refused() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    with refused("too many fields"):
        read_template(with_stored_main(body(f"<w:p>{begin * 30_000}</w:p>")))
    with refused("without an end"):
        read_template(document(f"<w:p>{begin}</w:p>"))
    with refused("without having begun"):
        read_template(document('<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'))


@pytest.mark.parametrize(
    "text", ["{{" * 2_000_000, "«" * 4_000_000, "{{ " + "a" * 4_000_000, "«a" * 2_000_000]
)
def test_text_full_of_braces_takes_no_time(text: str) -> None:
    begun = time.process_time()
    assert read_template(with_stored_main(body(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))).fields == ()
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "inside",
    [
        field("Contact_Name", "simple") * 6_000,
        field("Contact_Name", "complex") * 6_000,
        "<w:r><w:t>" + "{{a}}" * 1_900_000 + "</w:t></w:r>",
        "<w:r><w:t>{{a}</w:t></w:r><w:r><w:t>}</w:t></w:r>" * 20_000,
    ],
    ids=["simple", "complex", "typed", "typed over two runs"],
)
def test_more_fields_than_any_letter_has_are_refused(inside: str) -> None:
    data = with_stored_main(body(f"<w:p>{inside}</w:p>"))
    with refused("5,000 fields", seconds=15):
        read_template(data)


def test_a_field_code_of_endless_length_is_refused() -> None:
    code = " MERGEFIELD " + '\\b "x" ' * 200_000
    with refused("too long"):
        read_template(with_stored_main(body(f"<w:p>{field('x', 'complex', code=code)}</w:p>")))


def test_a_field_inside_the_code_of_another_is_refused() -> None:
    def code(text: str) -> str:
        return f"<w:r><w:instrText>{text}</w:instrText></w:r>"

    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    for before, after in ((" = ", " * 2 "), (" MERGEFIELD ", ""), ("", "")):
        for style in ("complex", "simple"):
            inside = mark("begin") + code(before) + field("Contact_Name", style) + code(after) + mark("end")
            with refused("field"):
                read_template(document(f"<w:p>{inside}</w:p>"))


def test_a_deleted_field_that_fetches_is_refused() -> None:
    deleted = '<w:del w:id="1"><w:r><w:delInstrText>INCLUDETEXT x</w:delInstrText></w:r></w:del>'
    with refused("deleted field"):
        read_template(document(f"<w:p>{deleted}</w:p>"))


def bomb(megabytes: int, count: int = 1) -> bytes:
    return packed({f"word/media/{n}.bmp": bytes(megabytes << 20) for n in range(count)})


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    small, large, many = bomb(2), bomb(60), bomb(4, 15)
    with refused("200 times", megabytes=1):
        read_template(small)
    for data in (large, many):
        with refused("50,000,000", megabytes=1):
            read_template(data)
    too_large = bytes(archive.MOST_BYTES + 1)
    with refused("20,000,000", megabytes=1):
        read_template(too_large)


def test_a_size_that_is_a_lie_is_refused_before_all_is_unpacked() -> None:
    data = bytearray(packed({"word/media/1.bmp": bytes(40 << 20)}))
    entry = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, entry + 24, 900_000)
    with refused("longer or shorter", megabytes=3):
        read_template(bytes(data))


def test_too_many_entries_are_refused() -> None:
    data = packed({f"x{n}": b"" for n in range(archive.MOST_ENTRIES + 1)})
    with refused("2,000 parts"):
        read_template(data)


def changed(data: bytes, mark: bytes, offset: int, shape: str, value: int) -> bytes:
    """The file with one number of its last mark (an entry, or the end) changed."""
    made = bytearray(data)
    struct.pack_into(shape, made, data.rindex(mark) + offset, value)
    return bytes(made)


def test_entries_that_share_bytes_are_refused() -> None:
    data = packed({"a.xml": b"<a/>" * 100, "b.xml": b"<a/>" * 100})
    first = data.index(b"PK\1\2")
    second = data.rindex(b"PK\1\2")
    overlapping = bytearray(data)
    overlapping[second : second + 46] = data[first : first + 46]
    overlapping[second + 46 : second + 51] = b"b.xml"
    with refused("not what the table"):
        read_template(bytes(overlapping))
    # One whose data reaches over the next entry, as a nested bomb has it.
    longer = changed(data.replace(b"PK\1\2", b"PK\1\2", 1), b"PK\1\2", 20, "<L", 10)
    long_first = bytearray(longer)
    struct.pack_into("<L", long_first, first + 20, second - 60)
    with refused():
        read_template(bytes(long_first))


def nested_bomb() -> bytes:
    """Entries that quote each other: the data of each is the header of the next, and the shared kernel."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(1 << 19)
    data = kernel.compress(content) + kernel.flush()
    names = [f"{n:04}.xml".encode() for n in range(50)]
    local = b""
    entries, offsets = [], []
    for name in reversed(names):
        head = struct.pack(
            "<4s5H3L2H",
            b"PK\3\4",
            20,
            0,
            8,
            0,
            33,
            zlib.crc32(content),
            len(data),
            len(content),
            len(name),
            0,
        )
        local = (
            head + name + (struct.pack("<BHH", 0, len(local), len(local) ^ 0xFFFF) if local else b"") + local
        )
        offsets.append(len(local))
    for name, behind in zip(reversed(names), offsets, strict=True):
        entries.append(
            struct.pack(
                "<4s6H3L5H2L",
                *(
                    b"PK\1\2",
                    20,
                    20,
                    0,
                    8,
                    0,
                    33,
                    zlib.crc32(content),
                    behind - 30 - 8 + len(data),
                    len(content),
                ),
                *(len(name), 0, 0, 0, 0, 0, len(local) - behind),
            )
            + name
        )
    table = b"".join(entries)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 50, 50, len(table), len(local) + len(data), 0)
    return local + data + table + end


def test_a_bomb_of_nested_entries_is_refused() -> None:
    with refused("overlap"):
        read_template(nested_bomb())


@pytest.mark.parametrize(
    "names",
    [
        *(
            ("../x.xml",),
            ("/word/x.xml",),
            ("word/../../x.xml",),
            ("word\\x.xml",),
            ("C:/x.xml",),
            ("word//x.xml",),
        ),
        *(("./x.xml",), ("x\n.xml",), ("x" * 300,), ("\u202ex.xml",)),
        ("word/a.xml", "word/A.xml"),
        ("word/document.xml", "WORD/document.xml"),
    ],
)
def test_names_that_word_does_not_use_are_refused(names: tuple[str, ...]) -> None:
    with refused("part"):
        read_template(packed(dict.fromkeys(names, b"<x/>")))


def test_one_name_twice_is_refused() -> None:
    data = packed({"word/a.xml": b"<x/>", "word/b.xml": b"<x/>"})
    with refused("two parts"):
        read_template(data.replace(b"word/b.xml", b"word/a.xml"))


@pytest.mark.parametrize(
    ("offset", "shape", "value", "word"),
    [
        (8, "<H", 1, "encrypted"),
        (8, "<H", 64, "encrypted"),
        (10, "<H", 12, "packed in a way"),
        (16, "<L", 1, "damaged"),
    ],
)
def test_encrypted_and_damaged_entries_are_refused(offset: int, shape: str, value: int, word: str) -> None:
    with refused(word):
        read_template(changed(GOOD, b"PK\1\2", offset, shape, value))


@settings(max_examples=300)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_damaged_document_is_read_or_refused_and_nothing_else(at: int, noise: bytes, cut: bool) -> None:
    damaged = GOOD[:at] + noise + (b"" if cut else GOOD[at + len(noise) :])
    with suppress(DocumentUnreadable):
        assert read_template(damaged).sha256


def test_sizes_for_long_files_are_understood_where_short_files_have_them() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in good.namelist():
            with made.open(name, "w", force_zip64=True) as entry:
                entry.write(good.read(name))
    assert read_template(file.getvalue()).fields == ("Contact_Name",)
    assert package.MOST_XML_BYTES < archive.MOST_UNPACKED
