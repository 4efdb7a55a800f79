"""Sets of contacts against the sets of Python, and what events say of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.contact_set import (
    EMPTY,
    INLINE_LIMIT,
    PART_BITS,
    ContactSet,
    SetReference,
    contact_sets,
    union,
)

PART = 1 << PART_BITS
# Around the boundaries of parts, and at the ends of what a key can be.
CORNERS = [number + step for number in (0, PART, 2 * PART, 9 * PART) for step in range(-2, 3)]
KEYS = st.sampled_from([key for key in [*CORNERS, 2**32 - 1] if key >= 0]) | st.integers(0, 2**32 - 1)
RUNS = st.builds(lambda first, size: range(first, min(first + size, 2**32)), KEYS, st.integers(0, 5_000))
PYTHON_SETS = st.builds(lambda keys, run: keys | {*run}, st.sets(KEYS), RUNS)

EVERYBODY = ContactSet(range(2**32))


def no_parts(digests: list[str]) -> Mapping[str, bytes]:
    raise AssertionError(f"asked for {digests}")


def parts_of(*sets: ContactSet) -> dict[str, bytes]:
    return {digest: data for one in sets for digest, data in one.contents().items()}


def read_again(one: ContactSet) -> ContactSet:
    """The set as it comes out of an event that was stored."""
    contents = one.contents()
    stored = msgspec.json.encode(one.reference())
    reference = msgspec.json.decode(stored, type=SetReference)
    return ContactSet.from_reference(reference, lambda digests: {name: contents[name] for name in digests})


class TestArithmetic:
    @given(one=PYTHON_SETS, other=PYTHON_SETS)
    def test_it_is_that_of_sets(self, one: set[int], other: set[int]) -> None:
        a, b = ContactSet(one), ContactSet(other)
        assert set(a | b) == one | other
        assert set(a & b) == one & other
        assert set(a - b) == one - other
        assert (a == b) == (one == other)
        assert set(union([a, b, a])) == one | other
        assert (set(a), set(b)) == (one, other)

    @given(keys=PYTHON_SETS, probe=KEYS)
    def test_members_are_in_order_and_are_counted_and_found(self, keys: set[int], probe: int) -> None:
        contacts, ordered = ContactSet(keys), sorted(keys)
        assert list(contacts) == ordered
        assert contacts.to_array().tolist() == ordered
        assert (len(contacts), bool(contacts)) == (len(keys), bool(keys))
        assert (probe in contacts) == (probe in keys)
        assert contacts.rank(probe) == sum(key < probe for key in keys)
        for index in (0, len(keys) // 2, len(keys) - 1) if keys else ():
            assert contacts[index] == ordered[index]
            assert contacts.rank(contacts[index]) == index

    def test_an_array_in_any_order_with_repetitions_is_a_set(self) -> None:
        assert ContactSet.from_array(np.array([5, 1, 5, 3])) == ContactSet([1, 3, 5])

    def test_beyond_the_last_member_there_is_none(self) -> None:
        with pytest.raises(IndexError):
            ContactSet([1])[1]

    def test_no_sets_have_no_members(self) -> None:
        assert union([]) == EMPTY == ContactSet()

    def test_a_set_equals_only_sets(self) -> None:
        assert ContactSet([1]) != {1}


class TestReference:
    @given(keys=PYTHON_SETS)
    def test_a_set_is_read_again_as_it_was_written(self, keys: set[int]) -> None:
        contacts = ContactSet(keys)
        again = read_again(contacts)
        assert again == contacts
        assert again.reference() == contacts.reference()

    @given(one=PYTHON_SETS, other=PYTHON_SETS)
    @example(one=set(range(6, 12)), other={0, 2, 4} | set(range(PART - 2, PART + 90)))
    def test_the_same_members_have_the_same_reference_however_they_came_together(
        self, one: set[int], other: set[int]
    ) -> None:
        keys = one | other
        ways: Iterable[ContactSet] = (
            ContactSet(one) | ContactSet(other),
            union([ContactSet(other), ContactSet(one)]),
            EVERYBODY & ContactSet(keys),
            ContactSet(keys | {7}) - (ContactSet([7]) - ContactSet(keys)),
            ContactSet.from_array(np.array(sorted(keys, reverse=True), dtype=np.int64)),
            read_again(ContactSet(keys)),
        )
        assert {msgspec.json.encode(way.reference()) for way in ways} == {
            msgspec.json.encode(ContactSet(sorted(keys)).reference())
        }

    @pytest.mark.parametrize("size", [0, 1, INLINE_LIMIT])
    def test_a_small_set_is_written_out_in_the_event(self, size: int) -> None:
        contacts = ContactSet(range(size))
        assert contacts.reference() == SetReference(size, keys=tuple(range(size)))
        assert contacts.contents() == {}
        assert ContactSet.from_reference(contacts.reference(), no_parts) == contacts

    def test_a_larger_one_is_cut_into_parts_of_which_empty_ones_are_left_out(self) -> None:
        keys = [*range(PART - 50, PART + 50), *range(5 * PART, 5 * PART + 10)]
        reference = ContactSet(keys).reference()
        assert (reference.count, reference.keys) == (110, ())
        assert [part.index for part in reference.parts] == [0, 1, 5]
        assert ContactSet(keys).contents().keys() == {part.sha256 for part in reference.parts}

    def test_parts_that_did_not_change_are_shared(self) -> None:
        before = ContactSet(range(0, 3 * PART, 1_000))
        after = before | ContactSet([PART + 1])
        assert len(parts_of(before)) == 3
        assert len(parts_of(before, after)) == 4

    def test_members_are_loaded_when_they_are_asked_for_and_once(self) -> None:
        contacts, asked = ContactSet(range(1_000)), []

        def load(digests: list[str]) -> Mapping[str, bytes]:
            asked.append(digests)
            return contacts.contents()

        again = ContactSet.from_reference(contacts.reference(), load)
        assert (len(again), bool(again), asked) == (1_000, True, [])
        assert 999 in again
        assert 1_000 not in again
        assert len(asked) == 1

    def test_a_set_that_was_read_has_nothing_to_be_kept_again(self) -> None:
        assert read_again(ContactSet(range(1_000))).contents() == {}

    def test_one_member_more_or_less_is_another_digest(self) -> None:
        contacts = ContactSet(range(1_000))
        others = (contacts | ContactSet([5_000]), contacts - ContactSet([3]))
        digests = {one.reference().sha256 for one in (contacts, *others)}
        assert len(digests) == 3


def test_every_set_within_an_event_is_found() -> None:
    class Fact(msgspec.Struct):
        first: ContactSet
        rest: Any

    sets = [ContactSet([key]) for key in range(4)]
    fact = Fact(sets[0], ({"a": sets[1], "b": [sets[2]]}, Fact(sets[3], None)))
    assert [list(one) for one in contact_sets(fact)] == [[0], [1], [2], [3]]
