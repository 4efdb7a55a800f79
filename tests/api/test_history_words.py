"""Every event of a segment in words, in both languages; one without words of its own is told all the same."""

from __future__ import annotations

from typing import Any, ClassVar, get_args

import msgspec
import pytest
from msgspec.structs import replace as replaced

from application import history_words
from application.event_words import NOT_TOLD, Facts, tell_any
from application.field_words import DUTCH, DUTCH_VALUES, HIDDEN, Language
from application.history_words import tell
from domain.amendments import (
    Amendment,
    InteractionCommentChanged,
    InteractionCommentDeleted,
    InteractionCommented,
    InteractionsCanceled,
    InteractionsDeleted,
    InteractionsEvaluated,
    InteractionsRedated,
    InteractionsUncanceled,
    LoggedSegmentDeleted,
)
from domain.catalogue import EVENT_TYPES
from domain.contact import Contact, ContactRegistered, KnownContact
from domain.contact_set import ContactSet
from domain.criteria import TABLES
from domain.delivery import (
    DeliveryContinued,
    DeliveryFailed,
    DeliveryPaused,
    InteractionsDelivered,
    InteractionsSentAgain,
)
from domain.document import Document
from domain.interaction_template import InteractionTemplateSetup
from domain.records import RECORD_KINDS
from domain.segment.documents import attach, remove
from domain.segment.events import (
    CriteriaOptions,
    DocumentAttached,
    DocumentRemoved,
    Exclusion,
    SegmentDeleted,
    SegmentEvent,
    SegmentLogged,
)
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.segment.selection import Criteria, Selection, apply_criteria
from domain.segment.state import Segment
from domain.task import Task
from domain.vocabulary import (
    ContactType,
    CorrespondenceType,
    CriteriaActionKind,
    TaskPriority,
    TaskStatus,
    TaskType,
)
from tests.domain.worksheet import AT, WORK_DATE, Worksheet
from tests.replay.samples import decoded, log_named, log_names

SOME = ContactSet([0, 2])


class DocumentStamped(msgspec.Struct, frozen=True):
    """An event that a later version may bring."""

    topic: ClassVar[str] = "segment.document-stamped.1"
    language_code: str
    pages: int
    contents: ContactSet


def everything() -> list[Any]:
    """All that can happen to a worksheet, and to what was logged."""
    sheet = Worksheet(description="Spring")
    sheet.add(1, 2, 3, excluded=[2], expand_companies=True)
    sheet.change(description=None, campaign_target=True)
    sheet.change(subject="Hello", update_lines=False)
    sheet.put(4)
    sheet.change_line(10_000, attempt_failed=True, evaluation="very_positive")
    sheet.remove(10_000)
    sheet.reduce(3)
    sheet.go_back()
    sheet.redo()
    sheet.refine(4)
    sheet.reuse(("CP1", [1, 5, 6]), known=[5, 6], excluded=[6])
    criteria = Criteria("add_contacts", {}, CriteriaOptions(), Exclusion(("SM7",), (3,)))
    found = Selection(7, ContactSet([8]))
    sheet.record(apply_criteria(sheet.segment, criteria, found, saved_criteria="SPRING"))
    sheet.reset()
    letter = Document("ab12", 10, "text/html", "spring.html", "ENG", "Spring")
    sheet.record(attach(sheet.segment, letter, names_subject=True))
    sheet.record([DocumentAttached(letter, 30_000, "CT4"), DocumentRemoved("ENG", 30_000, "CT4")])
    sheet.record(remove(sheet.segment, "ENG"))
    return [
        *sheet.events,
        SegmentLogged(17, "SM1", "Spring", WORK_DATE, 9, 1, 3, (), follow_up_segment_no="SM2"),
        InteractionsCanceled(1, SOME, "logged_segment", 17, "A mistake"),
        InteractionsUncanceled(1, SOME, "campaign_entry", 5),
        InteractionsEvaluated(1, SOME, "very_negative", "Complained by phone"),
        InteractionsRedated(1, SOME, WORK_DATE, "Posted late"),
        InteractionCommented(2, "Called back"),
        InteractionCommentChanged(2, 1, "Called twice"),
        InteractionCommentDeleted(2, 1),
        InteractionsDelivered(1, ContactSet([0, 2]), ("ab", "cd")),
        DeliveryFailed(1, ContactSet([1]), "refused", "550 no such mailbox"),
        DeliveryPaused(1),
        DeliveryContinued(1),
        InteractionsSentAgain(1, ContactSet([1]), "hard_copy"),
        InteractionsDeleted(1, SOME),
        LoggedSegmentDeleted(17),
        SegmentDeleted(),
    ]


def story(language: Language) -> list[str]:
    found, segment = [], Segment()
    for event in everything():
        found.append(tell(event, segment, language))
        segment = segment.copy()
        segment.apply(event, "ANN", AT)
    return found


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Changed the header: subject Spring → Summer; lines in ENG that had the old one follow."),
        ("nl", "Kop gewijzigd: onderwerp Spring → Summer; regels in ENG die het oude hadden, volgen."),
    ],
)
def test_b2_4_lines_that_contacts_bring_to_a_language_are_not_counted_by_what_they_say(
    language: Language, said: str
) -> None:
    english, dutch = (Document("0" * 64, 1, "text/html", language_code=spoken) for spoken in ("ENG", "NLD"))
    sheet = Worksheet()
    sheet.record(attach(sheet.segment, replaced(english, subject="Spring"), names_subject=True))
    sheet.record(attach(sheet.segment, replaced(dutch, subject="Lente"), names_subject=True))
    sheet.add(1, 2)
    before = sheet.segment
    (event,) = sheet.change(subject="Summer")
    assert tell(event, before, language) == said


def test_the_story_has_every_kind_of_event() -> None:
    kinds = {type(event) for event in everything()}
    assert kinds == {*get_args(SegmentEvent), *get_args(Amendment)}


def test_each_is_told_with_what_it_changed() -> None:
    assert story("en") == [
        "Created segment SM1.",
        "Added 2 contacts where contact city is add_contacts (expand companies);"
        " left out: 1 excluded from segments.",
        "Changed the header: description Spring → blank, campaign target no → yes; 2 of 2 lines follow.",
        "Changed the header: subject blank → Hello; the lines stay as they are.",
        "Put contact CT4 on line 30000.",
        "Changed line 10000 (CT1): evaluation blank → very positive, attempt failed no → yes.",
        "Took contact CT1 off line 10000.",
        "Removed 1 contact: everybody for whom contact city is reduce.",
        "Went back over action 4: 0 lines off again, 1 line back on.",
        "Did action 4 again: 0 lines back on, 1 line off again.",
        "Kept only those for whom contact city is refine; 0 contacts removed.",
        "Took over the contacts of logged segment 12: 1 contact added;"
        " left out: 1 excluded from segments, 1 deleted since.",
        "Added 1 contact where no condition is set (without those on segment SM7,"
        " without those of logged segment 3, from saved criteria SPRING).",
        "Forgot the criteria, kept the lines.",
        "Stored the document spring.html for all lines, with subject “Spring”.",
        "Gave line 30000 (CT4) a document of its own: spring.html, with subject “Spring”.",
        "Line 30000 (CT4) has no document of its own any more.",
        "Took the document in ENG away.",
        "Logged the segment: 3 interactions as logged segment 17, with follow-up segment SM2.",
        "Canceled 2 interactions with logged segment 17, because: “A mistake”.",
        "Took back the cancelling of 2 interactions with campaign entry 5.",
        "Evaluated 2 interactions: very negative, because: “Complained by phone”.",
        f"Corrected the date of 2 interactions to {WORK_DATE}, because: “Posted late”.",
        "Commented on entry 2: Called back",
        "Changed comment 1 on entry 2: Called twice",
        "Deleted comment 1 on entry 2.",
        "Sent 2 letters or mails.",
        "Could not send 1 letter or mail: the mail server refused it (550 no such mailbox).",
        "Held the delivery up.",
        "Let the delivery go on.",
        "Asked for 1 letter or mail to be sent again, as hard copy.",
        "Deleted 2 interactions from the log.",
        "Deleted logged segment 17; its interactions stay.",
        "Deleted the segment.",
    ]


def test_the_dutch_story_differs_in_every_sentence() -> None:
    pairs = list(zip(story("en"), story("nl"), strict=True))
    assert [english for english, dutch in pairs if english == dutch] == []
    assert pairs[5][1] == (
        "Regel 10000 (CT1) gewijzigd: beoordeling leeg → zeer positief, poging mislukt nee → ja."
    )


def test_what_a_line_says_already_is_not_told_as_a_change() -> None:
    sheet = Worksheet(description="Spring")
    sheet.add(1)
    before = sheet.segment.copy()
    (event,) = sheet.change_line(10_000, description="Spring", evaluation=None, attempt_failed=True)
    assert tell(event, before, "en") == "Changed line 10000 (CT1): attempt failed no → yes."


@pytest.mark.parametrize(
    ("action", "said"), [("reduce", "Removed 1 contact:"), ("refine", " 1 contact removed")]
)
def test_a_contact_that_leaves_two_lines_is_one_contact(action: CriteriaActionKind, said: str) -> None:
    sheet = Worksheet()
    sheet.put(1)
    sheet.put(1)
    matching = Selection(1, ContactSet([1] if action == "reduce" else []))
    (event,) = apply_criteria(sheet.segment, Criteria(action, {"contact": {"no": "CT1"}}), matching)
    assert said in tell(event, sheet.segment, "en")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_an_event_without_words_of_its_own_is_told_by_its_fields(language: Language) -> None:
    text = tell(DocumentStamped("NL", 3, SOME), Segment(), language)
    word = "taal" if language == "nl" else "language code"
    assert text == f"Document stamped: {word} NL, pages 3."


def test_every_table_and_field_has_a_dutch_word() -> None:
    names = {*TABLES, *(field for fields in TABLES.values() for field in fields)}
    names |= {*HeaderChanges.__struct_fields__, *LineChanges.__struct_fields__}
    names |= {*CriteriaOptions.__struct_fields__}
    assert names - HIDDEN - DUTCH.keys() == set()


def test_every_field_of_contacts_tasks_and_records_has_a_dutch_word() -> None:
    structs: list[type[msgspec.Struct]] = [Contact, Task, *(kind.value_type for kind in RECORD_KINDS)]
    names = {name for struct in structs for name in struct.__struct_fields__}
    # Which template a kind of document gets is set up once, by whoever knows them by these names.
    kinds_of_document = set(InteractionTemplateSetup.__struct_fields__)
    assert names - kinds_of_document - NOT_TOLD - DUTCH.keys() == set()


def test_members_of_enumerations_are_told_in_dutch() -> None:
    fixed = (ContactType, CorrespondenceType, TaskType, TaskStatus, TaskPriority)
    members = {member for kind in fixed for member in get_args(kind)}
    assert members - DUTCH_VALUES.keys() == set()
    value = Contact(type="person", name="Anna", correspondence_type="email")
    text = tell_any(ContactRegistered("CT1", 1, value), KnownContact(), "nl")
    assert "soort persoon" in text
    assert "correspondentietype e-mail" in text


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_event_there_is_has_a_sentence_of_its_own(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(history_words, "_otherwise")
    found = set()
    for name in log_names():
        facts: dict[str, Facts] = {}
        for event in decoded(log_named(name)):
            before = facts.setdefault(event.originator_id, Facts(event.originator_id))
            assert tell_any(event.data, before.state, language)
            before.take(event.data, event.envelope.user_id, event.envelope.at)
            found.add(event.data.topic)
    assert found == EVENT_TYPES.keys()
