import pytest

from eventstore.contents import ContentError, ContentStore
from eventstore.log import EventLog
from tests.eventstore.examples import digest, grouped, noted, rows, tamper


def test_a_content_that_two_events_name_is_kept_once(log: EventLog) -> None:
    contents = {digest(data): data for data in (b"one", b"two")}
    for stream in ("a", "b"):
        log.append(grouped(stream, *contents), before=[log.contents.saving(contents)])
    assert sorted(rows(log.conninfo, "SELECT data FROM content")) == [(b"one",), (b"two",)]
    assert log.contents.load([*contents, *contents]) == contents


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [("UPDATE content SET data = 'other'", "has been changed"), ("DELETE FROM content", "is missing")],
)
def test_a_content_that_is_not_what_was_kept_is_found_when_it_is_read(
    log: EventLog, statement: str, complaint: str
) -> None:
    log.append(grouped("a", digest(b"one")), before=[log.contents.saving({digest(b"one"): b"one"})])
    tamper(log.conninfo, statement)
    with pytest.raises(ContentError, match=f"{digest(b'one')} {complaint}"):
        log.contents.load([digest(b"one")])


def test_the_contents_that_were_used_last_need_no_database(log: EventLog) -> None:
    first, second, third = contents = (b"1" * 40, b"2" * 40, b"3" * 40)
    log.append(noted("a", "text"), before=[log.contents.saving({digest(data): data for data in contents})])
    store = ContentStore(log.datastore, cache_bytes=100)
    for data in (first, second, first, third):
        store.load([digest(data)])
    tamper(log.conninfo, "DELETE FROM content")
    assert store.load([digest(first), digest(third)]) == {digest(first): first, digest(third): third}
    with pytest.raises(ContentError, match="is missing"):
        store.load([digest(second)])


def test_a_content_larger_than_all_that_is_remembered_can_be_read(log: EventLog) -> None:
    data = b"1" * 200
    log.append(noted("a", "text"), before=[log.contents.saving({digest(data): data})])
    store = ContentStore(log.datastore, cache_bytes=100)
    for _ in range(2):
        assert store.load([digest(data)]) == {digest(data): data}
