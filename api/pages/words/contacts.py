"""Texts of the contacts."""

TEXTS: dict[str, tuple[str, str]] = {
    "contact": ("Contact {no}", "Contact {no}"),
    "new_contact": ("New contact", "Nieuw contact"),
    "import": ("Import", "Importeren"),
    "import_title": ("Import contacts", "Contacten importeren"),
    "import_hint": (
        "A CSV file with a row of field names first, or NDJSON. A known number changes that contact;"
        " every other row registers one.",
        "Een CSV-bestand met eerst een rij veldnamen, of NDJSON. Een bekend nummer wijzigt dat contact;"
        " elke andere rij registreert er een.",
    ),
    "file": ("File", "Bestand"),
    "imported": (
        "{registered} registered, {changed} changed, {unchanged} as they were, {rejected} rejected",
        "{registered} geregistreerd, {changed} gewijzigd, {unchanged} ongewijzigd, {rejected} geweigerd",
    ),
    "rejected": ("Rejected rows", "Geweigerde rijen"),
    "row": ("Row {n}", "Rij {n}"),
    "statistics": ("What it had from us", "Wat het van ons kreeg"),
    "on_segments": ("Open segments it is on", "Open segmenten waar het op staat"),
    "company": ("Company", "Bedrijf"),
    "person": ("Person", "Persoon"),
    "of_company": ("of", "van"),
    "its_people": ("The people of this company", "De personen van dit bedrijf"),
    "type": ("Type", "Soort"),
    # What it has several of
    "other_addresses_meaning": (
        "Letters and e-mails go there on the days that are named.",
        "Brieven en e-mails gaan daarheen op de genoemde dagen.",
    ),
    "add_address": ("Add another address", "Nog een adres toevoegen"),
    "holds_on": ("Period {n}", "Periode {n}"),
    "holds_on_too": ("One more period", "Nog een periode"),
    "holds_on_days": ("When it holds", "Wanneer het geldt"),
    "days_hint": (
        "Without a last day it holds for good. Clear both days to remove a period.",
        "Zonder laatste dag blijft het gelden. Maak beide dagen leeg om een periode te verwijderen.",
    ),
    "one_more": ("One more", "Nog een"),
    "linked_to": ("Is a", "Is een"),
    "linked_no": ("With number", "Met nummer"),
}
