"""The tree against the definitions of RFC 6962, written out plainly, and forged proofs against the checks."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.merkle import (
    EMPTY,
    GrowingTree,
    consistency_path,
    fold,
    inclusion_path,
    leaf_hash,
    proves_consistency,
    proves_inclusion,
    root,
    root_of,
)

LEAVES = [leaf_hash(str(number).encode()) for number in range(70)]


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH as the RFC defines it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def node(level: int, index: int) -> bytes:
    width = 1 << level
    return fold(LEAVES[index * width : (index + 1) * width])


sizes = st.integers(min_value=1, max_value=len(LEAVES))


def test_the_example_of_certificate_transparency() -> None:
    """The first leaves and root of the test data that RFC 6962's own implementation comes with."""
    inputs = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
    inputs += [bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70))]
    tree = GrowingTree()
    tree.extend([leaf_hash(data) for data in inputs])
    assert root_of(tree.peaks()).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert base64.b64encode(EMPTY) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@given(sizes)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert root(node, size) == plain_root(LEAVES[:size])


@given(st.lists(st.integers(0, 20), max_size=6))
def test_a_tree_that_grows_in_any_steps_has_the_root_of_all_its_leaves(steps: list[int]) -> None:
    tree, done = GrowingTree(watched=2), 0
    for step in steps:
        added = LEAVES[done : done + step]
        tree.extend(added)
        done += len(added)
    assert root_of(tree.peaks()) == plain_root(LEAVES[:done])
    assert tree.arisen == [node(2, index) for index in range(done // 4)]


@given(sizes, st.data())
def test_every_leaf_is_proven_and_no_other_leaf_place_size_or_path(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, expected = inclusion_path(node, index, size), plain_root(LEAVES[:size])
    assert proves_inclusion(LEAVES[index], index, size, path, expected)
    assert len(path) <= (size - 1).bit_length()

    assert not proves_inclusion(leaf_hash(b"forged"), index, size, path, expected)
    assert not proves_inclusion(LEAVES[index], index, size, [*path, EMPTY], expected)
    assert not proves_inclusion(LEAVES[index], index, size, path, plain_root(LEAVES[: size - 1]))
    for other in {-1, index - 1, index + 1, size} - {index}:
        assert not proves_inclusion(LEAVES[index], other, size, path, expected)
    for place in range(len(path)):
        assert not proves_inclusion(LEAVES[index], index, size, path[:place] + path[place + 1 :], expected)
        changed = [*path[:place], leaf_hash(path[place]), *path[place + 1 :]]
        assert not proves_inclusion(LEAVES[index], index, size, changed, expected)


@given(sizes, sizes)
def test_a_tree_extends_each_that_it_began_as_and_no_other(one: int, other: int) -> None:
    old, new = sorted((one, other))
    path = consistency_path(node, old, new)
    old_root, new_root = plain_root(LEAVES[:old]), plain_root(LEAVES[:new])
    assert proves_consistency(old, new, old_root, new_root, path)

    rewritten = plain_root([leaf_hash(b"forged"), *LEAVES[1:old]])
    assert not proves_consistency(old, new, rewritten, new_root, path)
    assert not proves_consistency(old, new, old_root, rewritten, path)
    assert not proves_consistency(old, new, old_root, new_root, [*path, EMPTY])
    assert not proves_consistency(new + 1, old, old_root, new_root, path)
    for place in range(len(path)):
        assert not proves_consistency(old, new, old_root, new_root, path[:place] + path[place + 1 :])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_there_is_no_path_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        inclusion_path(node, index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5)])
def test_there_is_no_path_between_trees_of_which_one_does_not_extend_the_other(old: int, new: int) -> None:
    with pytest.raises(IndexError):
        consistency_path(node, old, new)
