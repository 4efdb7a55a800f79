"""Texts of the segments, their worksheets, and logging one."""

TEXTS: dict[str, tuple[str, str]] = {
    # The list of segments
    "new_segment": ("New segment", "Nieuw segment"),
    "create": ("Create", "Aanmaken"),
    "no_hint": ("the next one", "het volgende"),
    # The worksheet
    "segment": ("Segment {no}", "Segment {no}"),
    "worksheet": ("Worksheet", "Werkblad"),
    "choose_contacts": ("Choose contacts", "Contacten kiezen"),
    "history": ("History", "Geschiedenis"),
    "log": ("Log …", "Registreren …"),
    "header": ("What the interaction will be", "Wat de interactie wordt"),
    "update_lines": (
        "Also change the lines that follow the header",
        "Ook de regels wijzigen die de kop volgen",
    ),
    "save_header": ("Save the header", "Kop opslaan"),
    "totals": (
        "{n} lines · cost {cost} · {minutes} minutes",
        "{n} regels · kosten {cost} · {minutes} minuten",
    ),
    "totals_one": (
        "{n} line · cost {cost} · {minutes} minutes",
        "{n} regel · kosten {cost} · {minutes} minuten",
    ),
    "mend_there": ("Mend it on the worksheet", "Op het werkblad in orde maken"),
    "checking_now": ("Checking {n} lines …", "{n} regels worden gecontroleerd …"),
    "logging_now": ("Logging {n} lines …", "{n} regels worden geregistreerd …"),
    "papers": ("Files, labels, a mailing group", "Bestanden, etiketten, een mailinggroep"),
    "export_contacts": ("Contacts as CSV", "Contacten als CSV"),
    "report_contacts": ("With what each has had (CSV)", "Met wat elk contact heeft gehad (CSV)"),
    "labels_format": ("Labels of", "Etiketten van"),
    "labels": ("Labels as PDF", "Etiketten als PDF"),
    "cover_text": ("Text on every cover sheet", "Tekst op elk voorblad"),
    "in_parts": ("At most {n} are made at once.", "Er worden er hoogstens {n} tegelijk gemaakt."),
    "part_first": ("From number", "Vanaf nummer"),
    "part_count": ("How many", "Aantal"),
    "cover_sheets": ("Cover sheets as PDF", "Voorbladen als PDF"),
    "give_group": ("Give all of them a mailing group", "Geef ze allemaal een mailinggroep"),
    "give_group_only": ("and take it from everybody else", "en neem die van alle anderen af"),
    "give": ("Give", "Geven"),
    "delete_segment": ("Delete this segment", "Dit segment verwijderen"),
    "delete_segment_sure": (
        "The worksheet and its lines go. Its history stays.",
        "Het werkblad en de regels gaan weg. De geschiedenis blijft.",
    ),
    "lines": ("Lines", "Regels"),
    "lines_of": ("Lines of segment {no}", "Regels van segment {no}"),
    "no_lines_here": ("There are no lines.", "Er zijn geen regels."),
    "no_lines": (
        "No lines yet. Choose contacts, or add one by hand.",
        "Nog geen regels. Kies contacten, of voeg er een met de hand toe.",
    ),
    "no_such_lines": ("No line meets the filters.", "Geen regel voldoet aan de filters."),
    "add_contact": ("Add a contact", "Contact toevoegen"),
    "search_contact": ("Number or name", "Nummer of naam"),
    "add": ("Add", "Toevoegen"),
    "on_segment": ("on the segment already", "al op het segment"),
    "to_lines": ("Go to the lines", "Naar de regels"),
    "nobody_found": ("Nobody found.", "Niemand gevonden."),
    "found": ("{n} found", "{n} gevonden"),
    "legend_inherited": ("from the header or the contact", "van de kop of het contact"),
    "legend_own": ("changed on this line", "op deze regel gewijzigd"),
    "own": ("changed here", "hier gewijzigd"),
    "legend_unique": ("a document of its own", "een eigen document"),
    "why": ("Why?", "Waarom?"),
    "why_title": ("Why is this contact here?", "Waarom staat dit contact hier?"),
    "why_filters": (
        "What was asked, and what the contact had then",
        "Wat werd gevraagd, en wat het contact toen had",
    ),
    "why_passed": ("Later actions that it stayed through: {n}", "Latere acties waarbij het bleef staan: {n}"),
    "not_known": ("not known", "niet bekend"),
    "brought_in": ("It came along with contact {no}.", "Het kwam mee met contact {no}."),
    "remove": ("Remove", "Verwijderen"),
    "undo_remove": ("Put the removed line back", "De verwijderde regel terugzetten"),
    "actions": ("Actions", "Acties"),
    "grid_keys": (
        "Click or tap a cell twice to change it. Arrows move, Enter changes, Escape leaves, Delete removes"
        " the line. Ctrl+Enter saves remarks.",
        "Klik of tik twee keer op een vak om het te wijzigen. Pijltjes verplaatsen, Enter wijzigt, Escape"
        " verlaat, Delete verwijdert de regel. Ctrl+Enter bewaart opmerkingen.",
    ),
    "row_of": ("Line {n} of {of}", "Regel {n} van {of}"),
    "at_version": (
        "This is the worksheet as it stood at version {n}.",
        "Dit is het werkblad zoals het stond bij versie {n}.",
    ),
    "to_now": ("Show it as it is now", "Toon hoe het nu is"),
    # Logging
    "log_title": ("Log segment {no}", "Segment {no} registreren"),
    "log_ready": ("Nothing stands in the way.", "Niets staat in de weg."),
    "log_meaning": (
        "Each of the {n} lines becomes an interaction in the log. The worksheet is closed then, and stays"
        " readable.",
        "Elk van de {n} regels wordt een interactie in het log. Het werkblad is dan gesloten, en blijft"
        " leesbaar.",
    ),
    "log_leaves_out": (
        "Left out are contacts that are blocked for privacy by now: {n} of the lines.",
        "Contacten die inmiddels voor privacy zijn geblokkeerd, doen niet mee: {n} van de regels.",
    ),
    "log_meaning_one": (
        "Its {n} line becomes an interaction in the log. The worksheet is closed then, and stays readable.",
        "De {n} regel wordt een interactie in het log. Het werkblad is dan gesloten, en blijft leesbaar.",
    ),
    "log_not_ready": ("This must be put right first", "Dit moet eerst in orde worden gemaakt"),
    "lines_with": ("lines: {n}", "regels: {n}"),
    "first_of_them": ("The first of them", "De eerste ervan"),
    "line_no": ("Line {n}", "Regel {n}"),
    "create_follow_up": (
        "Create a follow-up segment with the same contacts",
        "Een vervolgsegment met dezelfde contacten aanmaken",
    ),
    "log_now": ("Log now", "Nu registreren"),
    "check_again": ("Check again", "Opnieuw controleren"),
}
