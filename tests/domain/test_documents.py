"""Documents within a segment: the header's, what lines inherit, and personal ones (domain B2.3 to B4)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.document import Document
from domain.errors import Conflict, MandatoryField, NoDocument, NotFound
from domain.interaction_template import InteractionTemplate
from domain.segment import documents
from domain.segment.events import DocumentAttached, DocumentRemoved
from domain.segment.line_values import LineFacts, line_document
from tests.domain.worksheet import Worksheet


def document(language: str | None = None, subject: str | None = None, name: str = "letter") -> Document:
    sha256 = f"{name}-{language}"
    return Document(sha256, 10, "text/html", f"{name}.html", language, subject)


def template(*of: Document, language: str | None = None, **values: Any) -> InteractionTemplate:
    return InteractionTemplate(language_code=language, documents=of, **values)


SPRING = template(document("ENG", "Spring"), document("NLD", "Lente"), language="ENG")
SPEAKS = {
    1: LineFacts("CT1", "company", language_code="ENG"),
    2: LineFacts("CT2", "company", language_code="NLD"),
    3: LineFacts("CT3", "company", language_code="DEU"),
    4: LineFacts("CT4", "company"),
}


class Sheet(Worksheet):
    """A worksheet with the commands on documents."""

    def __init__(self, template: InteractionTemplate | None = None, **header: Any) -> None:
        super().__init__(template, SPEAKS, **header)

    def attach(self, one: Document, *, names_subject: bool = True) -> tuple[object, ...]:
        return self.record(documents.attach(self.segment, one, names_subject=names_subject))

    def detach(self, language: str | None) -> tuple[object, ...]:
        return self.record(documents.remove(self.segment, language))

    def personalise(self, line_no: int, one: Document, *, names_subject: bool = False) -> tuple[object, ...]:
        line = self.segment.line(line_no)
        assert line is not None
        facts = self.fact(line.contact_key)
        now = line_document(line, facts.language_code)
        return self.record(
            documents.personalise(self.segment, line_no, facts.no, now, one, names_subject=names_subject)
        )

    def depersonalise(self, line_no: int) -> tuple[object, ...]:
        line = self.segment.line(line_no)
        assert line is not None
        facts = self.fact(line.contact_key)
        now = line_document(line, facts.language_code)
        return self.record(documents.depersonalise(self.segment, line_no, facts.no, now))

    def shown(self) -> list[tuple[str | None, str | None, str | None]]:
        """Language, subject and kind of document of every line."""
        return [(line.language_code, line.subject, line.document) for line in self.lines()]

    def used(self, line_no: int) -> str | None:
        """The digest of the document that a line uses."""
        line = self.segment.line(line_no)
        assert line is not None
        found = line_document(line, self.fact(line.contact_key).language_code).document
        return found.sha256 if found else None


class TestFirstDocument:
    def test_b4_brings_none_of_a_template_that_the_header_has_left(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        sheet.change_line(10_000, template(), interaction_template_code="PLAIN")
        sheet.change(template(), update_lines=False, interaction_template_code="PLAIN")
        sheet.attach(document("DEU", "Neu", "v9"))
        assert sheet.used(10_000) == "v9-DEU"

    """The first document of a segment gives header and lines its language and subject (B4)."""

    def test_it_sets_the_language_and_subject_of_the_header_and_its_lines(self) -> None:
        sheet = Sheet()
        sheet.add(1, 2, 4)
        assert sheet.attach(document("ENG", "Spring")) == (DocumentAttached(document("ENG", "Spring")),)
        header = sheet.segment.header
        assert (header.language_code, header.subject) == ("ENG", "Spring")
        assert sheet.shown() == [("ENG", "Spring", "inherited")] * 3

    def test_without_a_subject_of_its_own_it_takes_that_of_the_header(self) -> None:
        sheet = Sheet(subject="Hello")
        sheet.attach(document("ENG"), names_subject=False)
        assert sheet.segment.header.documents == (document("ENG", "Hello"),)

    def test_lines_with_another_template_do_not_inherit_it(self) -> None:
        sheet = Sheet()
        sheet.put(1, template(), interaction_template_code="OTHER")
        sheet.put(1)
        sheet.attach(document(None, "Spring"))
        assert sheet.shown() == [(None, None, None), (None, "Spring", "inherited")]

    def test_the_same_document_again_is_no_change(self) -> None:
        sheet = Sheet()
        sheet.attach(document("ENG", "Spring"))
        assert sheet.attach(document("ENG"), names_subject=False) == ()


class TestLaterDocuments:
    def test_only_lines_whose_contact_speaks_the_language_take_it(self) -> None:
        sheet = Sheet()
        sheet.add(1, 2, 3, 4)
        sheet.attach(document("ENG", "Spring"))
        sheet.attach(document("NLD", "Lente"))
        english, dutch = ("ENG", "Spring", "inherited"), ("NLD", "Lente", "inherited")
        assert sheet.shown() == [english, dutch, english, english]
        assert sheet.segment.header.language_code == "ENG"

    def test_lines_that_are_added_later_take_the_language_of_their_contact_too(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(2, 3)
        assert sheet.shown() == [("NLD", "Lente", "inherited"), ("ENG", "Spring", "inherited")]

    def test_b4_a_line_that_was_put_in_the_language_before_takes_it_with_its_subject(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        sheet.change_line(10_000, language_code="DEU")
        assert sheet.shown() == [("DEU", None, None)]
        sheet.attach(document("DEU", "Frühling"))
        assert sheet.shown() == [("DEU", "Frühling", "inherited")]

    def test_b4_a_line_that_was_left_out_of_a_new_subject_keeps_its_own_with_the_next_document(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.change(update_lines=False, subject="Summer")
        sheet.add(4)
        for subject in (None, "Autumn"):
            sheet.attach(document("ENG", subject, "better"), names_subject=subject is not None)
            left_out, dutch, new = sheet.shown()
            assert (left_out, dutch) == (("ENG", "Spring", "inherited"), ("NLD", "Lente", "inherited"))
            assert new == ("ENG", subject or "Summer", "inherited")
            assert sheet.used(10_000) == "better-ENG"

    def test_a_document_in_the_place_of_another_keeps_its_subject_unless_one_is_named(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        sheet.attach(document("ENG", None, "better"), names_subject=False)
        assert sheet.used(10_000) == "better-ENG"
        assert sheet.shown() == [("ENG", "Spring", "inherited")]
        sheet.attach(document("ENG", "Now", "better"))
        assert sheet.segment.header.subject == "Now"
        assert sheet.shown() == [("ENG", "Now", "inherited")]


class TestRemovingADocument:
    def test_lines_that_used_it_go_to_the_new_default(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2, 4)
        assert sheet.detach("ENG") == (DocumentRemoved("ENG"),)
        assert sheet.segment.header.language_code == "NLD"
        assert sheet.segment.header.subject == "Lente"
        assert sheet.shown() == [("NLD", "Lente", "inherited")] * 3

    def test_another_language_than_the_default_leaves_the_default(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.detach("NLD")
        assert sheet.shown() == [("ENG", "Spring", "inherited")] * 2

    def test_b4_lines_go_to_the_default_that_the_header_has_by_now(self) -> None:
        german = document("DEU", "Frühling")
        sheet = Sheet(template(german, *SPRING.documents, language="NLD"), interaction_template_code="SPRING")
        sheet.add(3, 4)
        sheet.change(language_code="ENG")
        assert sheet.shown() == [("DEU", "Frühling", "inherited"), ("NLD", "Lente", "inherited")]
        sheet.detach("NLD")
        assert sheet.shown()[1] == ("ENG", "Spring", "inherited")
        sheet.detach("DEU")
        assert sheet.shown() == [("ENG", "Spring", "inherited")] * 2

    def test_b4_so_does_a_line_that_inherits_again_what_the_header_has_got_since(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(4)
        sheet.change_line(10_000, template(), interaction_template_code="OTHER")
        sheet.attach(document(None, "Anybody"))
        sheet.change_line(10_000, SPRING, interaction_template_code="SPRING")
        assert sheet.shown() == [("ENG", "Spring", "inherited")]
        sheet.detach("ENG")
        assert sheet.segment.header.language_code is None
        assert sheet.shown() == [(None, "Anybody", "inherited")]

    def test_b4_so_does_a_line_whose_language_was_chosen_by_hand(self) -> None:
        german = document("DEU", "Frühling")
        sheet = Sheet(template(german, *SPRING.documents, language="NLD"), interaction_template_code="SPRING")
        sheet.add(4)
        sheet.change_line(10_000, language_code="DEU")
        sheet.change(language_code="ENG")
        sheet.detach("DEU")
        assert sheet.shown() == [("ENG", "Spring", "inherited")]

    def test_without_any_left_there_is_no_language(self) -> None:
        sheet = Sheet()
        sheet.attach(document("ENG", "Spring"))
        sheet.add(1)
        sheet.detach("ENG")
        assert sheet.segment.header.language_code is None
        assert sheet.shown() == [(None, None, None)]

    def test_a_language_chosen_for_a_line_goes_with_it(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        sheet.change_line(10_000, language_code="NLD")
        sheet.detach("NLD")
        assert sheet.shown() == [("ENG", "Spring", "inherited")]

    def test_one_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(NotFound):
            Sheet().detach("ENG")


class TestLanguageAndSubject:
    def test_a_header_takes_only_a_language_that_it_has_a_document_in(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        with pytest.raises(NoDocument):
            sheet.change(language_code="DEU")

    def test_another_default_language_brings_its_subject_and_leaves_lines_as_they_are(self) -> None:
        """Domain rules B2.2 and B2.5."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(4)
        sheet.change(language_code="NLD")
        assert sheet.segment.header.subject == "Lente"
        assert sheet.shown() == [("ENG", "Spring", "inherited")]
        sheet.add(3)
        assert sheet.shown()[1] == ("NLD", "Lente", "inherited")

    def test_b2_5_a_default_language_that_comes_late_reaches_the_lines_without_a_document(self) -> None:
        sheet = Sheet(template(*SPRING.documents), interaction_template_code="SPRING")
        sheet.add(2, 3, 4)
        sheet.change_line(20_000, subject="Dear you")
        assert [kind for _, _, kind in sheet.shown()] == ["inherited", None, None]
        sheet.change(language_code="ENG")
        english = ("ENG", "Spring", "inherited")
        assert sheet.shown() == [("NLD", "Lente", "inherited"), english, english]

    def test_a_language_named_with_a_subject_goes_first(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(2)
        sheet.change(language_code="NLD", subject="Voorjaar")
        assert sheet.segment.header.documents == (document("ENG", "Spring"), document("NLD", "Voorjaar"))
        assert sheet.shown() == [("NLD", "Voorjaar", "inherited")]

    def test_b2_4_a_new_subject_reaches_lines_that_contact_or_hand_brought_to_the_language(
        self,
    ) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2, 4)
        sheet.change_line(30_000, language_code="NLD")
        sheet.change(language_code="NLD")
        sheet.change(subject="Voorjaar")
        dutch = ("NLD", "Voorjaar", "inherited")
        assert sheet.shown() == [("ENG", "Spring", "inherited"), dutch, dutch]
        sheet.change_line(30_000, language_code="ENG")
        assert sheet.shown()[2] == ("ENG", "Spring", "inherited")

    def test_a_new_subject_is_that_of_the_document_in_the_default_language(self) -> None:
        """Domain rule B2.4: lines with the same template, language and old subject follow."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2, 4)
        sheet.change_line(30_000, subject="Dear you")
        sheet.change(subject="Summer")
        assert sheet.segment.header.documents[0].subject == "Summer"
        assert [line.subject for line in sheet.lines()] == ["Summer", "Lente", "Dear you"]

    def test_b2_4_a_new_subject_reaches_a_personal_document_that_still_has_the_old_one(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2, 4)
        sheet.personalise(10_000, document(name="mine"))
        sheet.personalise(20_000, document(None, "Spring", name="mine"), names_subject=True)
        sheet.personalise(30_000, document(None, "Dear you", name="mine"), names_subject=True)
        sheet.change(subject="Summer")
        assert [line.subject for line in sheet.lines()] == ["Summer", "Spring", "Dear you"]
        assert sheet.used(10_000) == "mine-None"

    def test_b2_4_and_one_that_the_template_of_the_line_had_brought_before(self) -> None:
        sheet = Sheet()
        sheet.add(1)
        sheet.change_line(10_000, SPRING, interaction_template_code="SPRING")
        sheet.change(SPRING, interaction_template_code="SPRING")
        sheet.change(subject="Summer")
        assert sheet.shown() == [("ENG", "Summer", "unique")]
        sheet.change_line(10_000, language_code="NLD")
        sheet.change_line(10_000, language_code="ENG")
        assert sheet.shown() == [("ENG", "Summer", "unique")]

    def test_a_line_can_have_another_language_with_its_document_and_subject(self) -> None:
        """Domain rule B3.3."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        sheet.change_line(10_000, language_code="NLD")
        assert sheet.shown() == [("NLD", "Lente", "inherited")]
        sheet.change_line(10_000, language_code="DEU")
        assert sheet.shown() == [("DEU", None, None)]

    def test_a_line_needs_a_template_for_a_language_of_its_own(self) -> None:
        sheet = Sheet()
        sheet.put(1)
        with pytest.raises(MandatoryField):
            sheet.change_line(10_000, language_code="ENG")
        with pytest.raises(MandatoryField):
            sheet.put(2, language_code="ENG")

    def test_b3_3_a_language_that_a_line_has_already_changes_nothing(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(2)
        sheet.change_line(10_000, subject="Dear you")
        sheet.change_line(10_000, language_code="NLD")
        assert sheet.shown() == [("NLD", "Dear you", "inherited")]
        without_template = Sheet()
        without_template.add(2)
        without_template.change(subject="Alone")
        without_template.change_line(10_000, language_code=None)
        assert without_template.shown() == [(None, "Alone", None)]
        without_template.attach(document("NLD", "Lente"))
        without_template.change_line(10_000, language_code="NLD")
        assert without_template.shown() == [("NLD", "Lente", "inherited")]

    def test_the_correspondence_type_of_the_header_follows_where_there_is_a_document(self) -> None:
        """Domain rule B2.2."""
        sheet = Sheet()
        sheet.add(1)
        sheet.change(correspondence_type="email")
        assert sheet.line(10_000).correspondence_type is None
        sheet.attach(document())
        sheet.change(correspondence_type="hard_copy")
        assert sheet.line(10_000).correspondence_type == "hard_copy"
        sheet.change(correspondence_type=None)
        assert sheet.line(10_000).correspondence_type == "hard_copy"

    def test_b2_2_a_correspondence_type_that_is_named_with_a_template_goes_after_it(self) -> None:
        sheet = Sheet()
        sheet.add(1)
        sheet.change(SPRING, interaction_template_code="SPRING", correspondence_type="email")
        assert sheet.line(10_000).correspondence_type == "email"


class TestPersonalDocument:
    def test_it_belongs_to_one_line_and_has_its_language_and_subject(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.personalise(20_000, document(name="mine"))
        assert sheet.shown() == [("ENG", "Spring", "inherited"), ("NLD", "Lente", "unique")]
        assert sheet.used(20_000) == "mine-None"

    def test_b4_without_it_a_line_with_another_template_has_nothing(self) -> None:
        sheet = Sheet()
        sheet.attach(document("ENG", "Spring"))
        sheet.add(1)
        sheet.change_line(10_000, template(document(None, "Call")), interaction_template_code="CALL")
        assert sheet.shown() == [(None, "Call", "unique")]
        sheet.depersonalise(10_000)
        assert sheet.shown() == [(None, None, None)]

    def test_b4_nor_does_a_line_whose_template_the_header_has_left(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(2)
        sheet.personalise(10_000, document(name="mine"))
        sheet.change(None, update_lines=False, interaction_template_code=None)
        sheet.depersonalise(10_000)
        assert sheet.shown() == [(None, None, None)]

    def test_b4_without_it_the_line_inherits_what_the_header_has_by_now(self) -> None:
        sheet = Sheet()
        sheet.add(2)
        sheet.change(SPRING, update_lines=False, interaction_template_code="SPRING")
        sheet.change_line(10_000, SPRING, interaction_template_code="SPRING")
        sheet.personalise(10_000, document(name="mine"))
        sheet.attach(document("NLD", "Lente", "better"))
        sheet.depersonalise(10_000)
        assert sheet.shown() == [("NLD", "Lente", "inherited")]
        assert sheet.used(10_000) == "better-NLD"

    def test_without_it_the_line_inherits_again(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(2)
        sheet.personalise(10_000, document(None, "For you", "mine"), names_subject=True)
        assert sheet.shown() == [("NLD", "For you", "unique")]
        sheet.depersonalise(10_000)
        assert sheet.shown() == [("NLD", "Lente", "inherited")]

    def test_what_the_header_does_with_its_documents_leaves_it_alone(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        sheet.personalise(10_000, document(name="mine"))
        sheet.attach(document("ENG", "Spring", "better"))
        sheet.detach("ENG")
        assert sheet.shown() == [("ENG", "Spring", "unique")]
        sheet.depersonalise(10_000)
        assert sheet.shown() == [("NLD", "Lente", "inherited")]

    def test_b4_a_document_of_the_header_with_another_subject_brings_that_where_it_had_the_old_one(
        self,
    ) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.personalise(10_000, document(name="mine"))
        sheet.personalise(20_000, document(name="mine"))
        sheet.attach(document("ENG", "Summer", "better"))
        sheet.attach(document("FRA", "Spring", "better"))
        assert sheet.shown() == [("ENG", "Summer", "unique"), ("NLD", "Lente", "unique")]
        assert sheet.used(10_000) == "mine-None"

    def test_it_stays_with_its_language_when_the_header_takes_another_template(self) -> None:
        """Domain rule B2.3; the others get the document of the new template."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.personalise(10_000, document(name="mine"))
        sheet.change(template(document(None, "Golf", "golf")), interaction_template_code="GOLF")
        assert sheet.shown() == [("ENG", "Spring", "unique"), (None, "Golf", "inherited")]
        sheet.depersonalise(10_000)
        assert sheet.shown()[0] == (None, "Golf", "inherited")

    def test_it_goes_when_the_line_takes_another_template_or_contact(self) -> None:
        """Domain rules B3.1 and B3.2."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.personalise(10_000, document(name="mine"))
        sheet.personalise(20_000, document(name="mine"))
        sheet.change_line(10_000, template(), interaction_template_code="PLAIN")
        sheet.replace(20_000, 3)
        assert sheet.shown() == [(None, None, None), ("ENG", "Spring", "inherited")]

    def test_it_comes_back_with_its_line(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.personalise(10_000, document(name="mine"))
        before = sheet.shown()
        sheet.reduce(1)
        sheet.go_back()
        assert sheet.shown() == before

    def test_b4_in_another_language_than_the_line_has_by_now_it_can_be_taken_away(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(4)
        sheet.change_line(10_000, language_code="NLD")
        sheet.personalise(10_000, document(name="mine"))
        sheet.change_line(10_000, language_code="ENG")
        assert sheet.shown() == [("ENG", None, None)]
        assert sheet.depersonalise(10_000) == (DocumentRemoved("NLD", 10_000, "CT4"),)
        assert sheet.shown() == [("ENG", "Spring", "inherited")]

    def test_a_line_without_one_has_none_to_take_away(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        with pytest.raises(NotFound):
            sheet.depersonalise(10_000)


class TestTemplates:
    def test_a_header_gets_copies_of_its_documents_with_language_and_subject(self) -> None:
        """Domain rule B2.3; V10: nothing that is done to the copies can reach the template."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        header = sheet.segment.header
        assert header.documents == SPRING.documents
        assert (header.language_code, header.subject) == ("ENG", "Spring")
        sheet.attach(document("ENG", "Mine", "mine"))
        assert SPRING.documents[0] == document("ENG", "Spring")

    def test_a_line_with_another_template_has_copies_in_its_contacts_language(self) -> None:
        """Domain rules B3.2 and B3.5."""
        golf = template(document("DEU", "Golf", "golf"), document("FRA", "Le golf", "golf"), language="FRA")
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 3)
        for line_no in (10_000, 20_000):
            sheet.change_line(line_no, golf, interaction_template_code="GOLF")
        assert sheet.shown() == [("FRA", "Le golf", "unique"), ("DEU", "Golf", "unique")]

    def test_a_line_that_returns_to_the_template_of_the_header_inherits_again(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(2)
        sheet.change_line(10_000, template(), interaction_template_code="PLAIN")
        assert sheet.shown() == [(None, None, None)]
        sheet.change_line(10_000, SPRING, interaction_template_code="SPRING")
        assert sheet.shown() == [("NLD", "Lente", "inherited")]

    def test_a_line_that_takes_the_template_that_only_the_header_has_inherits_its_documents(self) -> None:
        sheet = Sheet()
        sheet.add(2)
        sheet.change(SPRING, interaction_template_code="SPRING", update_lines=False)
        assert sheet.shown() == [(None, None, None)]
        sheet.change_line(10_000, SPRING, interaction_template_code="SPRING")
        assert sheet.shown() == [("NLD", "Lente", "inherited")]
        sheet.attach(document("NLD", "Zomer", "better"))
        assert sheet.shown() == [("NLD", "Zomer", "inherited")]

    def test_lines_with_an_inherited_document_cannot_be_left_behind(self) -> None:
        """Domain rule B2.2; a line with a personal document could."""
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1)
        with pytest.raises(Conflict):
            sheet.change(None, interaction_template_code=None, update_lines=False)
        sheet.personalise(10_000, document(name="mine"))
        sheet.change(None, interaction_template_code=None, update_lines=False)
        assert sheet.shown() == [("ENG", "Spring", "unique")]

    def test_a_template_without_documents_takes_those_of_the_lines_away(self) -> None:
        sheet = Sheet(SPRING, interaction_template_code="SPRING")
        sheet.add(1, 2)
        sheet.change(template(), interaction_template_code="PLAIN")
        assert sheet.shown() == [(None, None, None)] * 2
