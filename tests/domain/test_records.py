"""Things known by code: created, changed and deleted as a whole."""

from datetime import date

import pytest

from domain.campaign import Campaign, check_dates
from domain.code_tables import CodeEntry
from domain.errors import InvalidRequest, NumberSeries
from domain.interaction_template import InteractionTemplateSetup, template_for
from domain.records import (
    CAMPAIGN,
    CODE_TABLES,
    MAILING_GROUP,
    RECORD_KINDS,
    CampaignActivated,
    CampaignDeactivated,
    KnownRecord,
    RecordKind,
    activate,
    deactivate,
    delete,
    write,
)
from domain.setup import Series, SeriesByKind, SeriesName, Setup, series_for
from domain.vocabulary import DocumentType, members
from tests.domain.worksheet import AT

NEWS, GOLF = CodeEntry("News"), CodeEntry("Golf")


def record(*events: object) -> KnownRecord:
    known = KnownRecord()
    for event in events:
        known.apply(event, "ANN", AT)
    return known


class TestWriteAndDelete:
    def test_an_unknown_code_is_created(self) -> None:
        assert write(MAILING_GROUP, record(), "NEWS", NEWS) == (MAILING_GROUP.created("NEWS", NEWS),)

    def test_a_known_one_gets_new_values(self) -> None:
        known = record(MAILING_GROUP.created("NEWS", NEWS))
        events = write(MAILING_GROUP, known, "NEWS", GOLF)
        assert events == (MAILING_GROUP.changed("NEWS", GOLF),)
        known.apply(events[0], "ANN", AT)
        assert (known.code, known.value) == ("NEWS", GOLF)

    def test_the_values_it_has_already_are_no_change(self) -> None:
        known = record(MAILING_GROUP.created("NEWS", NEWS))
        assert write(MAILING_GROUP, known, "NEWS", CodeEntry("News")) == ()

    def test_a_deleted_one_can_be_created_again(self) -> None:
        known = record(MAILING_GROUP.created("NEWS", NEWS))
        (event,) = delete(MAILING_GROUP, known)
        assert event == MAILING_GROUP.deleted("NEWS")
        known.apply(event, "ANN", AT)
        assert known.value is None
        assert write(MAILING_GROUP, known, "NEWS", NEWS) == (MAILING_GROUP.created("NEWS", NEWS),)

    def test_a_copy_changes_alone(self) -> None:
        known = record(MAILING_GROUP.created("NEWS", NEWS))
        known.copy().apply(MAILING_GROUP.deleted("NEWS"), "ANN", AT)
        assert known.value == NEWS

    def test_what_is_no_event_of_a_record_is_refused(self) -> None:
        with pytest.raises(TypeError, match="str is no event of a record"):
            record("nonsense")


class TestKinds:
    def test_each_has_its_own_name_and_streams(self) -> None:
        assert len({kind.name for kind in RECORD_KINDS}) == len(RECORD_KINDS)
        assert len({kind.path for kind in CODE_TABLES}) == len(CODE_TABLES)
        assert MAILING_GROUP.stream("NEWS") == "mailing-group-NEWS"
        assert MAILING_GROUP.word == "mailing group"

    @pytest.mark.parametrize("kind", RECORD_KINDS, ids=lambda kind: kind.name)
    def test_events_are_named_after_it_and_say_what_they_mean(self, kind: RecordKind) -> None:
        title = "".join(word.capitalize() for word in kind.name.split("-"))
        assert [event.__name__ for event in kind.events()[:3]] == [
            *(f"{title}Created", f"{title}Changed", f"{title}Deleted")
        ]
        assert [event.topic for event in kind.events()[:3]] == [
            *(f"{kind.name}.created.1", f"{kind.name}.changed.1", f"{kind.name}.deleted.1")
        ]
        assert all(event.__doc__ for event in kind.events())


class TestActivating:
    def test_a_campaign_keeps_its_values_and_has_a_target_group(self) -> None:
        spring = Campaign(description="Spring")
        known = record(CAMPAIGN.created("CP1", spring))
        (event,) = activate(known)
        assert event == CampaignActivated("CP1", Campaign(description="Spring", activated=True))
        known.apply(event, "ANN", AT)
        assert activate(known) == ()
        (event,) = deactivate(known)
        assert event == CampaignDeactivated("CP1", spring)
        known.apply(event, "ANN", AT)
        assert (known.value, deactivate(known)) == (spring, ())


class TestTemplateSetup:
    @pytest.mark.parametrize("document_type", members(DocumentType))
    def test_there_is_a_place_for_every_kind_of_document(self, document_type: DocumentType) -> None:
        names = InteractionTemplateSetup.__struct_fields__
        setup = InteractionTemplateSetup(**{name: name.upper() for name in names})
        assert template_for(setup, document_type) in (document_type.upper(), f"{document_type.upper()}S")
        assert template_for(InteractionTemplateSetup(), document_type) is None


class TestNumberSeries:
    def test_a_number_has_a_prefix_and_at_least_so_many_digits(self) -> None:
        series = Series("SM")
        assert [series.number(n) for n in (1, 99_999, 100_000)] == ["SM00001", "SM99999", "SM100000"]

    @pytest.mark.parametrize("kind", ["segment", "contact", "campaign"])
    def test_a_new_installation_can_number_everything(self, kind: SeriesName) -> None:
        assert series_for(Setup(), kind, None) is not None

    def test_a_typed_number_draws_none(self) -> None:
        assert series_for(Setup(), "segment", "MINE") is None

    def test_a_typed_number_needs_a_series_that_allows_it_or_no_series(self) -> None:
        strict = Setup(number_series=SeriesByKind(segment=Series("SM", manual=False)))
        with pytest.raises(NumberSeries):
            series_for(strict, "segment", "MINE")
        assert series_for(Setup(number_series=SeriesByKind(segment=None)), "segment", "MINE") is None

    @pytest.mark.parametrize("typed", ["A/B", "/", ".", ".."])
    def test_a_typed_number_that_no_address_can_hold_is_refused(self, typed: str) -> None:
        for kind in ("segment", "contact", "campaign"):
            with pytest.raises(InvalidRequest) as raised:
                series_for(Setup(), kind, typed)
            assert raised.value.problems[0][0] == ("no",)

    def test_without_a_series_a_number_must_be_given(self) -> None:
        with pytest.raises(NumberSeries):
            series_for(Setup(number_series=SeriesByKind(segment=None)), "segment", None)


class TestCampaignDates:
    def test_a_campaign_may_end_on_the_day_it_starts(self) -> None:
        day = date(2026, 11, 24)
        for ends in (day, None):
            check_dates(Campaign(starting_date=day, ending_date=ends))
        check_dates(Campaign(ending_date=day))

    def test_a_campaign_must_not_end_before_it_starts(self) -> None:
        with pytest.raises(InvalidRequest):
            check_dates(Campaign(starting_date=date(2026, 11, 24), ending_date=date(2026, 11, 23)))
