"""How tasks become rows, and which of them still name their segment (domain A13, B3.7, B19)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.task import TaskChanges
from projections.listing import Query
from tests.projections.conftest import ANN, WORK_DATE, Desk

CALL = TaskChanges(description="Call")


def tasks(service: Desk, **filters: str) -> list[dict[str, Any]]:
    return service.tasks.page(Query(filters, limit=1_000), WORK_DATE).items


@pytest.mark.parametrize("part", [1, 2, 5, 100])
def test_however_they_are_written_there_is_one_for_each_contact(
    service: Desk, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr("projections.runner.PART", part)
    service.codes()
    for number in range(5):
        service.contact(f"C{number}", salesperson_code="JR" if number % 2 else None)
    no = service.segment(salesperson_code=None)
    service.catch_up()
    service.add(no)
    created, _ = service.tasks.create_for_segment(ANN, no, CALL)
    service.catch_up()
    found = tasks(service, segment_no=no)
    assert [task["no"] for task in found] == [*range(created.first_no, created.first_no + 5)]
    assert [task["contact_no"] for task in found] == ["C0", "C1", "C2", "C3", "C4"]
    assert [task["salesperson_code"] for task in found] == [None, "JR", None, "JR", None]
    again, _ = service.tasks.create_for_segment(ANN, no, CALL)
    assert again.first_no == created.first_no + 5


def test_two_segments_forget_their_contacts_apart(service: Desk) -> None:
    service.codes()
    ann, ben = service.contact("ANN"), service.contact("BEN")
    for no in ("SM1", "SM2"):
        service.segment(no)
        for contact in (ann, ben):
            service.put(no, contact)
    service.put("SM2", ann)
    service.catch_up()
    for no in ("SM1", "SM2"):
        service.tasks.create_for_segment(ANN, no, CALL)
    service.segments.remove_line(ANN, "SM1", 10_000)
    service.segments.remove_line(ANN, "SM2", 10_000)
    service.segments.remove_line(ANN, "SM2", 20_000)
    service.catch_up()
    assert [task["contact_no"] for task in tasks(service, segment_no="SM1")] == ["BEN"]
    # Ann is still on her other line.
    assert [task["contact_no"] for task in tasks(service, segment_no="SM2")] == ["ANN"]
    assert [task["contact_no"] for task in tasks(service, segment_no="''")] == ["ANN", "BEN"]


@pytest.mark.parametrize("with_company", [False, True])
def test_closed_ones_of_a_deleted_person_go_to_its_company(service: Desk, with_company: bool) -> None:
    company = service.contact("OAK")
    person = service.contact("ANN", type="person", company_no="OAK")
    service.catch_up()
    created, _ = service.tasks.create(ANN, person.no, CALL)
    service.catch_up()
    service.tasks.change(ANN, created.first_no, TaskChanges(status="completed"))
    service.catch_up()
    service.contacts.delete(ANN, company.no if with_company else person.no)
    service.catch_up()
    (task,) = tasks(service)
    expected = None if with_company else "OAK"
    assert (task["contact_no"], task["contact_company_no"]) == (expected, expected)


def test_b3_7_one_that_went_to_the_company_of_a_deleted_person_has_no_segment(service: Desk) -> None:
    service.codes()
    service.contact("OAK")
    person = service.contact("ANN", type="person", company_no="OAK")
    no = service.segment()
    service.put(no, person)
    service.catch_up()
    created, _ = service.tasks.create_for_segment(ANN, no, CALL)
    service.catch_up()
    service.tasks.change(ANN, created.first_no, TaskChanges(status="completed"))
    service.segments.remove_line(ANN, no, 10_000)
    service.catch_up()
    service.contacts.delete(ANN, person.no)
    service.catch_up()
    (task,) = tasks(service)
    assert (task["contact_no"], task["segment_no"]) == ("OAK", None)
