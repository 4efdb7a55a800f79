"""Many PDFs as one, without holding what is written already."""

from __future__ import annotations

import io
import os
import tracemalloc
from collections.abc import Iterator, Sequence

import pikepdf
import pypdfium2
import pytest

from correspondence.binding import WHOLE, Sheaf, apart, bound, one_after_another
from correspondence.paper import Paper


def pdf(*pages: str) -> bytes:
    """A PDF with a line on each page."""
    paper = Paper("Pages")
    for text in pages:
        paper.page()
        paper.line(20, 20, text, size=10, width=170)
    return paper.pdf()


def changed(data: bytes, encryption: pikepdf.Encryption | bool = False, **page: pikepdf.Object) -> bytes:
    """The same PDF, encrypted or with something more in its first page."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as opened:
        for name, value in page.items():
            opened.pages[0].obj[f"/{name}"] = value
        opened.save(made, encryption=encryption)
    return made.getvalue()


def texts(data: bytes | None) -> list[str]:
    assert data is not None
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def faults(data: bytes) -> Sequence[str]:
    """What another program finds wrong with a PDF."""
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as opened:
        return [*opened.check_pdf_syntax(), *map(str, opened.get_warnings())]


def in_one(*pdfs: bytes) -> bytes:
    """As it is done for the printer."""
    parts = [part for data in pdfs if (part := bound([Sheaf(data, {0: WHOLE})]))]
    return b"".join(one_after_another(parts))


class TestBound:
    def test_letters_are_in_the_order_of_their_numbers_whatever_pdf_they_are_in(self) -> None:
        shared = pdf("a", "b", "b2", "d")
        sheaves = [
            Sheaf(shared, {0: slice(0, 1), 1: slice(1, 3), 3: slice(3, 4)}),
            Sheaf(pdf("c"), {2: WHOLE}),
        ]
        assert texts(bound(sheaves)) == ["a", "b", "b2", "c", "d"]
        assert {number: texts(one) for number, one in apart(sheaves[0]).items()} == {
            0: ["a"],
            1: ["b", "b2"],
            3: ["d"],
        }

    def test_they_share_what_they_have_in_common(self) -> None:
        one = bound([Sheaf(pdf("a"), {0: WHOLE})])
        many = bound([Sheaf(pdf(*"a" * 50), {number: slice(number, number + 1) for number in range(50)})])
        assert one is not None
        assert many is not None
        assert len(many) < 10 * len(one)

    def test_taken_apart_again_each_has_only_what_it_uses(self) -> None:
        whole = bound([Sheaf(pdf("a", "Жук"), {0: WHOLE})])
        assert whole is not None
        with pikepdf.open(io.BytesIO(whole)) as opened:
            opened.pages[0].Resources.Font["/Unused"] = opened.make_stream(os.urandom(50_000))
            opened.pages[1].Resources = opened.pages[0].Resources
            made = io.BytesIO()
            opened.save(made)
        letters = apart(Sheaf(made.getvalue(), {0: slice(0, 1), 1: slice(1, 2)}))
        assert [texts(one) for one in letters.values()] == [["a"], ["Жук"]]
        assert all(len(one) < 30_000 for one in letters.values())

    def test_a_page_with_drawings_in_it_keeps_what_those_use(self) -> None:
        own = pdf("a")
        with pikepdf.open(io.BytesIO(own)) as opened:
            page = opened.pages[0]
            inner = opened.make_stream(page.Contents.read_bytes(), Type=pikepdf.Name.XObject)
            inner.Subtype, inner.BBox = pikepdf.Name.Form, [0, 0, 600, 900]
            page.Resources["/XObject"] = pikepdf.Dictionary(Drawing=inner)
            page.Contents = opened.make_stream(b"/Drawing Do")
            made = io.BytesIO()
            opened.save(made)
        assert texts(made.getvalue()) == ["a"]
        assert texts(apart(Sheaf(made.getvalue(), {0: slice(0, 1)}))[0]) == ["a"]

    def test_what_cannot_be_read_is_left_out(self) -> None:
        locked = changed(pdf("x"), pikepdf.Encryption(user="secret", owner="secret"))
        unreadable = [Sheaf(b"%PDF-1.7 no more", {0: WHOLE}), Sheaf(locked, {1: WHOLE})]
        assert bound(unreadable) is None
        assert texts(bound([*unreadable, Sheaf(pdf("a"), {2: WHOLE})])) == ["a"]

    def test_one_that_only_forbids_printing_is_printed(self) -> None:
        assert texts(in_one(changed(pdf("mine"), pikepdf.Encryption(owner="secret")))) == ["mine"]


class TestOneAfterAnother:
    def test_has_all_pages_in_order_and_nothing_wrong(self) -> None:
        whole = in_one(pdf("a", "b"), pdf("c"), pdf("שלום", "Zoë 2 0 R (x"))
        assert texts(whole)[:3] == ["a", "b", "c"]
        assert texts(whole)[4] == "Zoë 2 0 R (x"
        assert len(texts(whole)) == 5
        assert faults(whole) == []

    def test_pages_look_the_same_to_the_dot(self) -> None:
        pdfs = [pdf("Ann Berg", "Ω Жук"), pdf("شارع")]

        def pictures(data: bytes) -> list[bytes]:
            return [bytes(page.render().buffer) for page in pypdfium2.PdfDocument(data)]

        assert pictures(in_one(*pdfs)) == [picture for each in pdfs for picture in pictures(each)]

    @pytest.mark.parametrize(
        "text", [b"1 0 R", b"(1 0 R) \\", b")(1 0 R", b"\x00\xfe 3 0 R\xff", b"<31> 2 0 R"]
    )
    def test_a_text_that_looks_like_a_reference_stays_as_it_is(self, text: bytes) -> None:
        said = pikepdf.Dictionary(Said=pikepdf.String(text), Key=pikepdf.Name("/1 0 R"))
        whole = in_one(pdf("a"), changed(pdf("b"), PieceInfo=said))
        with pikepdf.open(io.BytesIO(whole)) as opened:
            found = opened.pages[1].obj.PieceInfo
            assert (bytes(found.Said), found.Key) == (text, pikepdf.Name("/1 0 R"))

    def test_the_same_letters_are_the_same_file(self) -> None:
        part = bound([Sheaf(pdf("a"), {0: WHOLE})])
        assert part is not None
        assert b"".join(one_after_another([part] * 3)) == b"".join(one_after_another([part] * 3))

    def test_what_is_written_is_held_no_more(self) -> None:
        size = 1_000_000
        filling = os.urandom(size)

        def parts() -> Iterator[bytes]:
            for _ in range(40):
                with pikepdf.new() as made:
                    page = made.add_blank_page()
                    page.obj["/PieceInfo"] = made.make_stream(filling)
                    written = io.BytesIO()
                    made.save(written)
                yield written.getvalue()

        tracemalloc.start()
        written = sum(map(len, one_after_another(parts())))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert written > 40 * size
        assert peak < 8 * size
