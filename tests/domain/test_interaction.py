"""Single interactions: what is completed from where, and what is asked for (domain B15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from domain.amendments import InteractionsDeleted
from domain.contact import AlternativeAddress, Contact, DateRange, KnownContact
from domain.contact_set import ContactSet
from domain.document import Document
from domain.errors import Conflict, MandatoryField, NoDocument, NotFound, PrivacyBlocked
from domain.interaction import (
    Interaction,
    InteractionLogged,
    InteractionValues,
    SingleInteraction,
    Surroundings,
    check,
    complete,
    postpone,
    resumed_values,
)
from domain.interaction_template import InteractionTemplate
from domain.vocabulary import CorrespondenceType

TODAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 9, 14, 5, 1)
ANNA = KnownContact(
    "CT1", 1, 1, Contact(type="person", name="Anna Berg", company_no="CT9", salesperson_code="S1")
)
CALL = InteractionTemplate(
    description="Call",
    interaction_group_code="CALLS",
    unit_cost=Decimal("3.00"),
    unit_duration_minutes=10,
    information_flow="outbound",
    initiated_by="us",
)


def around(
    contact: KnownContact | None = ANNA,
    template: InteractionTemplate | None = CALL,
    now: datetime = NOW,
    salesperson: str | None = None,
) -> Surroundings:
    return Surroundings(contact, template, TODAY, now, salesperson)


def said(**values: object) -> InteractionValues:
    return InteractionValues(contact_no="CT1", interaction_template_code="CALL", **values)  # type: ignore[arg-type]


def known(**values: object) -> KnownContact:
    return KnownContact("CT1", 1, 1, replace(ANNA.value, **values))


class TestCompleting:
    def test_takes_from_template_contact_and_work_date_what_was_not_said(self) -> None:
        interaction = complete(said(), around())
        assert interaction.description == interaction.subject == "Call"
        assert interaction.cost == Decimal("3.00")
        assert (interaction.date, interaction.salesperson_code) == (TODAY, "S1")
        assert (interaction.contact_key, interaction.contact_company_no) == (1, "CT9")

    def test_lets_what_was_said_win(self) -> None:
        interaction = complete(said(description="Chat", cost=Decimal(1), salesperson_code="S2"), around())
        assert (interaction.description, interaction.cost) == ("Chat", Decimal(1))
        assert interaction.salesperson_code == "S2"

    def test_prefers_the_salesperson_that_the_user_is_to_the_contacts(self) -> None:
        assert complete(said(), around(salesperson="ME")).salesperson_code == "ME"

    @pytest.mark.parametrize(
        ("now", "rounded"),
        [
            (datetime(2026, 3, 9, 14, 5), time(14, 5)),
            (datetime(2026, 3, 9, 14, 5, 0, 1), time(14, 6)),
            (datetime(2026, 3, 9, 14, 59, 30), time(15, 0)),
            (datetime(2026, 3, 9, 23, 59, 30), time(23, 59)),
        ],
    )
    def test_rounds_the_time_up_to_the_minute(self, now: datetime, rounded: time) -> None:
        assert complete(said(), around(now=now)).time_of_interaction == rounded

    @pytest.mark.parametrize(
        ("template", "ignores", "contact", "expected"),
        [
            ("hard_copy", True, "email", "hard_copy"),
            (None, True, "email", None),
            ("hard_copy", False, "email", "email"),
            ("hard_copy", False, None, "hard_copy"),
            (None, False, None, None),
        ],
    )
    def test_takes_the_correspondence_type_by_precedence(
        self,
        template: CorrespondenceType | None,
        ignores: bool,
        contact: CorrespondenceType | None,
        expected: CorrespondenceType | None,
    ) -> None:
        chosen = replace(CALL, correspondence_type=template, ignore_contact_correspondence_type=ignores)
        interaction = complete(said(), around(known(correspondence_type=contact), chosen))
        assert interaction.correspondence_type == expected

    def test_takes_the_alternative_address_of_its_date(self) -> None:
        summer = AlternativeAddress("SUMMER", date_ranges=(DateRange(date(2026, 6, 1)),))
        contact = known(alternative_addresses=(summer,))
        assert complete(said(), around(contact)).contact_alternative_address_code is None
        later = complete(said(date=date(2026, 7, 1)), around(contact))
        assert later.contact_alternative_address_code == "SUMMER"

    def test_is_refused_for_a_contact_that_is_blocked_for_privacy(self) -> None:
        with pytest.raises(PrivacyBlocked):
            complete(said(), around(known(privacy_blocked=True)))


class TestChecking:
    @pytest.mark.parametrize(
        ("interaction", "field"),
        [
            (Interaction(), "contact_no"),
            (Interaction(contact_no="CT1"), "interaction_template_code"),
            (Interaction(contact_no="CT1", interaction_template_code="CALL"), "salesperson_code"),
            (
                Interaction(contact_no="CT1", interaction_template_code="CALL", salesperson_code="S"),
                "date",
            ),
            (
                Interaction(
                    contact_no="CT1", interaction_template_code="CALL", salesperson_code="S", date=TODAY
                ),
                "description",
            ),
        ],
    )
    def test_asks_for_what_is_mandatory_in_order(self, interaction: Interaction, field: str) -> None:
        with pytest.raises(MandatoryField) as refusal:
            check(interaction, ANNA, deliver=False)
        assert refusal.value.problems[0][0] == (field,)
        assert "a interaction" not in refusal.value.detail

    def test_blanks_the_type_email_where_there_is_no_address(self) -> None:
        mail = complete(said(correspondence_type="email"), around())
        assert check(mail, ANNA, deliver=False).correspondence_type is None
        reachable = known(email="anna@example.org")
        assert check(mail, reachable, deliver=False).correspondence_type == "email"

    def test_b15_refuses_a_mail_without_a_document_also_if_nothing_is_sent(self) -> None:
        mail, reachable = (
            complete(said(correspondence_type="email"), around()),
            known(email="anna@example.org"),
        )
        for contact, deliver in product((reachable, ANNA), (False, True)):  # the document comes first
            with pytest.raises(NoDocument) as refusal:
                check(mail, contact, deliver=deliver, as_mail=True)
            assert [place for place, _ in refusal.value.problems] == [("correspondence_type",)]
        assert check(mail, reachable, deliver=False).correspondence_type == "email"

    def test_sends_nothing_without_a_document(self) -> None:
        with pytest.raises(NoDocument):
            check(complete(said(correspondence_type="hard_copy"), around()), ANNA, deliver=True)


class TestPostponing:
    def test_resumes_with_what_was_said_before_and_todays_date(self) -> None:
        single = SingleInteraction()
        single.apply(postpone(7, Interaction(), said(description="Later", date=date(2026, 1, 1))), "ANN", NOW)
        values = resumed_values(single, InteractionValues(salesperson_code="S2"))
        assert complete(values, around()).date == TODAY
        assert (values.description, values.salesperson_code) == ("Later", "S2")

    @pytest.mark.parametrize(("now", "expected"), [({}, "positive"), ({"evaluation": None}, None)])
    def test_b15_an_evaluation_from_while_it_was_postponed_is_kept_unless_another_is_said(
        self, now: dict[str, Any], expected: str | None
    ) -> None:
        single = SingleInteraction()
        single.apply(postpone(7, Interaction(), said(evaluation="negative")), "ANN", NOW)
        (evaluated,) = single.recorded.evaluate(ContactSet([0]), "positive")
        single.apply(evaluated, "ANN", NOW)
        values = resumed_values(single, InteractionValues(**now))
        assert complete(values, around()).evaluation == expected

    def test_resumes_only_what_is_postponed(self) -> None:
        single = SingleInteraction()
        single.apply(InteractionLogged(7, Interaction()), "ANN", datetime.now(UTC))
        with pytest.raises(Conflict, match="7 is not postponed"):
            resumed_values(single, InteractionValues())

    def test_b14_one_that_was_deleted_is_not_found_whether_it_was_finished_or_not(self) -> None:
        for event in (InteractionLogged(7, Interaction()), postpone(7, Interaction(), said())):
            single = SingleInteraction()
            single.apply(event, "ANN", NOW)
            single.apply(InteractionsDeleted(7, ContactSet([0])), "ANN", NOW)
            with pytest.raises(NotFound):
                resumed_values(single, InteractionValues())


class TestDocument:
    """Outside a segment: the contact's language if the template has it, else the template's (domain B3.5)."""

    TEMPLATE = InteractionTemplate(
        language_code="ENG",
        documents=(
            Document("english", 1, "text/html", language_code="ENG"),
            Document("dutch", 1, "text/html", language_code="NLD"),
        ),
    )

    @pytest.mark.parametrize(
        ("speaks", "language", "document"),
        [("NLD", "NLD", "dutch"), ("DEU", "ENG", "english"), (None, "ENG", "english")],
    )
    def test_is_that_of_the_template_in_the_language(
        self, speaks: str | None, language: str, document: str
    ) -> None:
        contact = KnownContact("CT1", 1, 1, Contact(language_code=speaks))
        around = Surroundings(contact, self.TEMPLATE, TODAY, NOW, None)
        value = complete(InteractionValues(), around)
        assert value.interaction_language_code == language
        assert value.document is not None
        assert value.document.sha256 == document

    def test_b15_the_subject_is_the_description_not_that_of_the_document(self) -> None:
        documents = (Document("letter", 1, "text/html", subject="Spring"),)
        template = InteractionTemplate(description="Call", documents=documents)
        around = Surroundings(ANNA, template, TODAY, NOW, None)
        assert complete(said(description="Chat"), around).subject == "Chat"
        assert complete(said(description="Chat", subject="Hello"), around).subject == "Hello"

    def test_is_none_without_a_template(self) -> None:
        assert complete(InteractionValues(), Surroundings(None, None, TODAY, NOW, None)).document is None
