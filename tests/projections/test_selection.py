"""Who meets criteria: the options of domain B5 and B6 against a plain model, on random contacts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from domain import records
from domain.contact_set import ContactSet
from domain.criteria import parse_criteria
from domain.segment.events import CriteriaApplied, CriteriaOptions
from domain.segment.selection import Criteria
from domain.vocabulary import CriteriaActionKind
from projections.selection import known_contacts, matching_contacts, sample, select_contacts
from tests.projections.conftest import ANN, WORK_DATE, Desk

# --- The model ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A contact; `company` is the key of its company, which is its own if it is one."""

    city: str | None
    groups: tuple[str, ...]
    company: int | None
    excluded: bool
    blocked: bool


World = dict[int, Person]
FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda _: True),
    ({"contact": {"city": "Arnhem"}}, lambda person: person.city == "Arnhem"),
    ({"mailing_group": {"code": "NEWS"}}, lambda person: "NEWS" in person.groups),
    (
        {"contact": {"city": "<>Arnhem"}, "mailing_group": {"code": "GOLF"}},
        lambda person: person.city != "Arnhem" and "GOLF" in person.groups,
    ),
    ({"contact": {"city": "Nowhere"}}, lambda _: False),
]


def companies_of(keys: Set[int], world: World) -> set[int]:
    return {company for key in keys if (company := world[key].company) is not None}


def colleagues(keys: Set[int], world: World) -> set[int]:
    """Everybody whose company has one of these."""
    companies = companies_of(keys, world)
    return {key for key, person in world.items() if person.company in companies}


def outcome(
    world: World, matching: Set[int], on_segment: Set[int], options: CriteriaOptions
) -> dict[str, set[int]]:
    """What Add Contacts comes to, step by step as domain B5 has it."""
    chosen = set(matching)
    if options.expand_companies:
        chosen |= colleagues(matching, world)
    if options.allow_related_companies:
        chosen |= companies_of(chosen, world)
    # Nothing overrides the privacy block, so that it is asked about first.
    blocked = {key for key in chosen if world[key].blocked}
    chosen -= blocked
    excluded = set() if options.ignore_exclusion else {key for key in chosen if world[key].excluded}
    chosen -= excluded
    already = set() if options.allow_existing_contacts else chosen & on_segment
    return {
        "added": chosen - already,
        "already_on_segment": already,
        "excluded": excluded,
        "privacy_blocked": blocked,
    }


def make_world(service: Desk, seed: int) -> World:
    """Random contacts: companies, their people, and people without a company."""
    choose = random.Random(seed)
    for code in ("NEWS", "GOLF"):
        service.record(records.MAILING_GROUP, code)
    world: World = {}
    numbers: dict[int, str] = {}
    for _ in range(60):
        person = Person(
            choose.choice(["Arnhem", "Breda", "Cuijk", None]),
            tuple(choose.sample(["NEWS", "GOLF"], choose.randint(0, 2))),
            choose.choice([None, *numbers, *numbers]),
            choose.random() < 0.25,
            choose.random() < 0.2,
        )
        is_company = choose.random() < 0.3
        contact = service.contact(
            type="company" if is_company else "person",
            city=person.city,
            mailing_groups=person.groups,
            company_no=None if is_company or person.company is None else numbers[person.company],
            exclude_from_segment=person.excluded,
            privacy_blocked=person.blocked,
        )
        if is_company:
            numbers[contact.key] = contact.no
        own = contact.key if is_company else person.company
        world[contact.key] = Person(person.city, person.groups, own, person.excluded, person.blocked)
    service.catch_up()
    return world


def all_options(*names: str) -> Iterator[CriteriaOptions]:
    for values in product([False, True], repeat=len(names)):
        yield CriteriaOptions(**dict(zip(names, values, strict=True)))


ADDING = ("allow_existing_contacts", "expand_companies", "allow_related_companies", "ignore_exclusion")


def decided(
    service: Desk, no: str, action: CriteriaActionKind, filters: dict[str, Any], options: CriteriaOptions
) -> CriteriaApplied:
    (event,), _ = service.selecting.run(ANN, service.segments.get(no), [Criteria(action, filters, options)])
    return event


# --- The one against the other ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_add_contacts_does_what_the_model_does(service: Desk, seed: int) -> None:
    world = make_world(service, seed)
    no = service.segment_with({"mailing_group": {"code": "GOLF"}})
    on_segment = set(service.segments.get(no).contacts)
    assert on_segment
    for (filters, matches), options in product(FILTERS, all_options(*ADDING)):
        matching = {key for key, person in world.items() if matches(person)}
        event = decided(service, no, "add_contacts", filters, options)
        assert {
            "added": set(event.added),
            "already_on_segment": set(event.skipped.already_on_segment),
            "excluded": set(event.skipped.excluded),
            "privacy_blocked": set(event.skipped.privacy_blocked),
        } == outcome(world, matching, on_segment, options), (filters, options)


@pytest.mark.parametrize("seed", [1, 2])
def test_reduce_and_refine_do_what_the_model_does(service: Desk, seed: int) -> None:
    world = make_world(service, seed)
    no = service.segment_with({"contact": {"city": "Arnhem|Breda"}})
    on_segment = set(service.segments.get(no).contacts)
    for (filters, matches), options in product(FILTERS, all_options("entire_companies")):
        matching = {key for key, person in world.items() if matches(person)}
        if options.entire_companies:
            matching |= colleagues(matching, world)
        reduced = decided(service, no, "reduce", filters, options)
        refined = decided(service, no, "refine", filters, options)
        assert set(reduced.removed) == on_segment & matching, (filters, options)
        assert set(refined.removed) == on_segment - matching, (filters, options)
        # V7: what the one keeps the other removes.
        assert set(reduced.removed) | set(refined.removed) == on_segment


# --- What the property does not show ------------------------------------------------------------------------


def test_a_private_person_is_nobodys_colleague(service: Desk) -> None:
    one, other = (service.contact(type="person", city=city) for city in ("Arnhem", "Breda"))
    service.catch_up()
    criteria = parse_criteria({"contact": {"no": one.no}}, work_date=WORK_DATE)
    wide = CriteriaOptions(expand_companies=True, allow_related_companies=True)
    assert set(select_contacts(service.read_models, criteria, wide).selected) == {one.key}
    both = ContactSet([one.key, other.key])
    found = matching_contacts(service.read_models, criteria, both, entire_companies=True)
    assert set(found.selected) == {one.key}


def test_entire_companies_look_at_colleagues_who_are_not_on_the_segment(service: Desk) -> None:
    company = service.contact()
    ann, bo = (service.contact(type="person", name=name, company_no=company.no) for name in ("Ann", "Bo"))
    service.catch_up()
    criteria = parse_criteria({"contact": {"name": "Bo"}}, work_date=WORK_DATE)
    on_segment = ContactSet([ann.key])
    for entire, expected in ((False, set()), (True, {ann.key})):
        found = matching_contacts(service.read_models, criteria, on_segment, entire_companies=entire)
        assert set(found.selected) == expected
    assert bo.key not in on_segment


@pytest.mark.parametrize("entire_companies", [False, True])
def test_without_filters_even_those_who_are_gone_match(service: Desk, entire_companies: bool) -> None:
    on_segment = ContactSet([service.contact().key, 4_711])
    service.catch_up()
    everybody = parse_criteria({}, work_date=WORK_DATE)
    found = matching_contacts(service.read_models, everybody, on_segment, entire_companies=entire_companies)
    assert found.selected == on_segment


def test_of_those_who_were_logged_the_ones_that_are_gone_are_not_known(service: Desk) -> None:
    plain = service.contact()
    excluded = service.contact(exclude_from_segment=True)
    blocked = service.contact(privacy_blocked=True)
    gone = service.contact()
    service.contacts.delete(ANN, gone.no)
    service.catch_up()
    keys = [contact.key for contact in (plain, excluded, blocked, gone)]
    found = known_contacts(service.read_models, ContactSet(keys))
    assert set(found.selected) == set(keys[:3])
    assert set(found.excluded) == {excluded.key}
    assert set(found.privacy_blocked) == {blocked.key}
    nobody = known_contacts(service.read_models, ContactSet())
    assert not nobody.selected


def test_the_position_is_that_of_the_contacts_looked_at(service: Desk) -> None:
    before = service.contact()
    position = service.catch_up()
    service.contact()
    everybody = parse_criteria({}, work_date=WORK_DATE)
    found = select_contacts(service.read_models, everybody, CriteriaOptions())
    assert (found.position, set(found.selected)) == (position, {before.key})


def test_a_sample_shows_the_first_few(service: Desk) -> None:
    contacts = [service.contact(name=name, city="Arnhem") for name in ("Alder", "Birch", "Cedar")]
    service.catch_up()
    shown = sample(service.read_models, ContactSet(contact.key for contact in contacts[::-1]), 2)
    assert [(row["no"], row["name"]) for row in shown] == [
        (contact.no, contact.value.name) for contact in contacts[:2]
    ]
    assert sample(service.read_models, ContactSet(), 2) == []


def test_a_million_keys_go_there_and_back(service: Desk) -> None:
    contact = service.contact()
    service.catch_up()
    many = ContactSet(range(1, 1_000_001))
    criteria = parse_criteria({"contact": {"type": "company"}}, work_date=WORK_DATE)
    found = matching_contacts(service.read_models, criteria, many, entire_companies=False)
    assert set(found.selected) == {contact.key}
