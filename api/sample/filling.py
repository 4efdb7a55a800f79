"""The sample contacts in an empty service, with what they refer to, through the use cases."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace as replaced

from api.contact_files import rows
from api.sample.setup import SETUP
from api.service import Service
from api.uploads import chunks
from application.contact_import import ContactImport
from application.documents import WORD, File
from application.journal import Caller
from domain import records

HERE = Path(__file__).parent
LETTER = "BRIEF"
LETTERS = (("NLD", "Het voorjaar begint"), ("ENG", "Spring begins"))
USUAL = "NLD"
KINDS = {kind.path: kind for kind in records.RECORD_KINDS}


def fill(service: Service, caller: Caller) -> int:
    """Register all of it; the position then. Raises Refused."""
    for path, entries in SETUP.items():
        for entry in entries:
            value = msgspec.convert(entry, KINDS[path].value_type)
            service.records.put(caller, KINDS[path], str(entry["code"]), value)
    for language, subject in LETTERS:
        name = f"letter-{language.lower()}.docx"
        file = File((HERE / name).read_bytes(), WORD, name, subject, names_subject=True)
        service.documents.put_on_template(caller, LETTER, language, file)
    template = service.records.get(records.INTERACTION_TEMPLATE, LETTER).value
    service.records.put(caller, records.INTERACTION_TEMPLATE, LETTER, replaced(template, language_code=USUAL))
    with (HERE / "contacts.csv").open("rb") as file_of_contacts:
        ContactImport(service.journal, service.contacts, caller).run(rows(chunks(file_of_contacts), "csv"))
    return service.log.position()
