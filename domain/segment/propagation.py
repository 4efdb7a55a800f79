"""How a change of the header reaches the lines (B2.1, B2.2, B4): blocks start anew, or are cut in two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace as replaced

from domain.contact_set import EMPTY, ContactSet, union
from domain.document import Document, Documents, document_in, next_default, with_document, without_language
from domain.segment.events import HeaderChanged
from domain.segment.header import Header
from domain.segment.lines import OF_ITS_DOCUMENT, LineBlock, LineChanges, LineStart
from domain.vocabulary import given

Values = dict[str, Any]
OwnChanges = dict[tuple[int, int], LineChanges]
Restart = Callable[[LineStart], LineStart]
Keep = Callable[[Values, LineStart], Values]

OF_A_PERSONAL_DOCUMENT = {"language_code", "language_fixed", "subject"}
OF_CORRESPONDENCE = {"correspondence_type", "correspondence_type_fixed"}


def steps(header: Header, event: HeaderChanged) -> Iterator[tuple[Values, Values]]:
    """What the lines take over from a change of this header, and which lines: those that say all of it."""
    values = given(event.lines)
    if event.scope == "all":
        yield values, {}
        return
    follows: Values = {"interaction_template_code": header.interaction_template_code}
    if "language_code" in values:
        # The header had none with a document: lines that are in it have no document, and get this one.
        language = {name: values.pop(name) for name in ("language_code", "subject")}
        yield language, follows | {"language_code": header.language_code}
    subject = {name: values.pop(name) for name in ("subject",) if name in values}
    yield values, follows
    # A line that speaks another language, or already says something else, keeps its subject (B2.4).
    yield subject, follows | {"language_code": header.language_code, "subject": header.subject}


def lines_in_scope(
    header: Header,
    event: HeaderChanged,
    blocks: Sequence[LineBlock],
    own: Mapping[tuple[int, int], LineChanges],
) -> int:
    """How many lines on the segment take something over from a change of this header."""
    own_of = _by_block(own)
    wheres = [where for values, where in steps(header, event) if values]
    return sum(
        len(union(_lines_that_say(where, block, own_of.get(block.id, {})) for where in wheres))
        for block in blocks
    )


def overwritten(
    blocks: Sequence[LineBlock], own: OwnChanges, values: Values, where: Values
) -> list[LineBlock]:
    """The blocks once the lines that say all of `where` start from new values.

    What those lines have of their own there is taken out of `own`; a personal document stays, with its
    language and subject (domain B2.3), and so does a correspondence type where there is none instead (B2.2).
    """
    if not values:
        return list(blocks)
    replaced_names = values.keys() | ({"language_fixed"} if "language_code" in values else set())
    no_correspondence = values.get("correspondence_type", "stays") is None
    if "subject" in where:
        blocks = _with_subject(blocks, own, where, values["subject"])

    def restart(start: LineStart) -> LineStart:
        return replaced(start, **values)

    def keep(changes: Values, start: LineStart) -> Values:
        gone = replaced_names - (OF_A_PERSONAL_DOCUMENT if changes.get("personal_documents") else set())
        if no_correspondence and changes.get("correspondence_type") is not None:
            gone = gone - OF_CORRESPONDENCE  # a blank one takes none away
        return {name: value for name, value in changes.items() if name not in gone}

    return _rewritten(blocks, own, where, restart, keep)


def _with_subject(
    blocks: Sequence[LineBlock], own: OwnChanges, where: Values, subject: str | None
) -> list[LineBlock]:
    """The blocks with another subject for the document in a language, if it had the old one (domain B2.4).

    Of all lines that have it: contacts may bring lines to its language that say another one.
    """
    language, old = where["language_code"], where["subject"]

    def restart(start: LineStart) -> LineStart:
        return replaced(start, documents=_renamed(start.documents, language, old, subject))

    def keep(changes: Values, start: LineStart) -> Values:
        return _with_new_subject(changes, language, old, subject)

    follows = {name: value for name, value in where.items() if name not in ("language_code", "subject")}
    return _rewritten(blocks, own, follows, restart, keep)


def _with_new_subject(own: Values, language: str | None, old: str | None, subject: str | None) -> Values:
    """What a line has of its own, with the new subject where it says the old one in a language (B2.4, B4)."""
    documents = own.keys() & {"documents", "personal_documents"}
    new = own | {name: _renamed(own[name], language, old, subject) for name in documents}
    said = (own.get("language_code"), own.get("subject"))
    if own.get("personal_documents") and "subject" in own and said == (language, old):
        new["subject"] = subject
    return new


def _renamed(documents: Documents, language: str | None, old: str | None, subject: str | None) -> Documents:
    document = document_in(documents, language)
    if document is None or document.subject != old:
        return documents
    return with_document(documents, replaced(document, subject=subject))


def attached(
    blocks: Sequence[LineBlock], own: OwnChanges, header: Header, document: Document
) -> list[LineBlock]:
    """The blocks once the segment has this document: lines with the header's template inherit it (domain B4).

    The first one gives them its language and subject; of later ones the contact's language decides.
    """
    first = not header.documents
    before = document_in(header.documents, document.language_code)

    def inherited(documents: Documents) -> Document:
        # A subject that is not the old one stays: a marketer left these lines out of a new subject (B2.4).
        present = document_in(documents, document.language_code)
        if before is None or present is None or present.subject == before.subject:
            return document
        return replaced(document, subject=present.subject)

    def restart(start: LineStart) -> LineStart:
        # With the first one, the header had none: what a block has is of a template that its lines have left.
        new = inherited(start.documents)
        documents = with_document(() if first else start.documents, new)
        if first or start.language_code == new.language_code:
            return replaced(start, documents=documents, language_code=new.language_code, subject=new.subject)
        return replaced(start, documents=documents)

    def keep(changes: Values, start: LineStart) -> Values:
        if changes.get("personal_documents"):
            if before is None:
                return changes
            return _with_new_subject(changes, before.language_code, before.subject, document.subject)
        if first:
            return {name: value for name, value in changes.items() if name not in OF_ITS_DOCUMENT}
        kept = dict(changes)
        if "documents" in kept:
            kept["documents"] = with_document(kept["documents"], inherited(kept["documents"]))
        # A subject that nobody chose: that of the document before, or blank where there was none.
        usual = before.subject if before else None
        language = kept.get("language_code", start.language_code)
        if language == document.language_code and kept.get("subject", "") == usual:
            del kept["subject"]
        return kept

    return _rewritten(blocks, own, _follows(header), restart, keep)


def removed(
    blocks: Sequence[LineBlock], own: OwnChanges, header: Header, language_code: str | None
) -> list[LineBlock]:
    """The blocks once the segment has no document in this language: lines that used it go to the header's
    default, or where they have none in it to another (domain B4).
    """
    of_header = header.without_language(language_code).language_code

    def restart(start: LineStart) -> LineStart:
        documents = without_language(start.documents, language_code)
        new = replaced(start, documents=documents)
        if start.language_code != language_code:
            return new
        default = next_default(documents, of_header)
        document = document_in(documents, default)
        return replaced(new, language_code=default, subject=document.subject if document else None)

    def keep(changes: Values, start: LineStart) -> Values:
        if changes.get("personal_documents"):
            return changes
        used = "language_code" in changes and changes["language_code"] == language_code
        kept = {n: v for n, v in changes.items() if not (used and n in OF_A_PERSONAL_DOCUMENT)}
        if "documents" in kept:
            kept["documents"] = without_language(kept["documents"], language_code)
        if used and of_header != start.language_code:
            kept["language_code"] = next_default(kept.get("documents", start.documents), of_header)
        return kept

    return _rewritten(blocks, own, _follows(header), restart, keep)


def _follows(header: Header) -> Values:
    return {"interaction_template_code": header.interaction_template_code}


def _rewritten(
    blocks: Sequence[LineBlock], own: OwnChanges, where: Values, restart: Restart, keep: Keep
) -> list[LineBlock]:
    """The blocks with another start for the lines that say all of `where`, and less of their own for them."""
    own_of = _by_block(own)
    parts: list[LineBlock] = []
    for block in blocks:
        of_block = own_of.get(block.id, {})
        chosen, start = _lines_that_say(where, block, of_block), restart(block.start)
        parts += _restarted(block, chosen, start)
        for key in chosen & ContactSet(of_block):
            own[block.id, key] = LineChanges(**keep(of_block[key], start))
    return parts


def _by_block(own: Mapping[tuple[int, int], LineChanges]) -> dict[int, dict[int, Values]]:
    """What lines have of their own, by block id and contact key."""
    found: dict[int, dict[int, Values]] = {}
    for (block_id, key), changes in own.items():
        found.setdefault(block_id, {})[key] = given(changes)
    return found


def _lines_that_say(where: Values, block: LineBlock, own: dict[int, Values]) -> ContactSet:
    """The lines of a block on the segment that have all of these values, from the block or of their own."""
    says = {name: getattr(block.start, name) for name in where}
    apart = {key: values for key, values in own.items() if values.keys() & where.keys()}
    alike = ContactSet(key for key, values in apart.items() if where.items() <= (says | values).items())
    from_block = block.alive - ContactSet(apart) if says == where else EMPTY
    return from_block | (block.alive & alike)


def _restarted(block: LineBlock, chosen: ContactSet, start: LineStart) -> tuple[LineBlock, ...]:
    """The block with a new start for the chosen lines; others keep the old one, in a part of their own."""
    if not chosen or start == block.start:
        return (block,)
    others = block.members - chosen
    part = replaced(block, members=chosen, alive=chosen, start=start)
    return (part, replaced(block, members=others, alive=block.alive - chosen)) if others else (part,)
