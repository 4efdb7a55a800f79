"""Random commands on a segment, held against a plain model of it after every one."""

from collections import Counter
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.errors import NothingToUndo
from domain.segment.events import CriteriaApplied, CriteriaOptions, SegmentEvent
from domain.segment.lines import NO_CHANGES
from domain.segment.selection import Criteria, criteria_to_save
from domain.segment.state import Segment
from domain.segment.targets import CodeField, is_on_lines, targets
from domain.vocabulary import CriteriaActionKind
from tests.domain.plain_model import (
    FACTS,
    KEYS,
    SHARED,
    TEMPLATES,
    Model,
    ModelAction,
    ModelLine,
    Values,
    template_in,
)
from tests.domain.worksheet import AT, JsonMapper, Worksheet

# --- Random commands ----------------------------------------------------------------------------------------

COSTS = [Decimal(0), Decimal("0.10"), Decimal("7.25")]
MINUTES = [0, 5, 90]
OF_HEADER: dict[str, list[Any]] = {
    "unit_cost": COSTS,
    "unit_duration_minutes": MINUTES,
    "ignore_contact_correspondence_type": [False, True],
}
OF_LINE: dict[str, list[Any]] = {
    "cost": COSTS,
    "duration_minutes": MINUTES,
    "time_of_interaction": [None, time(9, 30)],
    "evaluation": [None, "positive"],
    "attempt_failed": [False, True],
    "contact_via": [None, "0123"],
    "contact_alternative_address_code": [None, "HOME"],
    "remarks": [None, "Bring clubs"],
}


CODES: dict[CodeField, set[str]] = {
    "campaign_no": {"CP1", "CP2", "CP3"},
    "interaction_template_code": {code for code in TEMPLATES if code is not None},
    "interaction_group_code": {"EVENT", "LETTER"},
}


def values_of(choices: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """A few of these values, and every other time a template."""
    pairs = st.sampled_from([(name, value) for name, values in choices.items() for value in values])
    codes = st.sampled_from([("interaction_template_code", code) for code in TEMPLATES])
    return st.lists(pairs, max_size=4).map(dict) | st.builds(
        lambda code, rest: dict([code, *rest]), codes, st.lists(pairs, max_size=2)
    )


HEADER_VALUES = values_of(SHARED | OF_HEADER)
LINE_VALUES = values_of(SHARED | OF_LINE)
KEY = st.sampled_from(KEYS[56:64])
SOME_KEYS = st.lists(KEY, max_size=5, unique=True)
MANY_KEYS = SOME_KEYS | st.sampled_from([[*KEYS], [*KEYS[::3]], [*KEYS[:70]], [*KEYS[57:63]]])
PLACE = st.integers(0, 20)
TIMES = st.integers(1, 4)

# --- The one against the other ------------------------------------------------------------------------------


class SegmentAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sheet = Worksheet(facts=FACTS)
        self.model = Model()

    def _line(self, place: int) -> ModelLine:
        return self.model.lines[place % len(self.model.lines)]

    def _criteria(self, action: Any, keys: list[int], going: list[ModelLine], **options: bool) -> None:
        criteria = Criteria(action, {"contact": {"city": action}}, CriteriaOptions(**options))
        self.model.act(criteria, keys, going)

    @initialize(named=HEADER_VALUES, keys=MANY_KEYS)
    def begin(self, named: Values, keys: list[int]) -> None:
        self.change_header(named, update_lines=True)
        self.add(keys, [], [], allow=False, ignore=False)

    @rule(named=HEADER_VALUES, update_lines=st.booleans())
    def change_header(self, named: Values, update_lines: bool) -> None:
        self.sheet.change(template_in(named), update_lines=update_lines, **named)
        self.model.change_header(named, update_lines=update_lines)

    @rule(
        keys=MANY_KEYS,
        excluded=SOME_KEYS,
        blocked=SOME_KEYS,
        allow=st.booleans(),
        ignore=st.booleans(),
    )
    def add(
        self, keys: list[int], excluded: list[int], blocked: list[int], allow: bool, ignore: bool
    ) -> None:
        options = {"allow_existing_contacts": allow, "ignore_exclusion": ignore}
        (event,) = self.sheet.add(*keys, excluded=excluded, blocked=blocked, **options)
        there = self.model.contact_keys()
        reasons: dict[int, str] = {key: "already_on_segment" for key in there if not allow}
        reasons |= {key: "excluded" for key in excluded if not ignore}
        reasons |= dict.fromkeys(blocked, "privacy_blocked")
        coming = [key for key in keys if key not in reasons]
        self._criteria("add_contacts", coming, [], **options)
        left_out = Counter(reasons[key] for key in keys if key in reasons)
        assert isinstance(event, CriteriaApplied)
        assert len(event.skipped.already_on_segment) == left_out["already_on_segment"]
        assert len(event.skipped.excluded) == left_out["excluded"]
        assert len(event.skipped.privacy_blocked) == left_out["privacy_blocked"]
        assert event.lines_added == len(coming)

    @rule(action=st.sampled_from(["reduce", "refine"]), keys=MANY_KEYS)
    def leave(self, action: CriteriaActionKind, keys: list[int]) -> None:
        self.sheet.criteria(action, keys)
        matching = [line for line in self.model.lines if line.key in keys]
        others = [line for line in self.model.lines if line.key not in keys]
        self._criteria(action, [], matching if action == "reduce" else others)

    @rule(key=KEY, named=LINE_VALUES)
    def put(self, key: int, named: Values) -> None:
        self.sheet.put(key, template_in(named), **named)
        self.model.put(key, named)

    @precondition(lambda self: self.model.lines)
    @rule(place=PLACE, named=LINE_VALUES)
    def change_line(self, place: int, named: Values) -> None:
        line = self._line(place)
        self.sheet.change_line(line.line_no, template_in(named), **named)
        line.change(self.model.header, named)

    @precondition(lambda self: self.model.lines)
    @rule(place=PLACE, key=KEY, named=LINE_VALUES)
    def replace(self, place: int, key: int, named: Values) -> None:
        line = self._line(place)
        self.sheet.replace(line.line_no, key, template_in(named), **named)
        self.model.remove(line)
        self.model.put(key, named, line.line_no)

    @precondition(lambda self: self.model.lines)
    @rule(place=PLACE)
    def remove(self, place: int) -> None:
        line = self._line(place)
        self.sheet.remove(line.line_no)
        self.model.remove(line)

    @rule(campaign=st.sampled_from([None, "CP1", "CP2"]), first=SOME_KEYS, second=SOME_KEYS, gone=SOME_KEYS)
    def reuse(self, campaign: str | None, first: list[int], second: list[int], gone: list[int]) -> None:
        known = [key for key in KEYS if key not in gone]
        self.sheet.reuse((campaign, first), ("CP2", second), known=known)
        filters = {"interaction_log_entry": {"logged_segment_entry_no": "12"}}
        action = ModelAction(Criteria("add_contacts", filters, CriteriaOptions(allow_existing_contacts=True)))
        for campaign_no, keys in ((campaign, first), ("CP2", second)):
            for key in sorted(key for key in keys if key in known):
                line = self.model.new_line(self.model.last_line_no + 10_000, key)
                line.values["campaign_no"] = campaign_no
                action.added.append(line)
        self.model.record(action)

    @rule(times=TIMES)
    def go_back(self, times: int) -> None:
        for _ in range(min(times, len(self.model.actions))):
            self.sheet.go_back()
            self.model.go_back()
            self.the_lines_are_those_of_the_model()
        if not self.model.actions:
            with pytest.raises(NothingToUndo):
                self.sheet.go_back()

    @precondition(lambda self: self.model.undone)
    @rule(times=TIMES)
    def redo(self, times: int) -> None:
        for _ in range(min(times, len(self.model.undone))):
            self.sheet.redo()
            self.model.redo()
            self.the_lines_are_those_of_the_model()
        if not self.model.undone:
            with pytest.raises(NothingToUndo):
                self.sheet.redo()

    @rule(sure=st.sampled_from([False, False, True]))
    def reset(self, sure: bool) -> None:
        if sure:
            self.sheet.reset()
            self.model.reset()

    # What would come next, without doing it

    def _tried(self, command: Callable[[Worksheet], object]) -> Worksheet:
        trial = Worksheet(facts=FACTS)
        trial.segment = self.sheet.segment
        command(trial)
        return trial

    @rule(keys=MANY_KEYS)
    def try_what_could_come_next(self, keys: list[int]) -> None:
        self._v5_go_back_after_an_action_restores_the_lines(keys)
        self._v7_reduce_and_refine_partition_the_lines(keys)
        self._v8_adding_the_same_again_adds_nothing_but_counts(keys)

    def _v5_go_back_after_an_action_restores_the_lines(self, keys: list[int]) -> None:
        before = self.sheet.lines()
        actions: list[Callable[[Worksheet], object]] = [
            lambda trial: trial.add(*keys),
            lambda trial: trial.add(*keys, allow_existing_contacts=True),
            lambda trial: trial.reduce(*keys),
            lambda trial: trial.refine(*keys),
        ]
        for action in actions:
            trial = self._tried(action)
            after = trial.lines()
            trial.go_back()
            assert trial.lines() == before
            trial.redo()
            assert trial.lines() == after
        assert self.sheet.lines() == before

    def _v7_reduce_and_refine_partition_the_lines(self, keys: list[int]) -> None:
        kept_by_reduce = self._tried(lambda trial: trial.reduce(*keys)).lines()
        kept_by_refine = self._tried(lambda trial: trial.refine(*keys)).lines()
        together = sorted(kept_by_reduce + kept_by_refine, key=lambda line: line.line_no)
        assert together == self.sheet.lines()

    def _v8_adding_the_same_again_adds_nothing_but_counts(self, keys: list[int]) -> None:
        once = self._tried(lambda trial: trial.add(*keys))
        lines, actions = once.lines(), len(once.segment.actions)
        once.add(*keys)
        assert once.lines() == lines
        assert len(once.segment.actions) == actions + 1

    # What must hold after every command

    @invariant()
    def the_lines_are_those_of_the_model(self) -> None:
        segment, expected = self.sheet.segment, [line.shown() for line in self.model.lines]
        assert self.sheet.lines() == expected
        assert segment.number_of_lines == len(expected)
        assert segment.next_line_no == self.model.last_line_no + 10_000
        assert segment.cost == sum(line.cost for line in expected)  # V12
        assert segment.duration_minutes == sum(line.duration_minutes for line in expected)
        assert list(segment.contacts) == sorted({line.key for line in self.model.lines})
        keyed = list(zip(self.model.contact_keys(), expected, strict=True))
        for campaign in {line.campaign_no for line in expected if line.campaign_no is not None}:
            aimed = {key for key, line in keyed if line.campaign_target and line.campaign_no == campaign}
            assert set(targets(segment, campaign)) == aimed  # B17
        for name, codes in CODES.items():
            on_lines = {getattr(line, name) for line in expected}
            assert {code for code in codes if is_on_lines(segment, name, code)} == codes & on_lines

    @invariant()
    def every_way_to_read_the_lines_gives_the_same(self) -> None:
        segment, numbers = self.sheet.segment, [line.line_no for line in self.model.lines]
        columns, own = segment.line_columns(), {line.line_no: line.changes for line in segment.own_lines()}
        assert columns.line_no.tolist() == numbers
        assert columns.contact_key.tolist() == self.model.contact_keys()
        for after in (0, *numbers[::20]):
            page = segment.lines(after, limit=3)
            assert [line.line_no for line in page] == [number for number in numbers if number > after][:3]
            for line in page:
                assert segment.line(line.line_no) == line
                assert own.get(line.line_no, NO_CHANGES) == line.own

    @invariant()
    def the_header_and_the_actions_are_those_of_the_model(self) -> None:
        segment, model = self.sheet.segment, self.model
        assert {name: getattr(segment.header, name) for name in model.header} == model.header
        assert len(segment.undone) == len(model.undone)
        assert [action.action_no for action in segment.actions] == [*range(1, len(model.actions) + 1)]  # V4
        counts = [(action.lines_added, action.lines_removed) for action in segment.actions]
        assert counts == [(len(action.added), len(action.removed)) for action in model.actions]
        if model.actions:
            assert criteria_to_save(segment) == tuple(action.criteria for action in model.actions)

    def teardown(self) -> None:
        """Folded again from what was stored, the segment is the same."""
        mapper, again = JsonMapper(), Segment()
        events: list[SegmentEvent] = [mapper.there_and_back(event) for event in self.sheet.events]
        assert events == self.sheet.events
        for event in events:
            again.apply(event, "ANN", AT)
        assert again == self.sheet.segment
        assert again.contacts == self.sheet.segment.contacts, "kept up with the actions or asked at the end"
        assert str(again.cost) == str(self.sheet.segment.cost), "added up line by line or at once"


TestSegmentAgainstModel = SegmentAgainstModel.TestCase
TestSegmentAgainstModel.settings = settings(
    max_examples=110,
    stateful_step_count=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_contacts_of_the_model_need_sets_that_are_kept_in_parts() -> None:
    mapper, sheet = JsonMapper(), Worksheet(facts=FACTS)
    mapper.there_and_back(sheet.add(*KEYS)[0])
    assert len(mapper.parts) == 2
