"""The rules of a worksheet on lists and dicts, without sets and blocks, and a small world to try them in."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from domain.contact import AlternativeAddress, DateRange
from domain.interaction_template import InteractionTemplate
from domain.segment.events import CriteriaOptions
from domain.segment.line_values import LineFacts, SegmentLine
from domain.segment.selection import Criteria
from domain.vocabulary import ContactType
from tests.domain.worksheet import WORK_DATE

# --- The world ----------------------------------------------------------------------------------------------

# So many that sets of them are kept in parts, and on both sides of a boundary between parts.
KEYS = range(2**20 - 60, 2**20 + 60)
CORRESPONDENCE: list[Any] = [None, "hard_copy", "email", "fax"]
DATES = [WORK_DATE + timedelta(days=days) for days in (-10, 0, 10)]


def facts_of(key: int) -> LineFacts:
    number = key - KEYS.start
    away = AlternativeAddress(
        "AWAY", date_ranges=(DateRange(DATES[0], DATES[0]), DateRange(DATES[1], DATES[1]))
    )
    kind: ContactType = "person" if number % 2 else "company"
    return LineFacts(
        no=f"CT{number}",
        type=kind,
        name=f"Contact {number}",
        salesperson_code="JR" if number % 3 else None,
        correspondence_type=CORRESPONDENCE[number % 4],
        alternative_addresses=(away,) if number % 5 == 0 else (),
    )


FACTS = {key: facts_of(key) for key in KEYS}

TEMPLATES: dict[str | None, InteractionTemplate | None] = {
    None: None,
    "PLAIN": InteractionTemplate(),
    "GOLF": InteractionTemplate(
        description="Golf day",
        interaction_group_code="EVENT",
        unit_cost=Decimal("12.50"),
        unit_duration_minutes=10,
        information_flow="outbound",
        initiated_by="us",
        campaign_no="CP1",
        campaign_target=True,
        campaign_response=True,
        correspondence_type="email",
    ),
    "MAIL": InteractionTemplate(
        description="Mailing",
        unit_cost=Decimal("0.95"),
        language_code="ENG",
        correspondence_type="hard_copy",
        ignore_contact_correspondence_type=True,
    ),
}

SHARED: dict[str, list[Any]] = {
    "description": [None, "Spring", "Autumn"],
    "campaign_no": [None, "CP1", "CP2"],
    "salesperson_code": [None, "BO", "JR"],
    "interaction_group_code": [None, "LETTER"],
    "correspondence_type": CORRESPONDENCE,
    "date": [None, *DATES],
    "information_flow": [None, "outbound", "inbound"],
    "initiated_by": [None, "us", "them"],
    "campaign_target": [False, True],
    "campaign_response": [False, True],
    "subject": [None, "Hello", "Dear"],
    "send_word_documents_as_attachment": [False, True],
}
# --- The model ----------------------------------------------------------------------------------------------

Values = dict[str, Any]

FOLLOWS = {name: name for name in SHARED if name != "correspondence_type"}
FOLLOWS |= {"unit_cost": "cost", "unit_duration_minutes": "duration_minutes"}
OF_TEMPLATE = (
    *("interaction_group_code", "information_flow", "initiated_by"),
    *("campaign_target", "campaign_response"),
)


@dataclass(eq=False)
class ModelLine:
    """A line with the values it has now. A salesperson `of_contact` is the contact's where it is blank.

    A `fixed` correspondence type is not the contact's; one of its `own` is not the header's either.
    """

    line_no: int
    key: int
    values: Values
    fixed: bool
    of_contact: bool = True
    own_correspondence: bool = False

    def shown(self) -> SegmentLine:
        contact = FACTS[self.key]
        values = dict(self.values)
        if self.of_contact and values["salesperson_code"] is None:
            values["salesperson_code"] = contact.salesperson_code
        if not self.fixed and contact.correspondence_type is not None:
            values["correspondence_type"] = contact.correspondence_type
        if "contact_alternative_address_code" not in values:
            away = contact.alternative_addresses and values["date"] in (DATES[0], DATES[1])
            values["contact_alternative_address_code"] = "AWAY" if away else None
        return SegmentLine(
            line_no=self.line_no,
            contact_no=contact.no,
            contact_name=contact.name if contact.type == "person" else None,
            contact_company_no=None,
            contact_company_name=None,
            contact_email=None,
            document=None,
            **values,
        )

    def change(self, header: Values, named: Values) -> None:
        """Values by hand, after those of the line's own template if it is another one (B3.2, B3.3)."""
        code = named.get("interaction_template_code", self.values["interaction_template_code"])
        if code != self.values["interaction_template_code"]:
            self._take_template(header, TEMPLATES[code])
            # With the template of the header, it is a line like the others again.
            same = code == header["interaction_template_code"]
            for name in ("subject", "language_code"):
                self.values[name] = header[name] if same else None
        self.values |= named
        if "correspondence_type" in named:
            self.fixed = self.own_correspondence = True
        self.of_contact = self.of_contact and "salesperson_code" not in named

    def _take_template(self, header: Values, template: InteractionTemplate | None) -> None:
        source = template or InteractionTemplate()
        before = dict(self.values)
        self.values |= {name: getattr(source, name) for name in OF_TEMPLATE}
        self.values |= {"cost": source.unit_cost, "duration_minutes": source.unit_duration_minutes}
        self.values["correspondence_type"] = None
        self.fixed = self.own_correspondence = True
        if template is None:
            return
        if template.description and not (before["description"] and not before["interaction_template_code"]):
            self.values["description"] = template.description
        self.values["campaign_no"] = header["campaign_no"] or template.campaign_no
        of_contact = FACTS[self.key].correspondence_type
        if header["ignore_contact_correspondence_type"] and header["correspondence_type"]:
            self.values["correspondence_type"] = header["correspondence_type"]
        elif template.ignore_contact_correspondence_type or (
            of_contact is None and template.correspondence_type
        ):
            self.values["correspondence_type"] = template.correspondence_type
        else:
            self.values["correspondence_type"] = of_contact or before["correspondence_type"]


@dataclass
class ModelAction:
    """An action with the lines it brought and the lines it took; those that are away wait here."""

    criteria: Criteria
    added: list[ModelLine] = field(default_factory=list)
    removed: list[ModelLine] = field(default_factory=list)


class Model:
    """What the rules say of a worksheet, as plainly as it can be written down."""

    def __init__(self) -> None:
        self.header: Values = dict.fromkeys([*FOLLOWS, "correspondence_type", "language_code"])
        self.header |= {"interaction_template_code": None, "date": WORK_DATE}
        self.header |= {"unit_cost": Decimal(0), "unit_duration_minutes": 0}
        for name in ("campaign_target", "campaign_response", "send_word_documents_as_attachment"):
            self.header[name] = False
        self.header["ignore_contact_correspondence_type"] = False
        self.template: InteractionTemplate | None = None
        self.lines: list[ModelLine] = []
        self.actions: list[ModelAction] = []
        self.undone: list[ModelAction] = []
        self.last_line_no = 0

    def contact_keys(self) -> list[int]:
        return [line.key for line in self.lines]

    # Header (B2)

    def change_header(self, named: Values, *, update_lines: bool) -> None:
        before = dict(self.header)
        chosen = (
            named.get("interaction_template_code", before["interaction_template_code"])
            != (before["interaction_template_code"])
        )
        cleared = named.get("campaign_no", "stays") is None
        if chosen:
            cleared |= self._choose(named["interaction_template_code"]) and "campaign_no" not in named
        had_one = {before["campaign_no"], self.header["campaign_no"]} != {None}
        self.header |= named
        if cleared and had_one:
            self.header |= {"campaign_target": False, "campaign_response": False}
        if not update_lines:
            return
        changed = {name for name in FOLLOWS if self.header[name] != before[name]}
        for line in self.lines:
            if chosen:
                self._follow(line, changed & {*named, "campaign_no", "subject"})
                line.values |= {
                    "interaction_template_code": self.header["interaction_template_code"],
                    "language_code": self.header["language_code"],
                }
                correspondence_type, fixed = self._correspondence()
                stays = line.own_correspondence and line.values["correspondence_type"] is not None
                if correspondence_type is not None or not stays:
                    line.values["correspondence_type"], line.fixed = correspondence_type, fixed
                    line.own_correspondence = False
            elif line.values["interaction_template_code"] == self.header["interaction_template_code"]:
                says = (line.values["language_code"], line.values["subject"])
                other_subject = says != (before["language_code"], before["subject"])
                self._follow(line, changed - {"subject"} if other_subject else changed)

    def _choose(self, code: str | None) -> bool:
        """Whether that clears the campaign."""
        self.template = template = TEMPLATES[code]
        source = template or InteractionTemplate()
        for name in (*OF_TEMPLATE, "unit_cost", "unit_duration_minutes", "correspondence_type"):
            self.header[name] = getattr(source, name)
        self.header["ignore_contact_correspondence_type"] = source.ignore_contact_correspondence_type
        self.header |= {"language_code": source.language_code, "subject": None}
        if template is None or template.campaign_no is not None:
            self.header["campaign_no"] = source.campaign_no
        return template is None

    def _follow(self, line: ModelLine, names: set[str]) -> None:
        line.values |= {FOLLOWS[name]: self.header[name] for name in names}
        if "campaign_no" in names and self.header["campaign_no"] is None:
            line.values |= {"campaign_target": False, "campaign_response": False}
        line.of_contact = line.of_contact or "salesperson_code" in names

    def _correspondence(self) -> tuple[Any, bool]:
        if self.header["ignore_contact_correspondence_type"] and self.header["correspondence_type"]:
            return self.header["correspondence_type"], True
        if self.template is None:
            return None, False
        return self.template.correspondence_type, self.template.ignore_contact_correspondence_type

    # Lines (B3, B5, B6)

    def new_line(self, line_no: int, key: int) -> ModelLine:
        self.last_line_no = max(self.last_line_no, line_no)
        values = {line_name: self.header[name] for name, line_name in FOLLOWS.items()}
        for name in ("interaction_template_code", "language_code"):
            values[name] = self.header[name]
        values |= dict.fromkeys(["time_of_interaction", "evaluation", "contact_via", "remarks"])
        values["attempt_failed"] = False
        values["correspondence_type"], fixed = self._correspondence()
        return ModelLine(line_no, key, values, fixed)

    def act(self, criteria: Criteria, keys: list[int], going: list[ModelLine]) -> None:
        """Lines for these contacts at the end, in the order of their registration; others go."""
        numbers = range(self.last_line_no + 10_000, 10**12, 10_000)
        added = [self.new_line(number, key) for number, key in zip(numbers, sorted(keys), strict=False)]
        self.record(ModelAction(criteria, added, going))

    def put(self, key: int, named: Values, line_no: int | None = None) -> None:
        again = key in self.contact_keys()
        line = self.new_line(line_no or self.last_line_no + 10_000, key)
        line.change(self.header, named)
        criteria = Criteria("add_contacts", picked(key), CriteriaOptions(allow_existing_contacts=again))
        self.record(ModelAction(criteria, added=[line]))

    def remove(self, line: ModelLine) -> None:
        self.record(ModelAction(Criteria("reduce", picked(line.key)), removed=[line]))

    def record(self, action: ModelAction) -> None:
        """A new action; what was undone is forgotten (B7)."""
        self.actions.append(action)
        self.undone = []
        self._exchange(action.added, action.removed)

    def _exchange(self, coming: list[ModelLine], going: list[ModelLine]) -> None:
        staying = [line for line in self.lines if line not in going]
        self.lines = sorted(staying + coming, key=lambda line: line.line_no)

    def go_back(self) -> None:
        self.undone.append(action := self.actions.pop())
        self._exchange(action.removed, action.added)

    def redo(self) -> None:
        self.actions.append(action := self.undone.pop())
        self._exchange(action.added, action.removed)

    def reset(self) -> None:
        self.actions, self.undone = [], []


def picked(key: int) -> Values:
    return {"contact": {"no": FACTS[key].no}}


def template_in(named: Values) -> InteractionTemplate | None:
    return TEMPLATES[named.get("interaction_template_code")]
