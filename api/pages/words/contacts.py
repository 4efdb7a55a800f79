"""Texts of the contacts."""

TEXTS: dict[str, tuple[str, str]] = {
    "contact": ("Contact {no}", "Contact {no}"),
    "new_contact": ("New contact", "Nieuw contact"),
    "search_contacts": ("Find a contact", "Zoek een contact"),
    "search": ("Search", "Zoeken"),
    "import": ("Import", "Importeren"),
    "import_title": ("Import contacts", "Contacten importeren"),
    "import_hint": (
        "A CSV file with a row of field names first, or NDJSON. A known number changes that contact;"
        " every other row registers one.",
        "Een CSV-bestand met eerst een rij veldnamen, of NDJSON. Een bekend nummer wijzigt dat contact;"
        " elke andere rij registreert er een.",
    ),
    "import_not_utf8": (
        "The file is not in UTF-8, so no row with a letter such as é was taken over. In Excel, save it as"
        " “CSV UTF-8” and import it again.",
        "Het bestand is niet in UTF-8; rijen met letters zoals é zijn daarom niet overgenomen."
        " Sla het in Excel op als “CSV UTF-8” en importeer het opnieuw.",
    ),
    "import_fields": ("Fields, and an example", "Velden, en een voorbeeld"),
    "import_fields_hint": (
        "Several codes in one field have semicolons between. Commas, semicolons or tabs may stand between"
        " fields. A blank number takes the next one. In a row with"
        " a known number, an empty field makes the value blank, and a column that is not there leaves it.",
        "Tussen meerdere codes in een veld staan puntkomma's. Tussen velden mogen komma's, puntkomma's of"
        " tabs staan. Een rij zonder nummer krijgt het volgende. In"
        " een rij met een bekend nummer maakt een leeg veld de waarde leeg; een kolom die er niet is laat"
        " die staan.",
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
    # Erasing
    "erased": ("erased", "gewist"),
    "was_erased": ("This contact was erased.", "Dit contact is gewist."),
    "was_erased_meaning": (
        "Who it was is gone for good, from earlier versions too. Its number, codes and counts stay.",
        "Wie het was is voorgoed weg, ook uit eerdere versies. Het nummer, codes en aantallen blijven.",
    ),
    "erased_at": ("Erased on", "Gewist op"),
    "erase": ("Erase this contact …", "Dit contact wissen …"),
    "erase_title": ("Erase contact {no}", "Contact {no} wissen"),
    "erase_for_good": ("This cannot be undone.", "Dit kan niet ongedaan worden gemaakt."),
    "erase_for_good_meaning": (
        "The key to everything personal of this contact is destroyed. Nobody can read it again, not even from"
        " the history or from an earlier version.",
        "De sleutel van alles wat persoonlijk is van dit contact wordt vernietigd. Niemand kan het ooit nog"
        " lezen, ook niet uit de historie of een eerdere versie.",
    ),
    "erase_goes": ("What goes", "Wat verdwijnt"),
    "erase_goes_contact": (
        "name, addresses, phone numbers, e-mail addresses, website and numbers elsewhere",
        "naam, adressen, telefoonnummers, e-mailadressen, website en nummers elders",
    ),
    "erase_goes_notes": (
        "remarks on lines, comments on interactions, and its own documents",
        "opmerkingen bij regels, opmerkingen bij interacties, en eigen documenten",
    ),
    "erase_goes_letters": (
        "the letters that it got: they cannot be made again",
        "de brieven die het kreeg: die zijn niet meer te maken",
    ),
    "erase_stays": ("What stays", "Wat blijft"),
    "erase_stays_number": (
        "the number, codes, groups and answers; it is left out of segments and blocked for privacy",
        "het nummer, codes, groepen en antwoorden; het blijft buiten segmenten en is geblokkeerd wegens"
        " privacy",
    ),
    "erase_stays_interactions": (
        "its interactions ({n}), without a name: nothing that was counted changes",
        "de interacties ({n}), zonder naam: wat geteld is verandert niet",
    ),
    "erase_stays_line": ("without a name, its line on segment", "zonder naam, de regel op segment"),
    "erase_stays_people": ("the people of this company", "de personen van dit bedrijf"),
    "erase_reason": ("Why", "Waarom"),
    "erase_reason_hint": (
        "Kept for good in the history: name nobody.",
        "Blijft voorgoed in de historie staan: noem niemand.",
    ),
    "erase_sure": (
        "I know that this cannot be undone",
        "Ik weet dat dit niet ongedaan kan worden gemaakt",
    ),
    "erase_do": ("Erase contact {no} for good", "Contact {no} voorgoed wissen"),
    "erase_not": ("Keep it", "Behouden"),
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
