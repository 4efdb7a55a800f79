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
    "codes_hint": ("codes with semicolons between", "codes met puntkomma's ertussen"),
    "company": ("Company", "Bedrijf"),
    "person": ("Person", "Persoon"),
    "type": ("Type", "Soort"),
}
