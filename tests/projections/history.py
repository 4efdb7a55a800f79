"""Random commands of every kind, as an installation sees them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, LiteralString

from application.documents import File
from application.interactions import loaded
from application.journal import Changes
from application.logging_segments import OnlyEntries
from application.value_entry_import import ValueEntryImport, ValueEntryRow
from domain import records
from domain.contact import (
    AlternativeAddress,
    BusinessRelation,
    ContactChanges,
    DateRange,
    ProfileAnswer,
)
from domain.delivery import DeliveryError, outcomes
from domain.errors import Refused
from domain.interaction import InteractionValues
from domain.segment.events import CriteriaOptions
from domain.segment.header import HeaderChanges
from domain.segment.line_values import SegmentLine
from domain.segment.lines import LineChanges
from domain.segment.selection import Criteria
from domain.task import TaskChanges
from domain.value_entry import ValueEntry
from domain.vocabulary import CorrespondenceType, CriteriaActionKind
from tests.projections.conftest import ANN, WORK_DATE, Desk

CITIES = ["Arnhem", "Breda", None]
DATES = [WORK_DATE + timedelta(days=days) for days in (-30, 0, 30)]
COSTS = [Decimal(text) for text in ("0", "0.10", "7.25", "1200")]
GROUPS = ["NEWS", "GOLF", "WINE"]
TEMPLATES = ["MAIL", "CALL"]
LANGUAGES = [None, "ENG", "NLD"]
CAMPAIGNS = ["CP1", "CP2", None]
FILTERS: list[dict[str, Any]] = [
    {},
    {"contact": {"city": "A*"}},
    {"contact": {"type": "person"}},
    {"contact": {"company_name": "@*b*"}},
    {"mailing_group": {"code": "NEWS|WINE"}},
    {"not": {"mailing_group": {"code": "NEWS"}}},
    {"industry_group": {"code": "GOLF"}},
    {"interaction_log_entry": {"campaign_no": "CP1"}},
    {"value_entry": {"item_no": "A|B", "posting_date": "-30D.."}},
    {"any": [{"business_relation": {"code": "CUST"}}, {"profile_answer": {"line_no": "2.."}}]},
]
ANSWERS = (ProfileAnswer("GOLF", 1), ProfileAnswer("GOLF", 2))
ACTIONS: list[CriteriaActionKind] = ["add_contacts", "add_contacts", "reduce", "refine"]
Commands = dict[str, tuple[int, Callable[[], object]]]
"""How often each is given, against the others, and what it does."""


class History:
    """Gives random commands; one that is refused is none. `done` and `refused` count them by name."""

    def __init__(self, service: Desk, seed: int) -> None:
        self.service = service
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.commands: Commands = {
            "register": (10, self.register),
            "change a contact": (12, self.change_contact),
            "delete a contact": (3, self.delete_contact),
            "import value entries": (3, self.import_value_entries),
            "write a record": (5, self.write_record),
            "delete a record": (2, self.delete_record),
            "create": (4, self.create),
            "change a header": (6, self.change_header),
            "criteria": (12, self.apply_criteria),
            "put on a line": (6, self.put),
            "change a line": (8, self.change_line),
            "remove a line": (3, self.remove_line),
            "store a document of a template": (2, self.store_on_template),
            "store a document": (6, self.store),
            "store a personal document": (3, self.store_on_line),
            "take a document away": (2, self.take_away),
            "take a personal document away": (1, self.take_from_line),
            "go back": (5, lambda: service.selecting.go_back(ANN, self.open_segment())),
            "redo": (4, lambda: service.selecting.redo(ANN, self.open_segment())),
            "reset": (1, lambda: service.selecting.reset(ANN, self.open_segment())),
            "save criteria": (2, self.save_criteria),
            "reuse criteria": (3, self.reuse_criteria),
            "log": (5, self.log),
            "follow up": (2, self.follow_up),
            "reuse a logged segment": (2, self.reuse_logged),
            "delete a segment": (1, lambda: service.segments.delete(ANN, self.open_segment())),
        }
        acts = service.interactions
        self.amendments: Commands = {
            "cancel a logged segment": (3, lambda: self.cancel(acts.cancel_logged_segment, "logged_segment")),
            "cancel a campaign entry": (3, lambda: self.cancel(acts.cancel_campaign_entry, "campaign_entry")),
            "cancel an entry": (8, lambda: self.cancel(acts.cancel, "interaction_log_entry")),
            "evaluate": (4, self.evaluate),
            "correct a date": (2, self.redate),
            "comment": (4, lambda: acts.comment(ANN, self.number("interaction_log_entry"), "Called back")),
            "change a comment": (2, self.change_comment),
            "delete canceled entries": (1, self.delete_canceled),
            "delete canceled campaign entries": (1, self.delete_campaign_entries),
            "delete a logged segment": (1, self.delete_logged_segment),
            "record an interaction": (6, self.record_interaction),
            "resume an interaction": (4, self.resume),
            "send again": (4, self.send_again),
            "deliver": (8, self.deliver),
            "hold up": (2, self.hold_up),
            "make tasks for a segment": (3, lambda: service.tasks.create_for_segment(ANN, *self.to_do())),
            "make a task": (3, self.make_task),
            "change a task": (5, self.change_task),
            "delete a task": (1, lambda: service.tasks.delete(ANN, self.task())),
            "activate a campaign": (2, self.activate),
            **{name: self.commands[name] for name in ("delete a contact", "log", "create", "criteria")},
        }
        self.erasures: Commands = {"erase a contact": (1, self.erase_contact)}
        for kind in (records.MAILING_GROUP, records.INDUSTRY_GROUP):
            for code in GROUPS:
                service.record(kind, code)
        service.codes()
        for code in TEMPLATES:
            service.record(records.INTERACTION_TEMPLATE, code, interaction_group_code="LETTER")
        service.record(records.JOB_RESPONSIBILITY, "BUYER")
        service.record(records.BUSINESS_RELATION, "CUST")
        service.record(records.PROFILE_QUESTIONNAIRE, "GOLF")

    def run(self, steps: int, commands: Commands) -> None:
        """So many commands, and more until each was carried out."""
        weights = [weight for weight, _ in commands.values()]
        while steps or not commands.keys() <= self.done.keys():
            for name in self.random.choices(list(commands), weights, k=steps or 20):
                if self.random.random() < 0.3:
                    self.service.catch_up()
                try:
                    commands[name][1]()
                    self.done[name] += 1
                except Refused:
                    self.refused[name] += 1
            steps = 0
        self.service.catch_up()

    # What there is to choose from

    def some(self, choices: dict[str, list[Any]], most: int = 4) -> dict[str, Any]:
        names = self.random.sample(sorted(choices), self.random.randint(1, most))
        return {name: self.random.choice(choices[name]) for name in names}

    def any_of(self, found: list[dict[str, Any]]) -> Any:
        """One value of the rows, or one that nothing has."""
        values = sorted(value for row in found for value in row.values())
        return self.random.choice(values) if values else "NOTHING"

    def any_contact(self, kind: str = "%") -> str:
        return str(self.any_of(self.service.rows("SELECT no FROM contact WHERE type LIKE %s", kind)))

    def open_segment(self) -> str:
        return str(self.any_of(self.service.rows("SELECT no FROM segment")))

    def number(self, table: LiteralString) -> int:
        found = self.service.rows("SELECT entry_no FROM " + table)
        return int(self.any_of(found) if found else 0)

    def line_no(self, segment_no: str) -> int:
        numbers = [line.line_no for line in self.service.segments.get(segment_no).lines(limit=1_000)]
        return self.random.choice(numbers or [0])

    # Contacts

    def contact_values(self, kind: str) -> dict[str, Any]:
        choose = self.random
        values: dict[str, list[Any]] = {
            "name": [f"{choose.choice(['Alder', 'Birch', 'Bo'])} {choose.randrange(100)}"],
            "company_name": [None, "My own", "Nobody's"],
            "city": CITIES,
            "email": [None, "a@example.org"],
            "salesperson_code": [None, "JR", "JR"],
            "language_code": LANGUAGES,
            "correspondence_type": [None, "hard_copy", "email"],
            "exclude_from_segment": [False, False, True],
            "privacy_blocked": [False, False, False, True],
            "mailing_groups": [tuple(choose.sample(GROUPS, size)) for size in range(4)],
            "profile_answers": [ANSWERS[:size] for size in range(3)],
            "alternative_addresses": [(), addresses(choose)],
        }
        if kind == "company":
            values["industry_groups"] = [tuple(choose.sample(GROUPS, size)) for size in range(3)]
            values["business_relations"] = [(), (BusinessRelation("CUST", "customer", "1"),)]
        else:
            values["first_name"] = ["Ann", "Bo"]
            values["surname"] = ["Smit", "Jansen"]
            values["job_responsibilities"] = [(), ("BUYER",)]
            values["company_no"] = [None, *(self.any_contact("company") for _ in range(4))]
        return self.some(values, 6)

    def register(self) -> None:
        kind = self.random.choice(["company", "person", "person"])
        self.service.contact(type=kind, **self.contact_values(kind))

    def change_contact(self) -> None:
        kind = self.random.choice(["company", "person", "person"])
        values = self.contact_values(kind)
        if self.random.random() < 0.05:
            self.service.catch_up()
            values = {"type": "person", "company_no": None}
        self.service.contacts.change(ANN, self.any_contact(kind), ContactChanges(**values))

    def delete_contact(self) -> None:
        self.service.catch_up()
        self.service.contacts.delete(ANN, self.any_contact())

    def erase_contact(self) -> None:
        self.service.catch_up()
        self.service.erasing.erase(ANN, self.any_contact(), "Asked to be forgotten")

    def import_value_entries(self) -> None:
        entries = [
            ValueEntry(
                self.random.choice(["customer", "vendor"]),
                "1",
                self.random.choice(["A", "B", "C"]),
                posting_date=self.random.choice(DATES),
                contact_no=self.random.choice([None, self.any_contact("person")]),
            )
            for _ in range(self.random.randint(1, 4))
        ]
        rows = [ValueEntryRow(number, entry) for number, entry in enumerate(entries, 1)]
        # What is not projected yet is not known, so that events may hold an entry twice.
        ValueEntryImport(self.service.journal, self.service.read_models, ANN).take_over(rows)

    # Records

    def write_record(self) -> None:
        write = self.service.record
        text = f"No. {self.random.randrange(1_000)}"
        match self.random.randrange(4):
            case 0:
                write(records.TERRITORY, f"T{self.random.randrange(4)}", description=text)
            case 1:
                write(
                    records.INTERACTION_TEMPLATE,
                    self.random.choice(TEMPLATES),
                    **{"description": text, "interaction_group_code": "LETTER"}
                    | self.some(
                        {"unit_cost": COSTS, "unit_duration_minutes": [0, 5], "campaign_no": CAMPAIGNS}, 3
                    ),
                )
            case 2:
                write(records.CAMPAIGN, self.random.choice(["CP1", "CP2", "CP3"]), description=text)
            case _:
                write(records.SALESPERSON, self.random.choice(["JR", "BO"]), name=text)

    def delete_record(self) -> None:
        kind, code = self.random.choice(
            [(records.TERRITORY, "T1"), (records.CAMPAIGN, "CP3"), (records.SALESPERSON, "BO")]
        )
        self.service.catch_up()
        self.service.records.delete(ANN, kind, code)

    # Segments

    def header_values(self) -> dict[str, Any]:
        return self.some(
            {
                "description": ["Spring", "Autumn"],
                "campaign_no": CAMPAIGNS,
                "salesperson_code": [None, "JR"],
                "interaction_template_code": [None, *TEMPLATES, *TEMPLATES],
                "correspondence_type": [None, "email", "fax"],
                "ignore_contact_correspondence_type": [False, True],
                "unit_cost": COSTS,
                "unit_duration_minutes": [0, 5, 90],
                "date": DATES,
                "campaign_target": [False, True],
                "subject": [None, "Hello"],
            }
        )

    def create(self) -> None:
        self.service.segments.create(ANN, None, HeaderChanges(**self.header_values()))

    def change_header(self) -> None:
        values = HeaderChanges(**self.header_values())
        lines = self.random.random() < 0.8
        self.service.segments.change_header(ANN, self.open_segment(), values, update_lines=lines)

    def apply_criteria(self) -> None:
        options = self.some({name: [False, True] for name in CriteriaOptions.__struct_fields__}, 3)
        criteria = Criteria(
            self.random.choice(ACTIONS), self.random.choice(FILTERS), CriteriaOptions(**options)
        )
        self.service.selecting.apply(ANN, self.open_segment(), criteria)

    def line_values(self) -> dict[str, Any]:
        return self.some(
            {
                "campaign_no": CAMPAIGNS,
                "cost": COSTS,
                "duration_minutes": [0, 15],
                "date": DATES,
                "time_of_interaction": [None, time(9, 30)],
                "evaluation": [None, "positive"],
                "attempt_failed": [False, True],
                "interaction_template_code": TEMPLATES,
                "language_code": LANGUAGES,
                "remarks": [None, "Bring clubs"],
            }
        )

    def put(self) -> None:
        values = LineChanges(**self.line_values())
        self.service.segments.add_line(ANN, self.open_segment(), self.any_contact(), values)

    def change_line(self) -> None:
        no = self.open_segment()
        other = self.any_contact() if self.random.random() < 0.2 else None
        values = LineChanges(**self.line_values())
        self.service.segments.change_line(ANN, no, self.line_no(no), other, values)

    def remove_line(self) -> None:
        no = self.open_segment()
        self.service.segments.remove_line(ANN, no, self.line_no(no))

    # Documents

    def file(self) -> File:
        letter = self.random.choice(["Dear reader", "Geachte lezer", "Bonjour"])
        subject = self.random.choice([None, "Hello", "Dear"])
        named = self.random.random() < 0.5
        return File(letter.encode(), "text/html", f"{letter}.html", subject, named)

    def store_on_template(self) -> None:
        code = self.random.choice(TEMPLATES)
        self.service.documents.put_on_template(ANN, code, self.random.choice(LANGUAGES), self.file())

    def store(self) -> None:
        no = self.open_segment()
        self.service.documents.put_on_segment(ANN, no, self.random.choice(LANGUAGES), self.file())

    def store_on_line(self) -> None:
        no = self.open_segment()
        self.service.documents.put_on_line(ANN, no, self.line_no(no), self.file())

    def take_away(self) -> None:
        no = self.open_segment()
        known = [one.language_code for one in self.service.segments.get(no).header.documents]
        self.service.documents.remove_from_segment(ANN, no, self.random.choice(known or LANGUAGES))

    def take_from_line(self) -> None:
        no = self.open_segment()
        unique = [line.line_no for line in self.lines(no) if line.document == "unique"]
        self.service.documents.remove_from_line(ANN, no, self.random.choice(unique or [0]))

    def lines(self, segment_no: str) -> list[SegmentLine]:
        self.service.catch_up()
        return self.service.segments.show(self.service.segments.get(segment_no).lines(limit=1_000))

    def save_criteria(self) -> None:
        code = f"S{self.random.randrange(20)}"
        self.service.selecting.save_criteria(ANN, self.open_segment(), code, "Kept")

    def reuse_criteria(self) -> None:
        code = self.any_of(self.service.rows("SELECT code FROM saved_segment_criteria"))
        self.service.selecting.reuse_criteria(ANN, self.open_segment(), code)

    def log(self) -> None:
        self.service.catch_up()
        no = self.open_segment()
        if self.random.random() < 0.8:
            header = HeaderChanges(
                description="Logged",
                salesperson_code="JR",
                date=WORK_DATE,
                interaction_template_code=self.random.choice(TEMPLATES),
            )
            self.service.segments.change_header(ANN, no, header, update_lines=True)
        follow = self.random.random() < 0.4
        self.service.log_segment(no, create_follow_up=follow)

    def follow_up(self) -> None:
        only = self.random.choice(
            [None, OnlyEntries(evaluation="positive"), OnlyEntries(attempt_failed=False)]
        )
        self.service.logging.follow_up(
            ANN,
            self.number("logged_segment"),
            description=None,
            only=only,
            keep_template=self.random.random() < 0.5,
            respect_exclusion=self.random.random() < 0.5,
        )

    def reuse_logged(self) -> None:
        no, entry_no = self.open_segment(), self.number("logged_segment")
        self.service.selecting.reuse_logged_segment(ANN, no, entry_no, respect_exclusion=True)

    # What happens to interactions

    def cancel(self, command: Callable[..., object], table: LiteralString) -> None:
        """Cancel, or more rarely take it back; the read models must know what was recorded last."""
        self.service.catch_up()
        command(ANN, self.number(table), canceled=self.random.random() < 0.6)

    def evaluate(self) -> None:
        self.service.catch_up()
        numbers = [self.number("interaction_log_entry") for _ in range(5)]
        self.service.interactions.evaluate(ANN, numbers, self.random.choice([None, "positive", "negative"]))

    def redate(self) -> None:
        self.service.catch_up()
        numbers = [self.number("interaction_log_entry") for _ in range(3)]
        self.service.interactions.redate(ANN, numbers, self.random.choice(DATES), "Written down late")

    def delete_canceled(self) -> None:
        self.service.catch_up()
        numbers = "|".join(str(self.number("interaction_log_entry")) for _ in range(30))
        deleted, _ = self.service.interactions.delete_canceled(ANN, {"entry_no": numbers})
        if not deleted:
            raise Refused("none of them is canceled")

    def delete_campaign_entries(self) -> None:
        self.service.catch_up()
        filters = {"entry_no": str(self.number("campaign_entry"))}
        deleted, _ = self.service.interactions.delete_canceled_campaign_entries(ANN, filters)
        if not deleted:
            raise Refused("it is not canceled")

    def change_comment(self) -> None:
        self.service.catch_up()
        found = self.service.rows("SELECT entry_no, line_no FROM interaction_comment ORDER BY 1, 2")
        if not found:
            raise Refused("there is no comment")
        place = self.random.choice(found)
        text = self.random.choice([None, "Called back twice"])
        self.service.interactions.change_comment(ANN, place["entry_no"], place["line_no"], text)

    def delete_logged_segment(self) -> None:
        self.service.catch_up()
        self.service.interactions.delete_logged_segment(ANN, self.number("logged_segment"))

    def record_interaction(self) -> None:
        choices: dict[str, list[Any]] = {"campaign_no": CAMPAIGNS, "cost": COSTS, "date": DATES}
        self.service.catch_up()
        self.service.single_interactions.create(
            ANN,
            InteractionValues(
                contact_no=self.any_contact(),
                interaction_template_code=self.random.choice(TEMPLATES),
                salesperson_code="JR",
                description="A call",
                **self.some(choices, 3),
            ),
            postponed=self.random.random() < 0.4,
            deliver=False,
        )

    def resume(self) -> None:
        self.service.catch_up()
        begun = self.service.rows("SELECT entry_no FROM interaction_log_entry WHERE postponed")
        if not begun:
            raise Refused("nothing is postponed")
        self.service.single_interactions.resume(ANN, self.any_of(begun), InteractionValues(), deliver=False)

    # Deliveries

    def send_again(self) -> None:
        self.service.catch_up()
        update = self.random.random() < 0.4
        kinds: list[CorrespondenceType | None] = [None, "hard_copy", "email"]
        kind = self.random.choice(kinds)
        resending = self.service.resending
        if self.random.random() < 0.5:
            number = self.number("interaction_log_entry")
            resending.resend_entry(ANN, number, kind, update_merge_fields=update)
        else:
            number = self.number("logged_segment")
            resending.resend_segment(ANN, number, kind, update_merge_fields=update)

    def deliver(self) -> None:
        """What a worker records of some entries of one stream."""
        self.service.catch_up()
        rows = self.service.rows(
            "SELECT entry_no, segment_no, resend_no FROM interaction_log_entry"
            " WHERE delivery_status = 'in_progress' ORDER BY entry_no"
        )
        if not rows:
            raise Refused("nothing is on its way")
        chosen = self.random.choice(rows)
        places = ("segment_no", "resend_no")
        together = [row["entry_no"] for row in rows if all(row[name] == chosen[name] for name in places)]
        if chosen["resend_no"] is not None:
            stream = f"resend-{chosen['resend_no']}"
        elif chosen["segment_no"] is not None:
            stream = f"segment-{chosen['segment_no']}"
        else:
            stream, together = f"interaction-{chosen['entry_no']}", [chosen["entry_no"]]
        aggregate, recorded = loaded(self.service.journal, stream)
        sent = {number: f"{number:064x}" for number in together[::2]}
        reasons: list[tuple[DeliveryError, str | None]] = [("refused", "550 no"), ("uncertain", None)]
        failed = {number: self.random.choice(reasons) for number in together[1::2]}
        events = outcomes(recorded.first, sent, failed)
        self.service.journal.record(ANN, Changes(stream, aggregate.version, events))

    def hold_up(self) -> None:
        self.service.catch_up()
        self.service.resending.pause(ANN, self.number("logged_segment"), paused=self.random.random() < 0.6)

    # Tasks and campaigns

    def task_values(self) -> TaskChanges:
        values = self.some(
            {
                "date": DATES,
                "status": ["not_started", "waiting", "completed"],
                "priority": ["low", "high"],
                "salesperson_code": [None, "JR"],
                "campaign_no": CAMPAIGNS,
            }
        )
        return TaskChanges(**{"description": "Call"} | values)

    def to_do(self) -> tuple[str, TaskChanges]:
        return self.open_segment(), self.task_values()

    def task(self) -> int:
        self.service.catch_up()
        found = self.service.rows("SELECT no FROM task")
        return int(self.any_of(found) if found else 0)

    def make_task(self) -> None:
        self.service.tasks.create(ANN, self.any_contact(), self.task_values())

    def change_task(self) -> None:
        self.service.tasks.change(ANN, self.task(), self.task_values())

    def activate(self) -> None:
        self.service.catch_up()
        change = self.random.choice([self.service.campaigns.activate, self.service.campaigns.deactivate])
        change(ANN, self.random.choice(["CP1", "CP2"]))


def addresses(choose: random.Random) -> tuple[AlternativeAddress, ...]:
    """Two addresses, by turns."""
    days = choose.sample(DATES, 3)
    home = AlternativeAddress("HOME", email="home@example.org", date_ranges=(DateRange(days[0]),))
    away = AlternativeAddress("AWAY", city="Breda", date_ranges=tuple(map(DateRange, days[1:])))
    return (home, away)
