"""All texts of the pages, in English and Dutch."""

from __future__ import annotations

from application.field_words import DUTCH_VALUES, Language, field_word

TEXTS: dict[str, tuple[str, str]] = {
    # Around every page
    "segmentlog": ("segmentlog", "segmentlog"),
    "skip": ("Go to the content", "Naar de inhoud"),
    "menu": ("Main menu", "Hoofdmenu"),
    "segments": ("Segments", "Segmenten"),
    "logged_segments": ("Logged segments", "Geregistreerde segmenten"),
    "interactions": ("Interaction log", "Interactielog"),
    "contacts": ("Contacts", "Contacten"),
    "language": ("Language", "Taal"),
    "sign_out": ("Sign out", "Afmelden"),
    "yes": ("yes", "ja"),
    "no": ("no", "nee"),
    "close": ("Close", "Sluiten"),
    "save": ("Save", "Opslaan"),
    "delete": ("Delete", "Verwijderen"),
    "working": ("Working …", "Bezig …"),
    "network": (
        "The service does not answer. Nothing was changed.",
        "De dienst antwoordt niet. Er is niets gewijzigd.",
    ),
    # Signing in
    "sign_in": ("Sign in", "Aanmelden"),
    "key": ("API key", "API-sleutel"),
    "key_hint": (
        "Whoever runs the service gives you one. The first start of the service prints the first.",
        "Die krijg je van wie de dienst beheert. De eerste wordt getoond als de dienst voor het eerst start.",
    ),
    "wrong_key": ("There is no such key.", "Die sleutel bestaat niet."),
    # Refusals
    "problem": ("That did not work", "Dat lukte niet"),
    "back": ("Go back", "Terug"),
    "nothing_changed": ("Nothing was changed.", "Er is niets gewijzigd."),
    # Lists
    "how_many": ("{n} in all", "{n} in totaal"),
    "filter_by": ("Filter by {what}", "Filter op {what}"),
    "filter": ("Filter", "Filteren"),
    "filters": ("Filters", "Filters"),
    "clear": ("Clear", "Wissen"),
    "sort_by": ("Sort by {what}", "Sorteer op {what}"),
    "next_page": ("Next page", "Volgende pagina"),
    "first_page": ("First page", "Eerste pagina"),
    "none": ("Nothing here.", "Hier staat niets."),
    # Filter expressions
    "syntax": ("How to write a filter", "Hoe je een filter schrijft"),
    "syntax_value": ("exactly this", "precies dit"),
    "syntax_or": ("this or that", "dit of dat"),
    "syntax_begins": ("begins with, ends with, holds", "begint met, eindigt op, bevat"),
    "syntax_one": ("? stands for one character", "? staat voor één teken"),
    "syntax_case": ("large and small letters alike", "hoofdletters en kleine letters gelijk"),
    "syntax_range": ("from … to, both included", "van … tot en met"),
    "syntax_not": ("anything but", "alles behalve"),
    "syntax_compare": ("less, more; & for both at once", "kleiner, groter; & voor allebei tegelijk"),
    "syntax_blank": ("blank", "leeg"),
    "syntax_date": ("the last 90 days; also W, M and Y", "de laatste 90 dagen; ook W, M en Y"),
    # The list of segments
    "new_segment": ("New segment", "Nieuw segment"),
    "create": ("Create", "Aanmaken"),
    "no_hint": ("left blank: the next number", "leeg: het volgende nummer"),
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
        "{lines} lines · cost {cost} · {minutes} minutes",
        "{lines} regels · kosten {cost} · {minutes} minuten",
    ),
    "delete_segment": ("Delete this segment", "Dit segment verwijderen"),
    "delete_segment_sure": (
        "The worksheet and its lines go. Its history stays.",
        "Het werkblad en de regels gaan weg. De geschiedenis blijft.",
    ),
    "lines": ("Lines", "Regels"),
    "lines_of": ("Lines of segment {no}", "Regels van segment {no}"),
    "no_lines": (
        "No lines yet. Choose contacts, or add one by hand.",
        "Nog geen regels. Kies contacten, of voeg er een met de hand toe.",
    ),
    "no_such_lines": ("No line meets the filters.", "Geen regel voldoet aan de filters."),
    "add_contact": ("Add a contact", "Contact toevoegen"),
    "search_contact": ("Number or name", "Nummer of naam"),
    "add": ("Add", "Toevoegen"),
    "add_this": ("Add {name}", "{name} toevoegen"),
    "nobody_found": ("Nobody found.", "Niemand gevonden."),
    "found": ("{n} found", "{n} gevonden"),
    "legend_inherited": ("from the header or the contact", "van de kop of het contact"),
    "legend_own": ("changed on this line", "op deze regel gewijzigd"),
    "own": ("changed here", "hier gewijzigd"),
    "legend_unique": ("a document of its own", "een eigen document"),
    "why": ("Why?", "Waarom?"),
    "why_contact": ("Why is {no} here?", "Waarom staat {no} hier?"),
    "why_title": ("Why is this contact here?", "Waarom staat dit contact hier?"),
    "why_filters": (
        "What was asked, and what the contact had then",
        "Wat werd gevraagd, en wat het contact toen had",
    ),
    "why_passed": ("It stayed through {n} later actions.", "Het bleef staan bij {n} latere acties."),
    "not_known": ("not known", "niet bekend"),
    "brought_in": ("It came along with contact {no}.", "Het kwam mee met contact {no}."),
    "remove": ("Remove", "Verwijderen"),
    "remove_line": ("Take {no} off the worksheet", "{no} van het werkblad halen"),
    "actions": ("Actions", "Acties"),
    "grid_keys": (
        "Arrows move, Enter changes, Escape leaves, Delete removes the line.",
        "Pijltjes verplaatsen, Enter wijzigt, Escape verlaat, Delete verwijdert de regel.",
    ),
    "row_of": ("Line {n} of {of}", "Regel {n} van {of}"),
    "loading": ("…", "…"),
    "at_version": (
        "This is the worksheet as it stood at version {n}.",
        "Dit is het werkblad zoals het stond bij versie {n}.",
    ),
    "to_now": ("Show it as it is now", "Toon hoe het nu is"),
    # Choosing contacts
    "next_action": ("What to do next", "Wat nu te doen"),
    "add_contacts": ("Add contacts", "Contacten toevoegen"),
    "add_contacts_plain": ("everybody who meets the conditions", "iedereen die aan de voorwaarden voldoet"),
    "reduce": ("Reduce", "Verminderen"),
    "reduce_plain": ("take off whoever meets the conditions", "haal weg wie aan de voorwaarden voldoet"),
    "refine": ("Refine", "Verfijnen"),
    "refine_plain": (
        "keep only whoever meets the conditions",
        "behoud alleen wie aan de voorwaarden voldoet",
    ),
    "conditions": ("Conditions: all of them must hold", "Voorwaarden: ze moeten allemaal gelden"),
    "condition_field": ("Field", "Veld"),
    "condition_holds": ("Holds or not", "Geldt wel of niet"),
    "condition_filter": ("Filter", "Filter"),
    "is": ("is", "is"),
    "is_not": ("is not", "is niet"),
    "more_conditions": ("One more condition", "Nog een voorwaarde"),
    "remove_condition": ("Remove this condition", "Deze voorwaarde verwijderen"),
    "options": ("Options", "Opties"),
    "without_segments": ("Leave out who is on these segments", "Wie op deze segmenten staat overslaan"),
    "without_logged_segments": (
        "Leave out who was on these logged segments",
        "Wie op deze geregistreerde segmenten stond overslaan",
    ),
    "numbers_hint": ("numbers with commas between", "nummers met komma's ertussen"),
    "preview": ("What would happen", "Wat er zou gebeuren"),
    "preview_hint": ("The preview follows what you type.", "Het voorbeeld volgt wat je typt."),
    "show_preview": ("Show the preview", "Toon het voorbeeld"),
    "would_add": ("{n} contacts would be added", "{n} contacten zouden erbij komen"),
    "would_remove": ("{n} lines would go", "{n} regels zouden verdwijnen"),
    "would_skip": ("Left out:", "Overgeslagen:"),
    "already_on_segment": ("{n} already on the segment", "{n} al op het segment"),
    "excluded": ("{n} excluded from segments", "{n} uitgesloten van segmenten"),
    "privacy_blocked": ("{n} blocked for privacy", "{n} geblokkeerd wegens privacy"),
    "elsewhere": ("{n} on the segments to leave out", "{n} op de over te slaan segmenten"),
    "some_of_them": ("Some of them", "Enkele van hen"),
    "do_it": ("Do it", "Uitvoeren"),
    "actions_taken": ("Actions taken", "Uitgevoerde acties"),
    "no_actions": ("None yet.", "Nog geen."),
    "everybody": ("everybody", "iedereen"),
    "did_add_contacts": ("Added {n}: {who}", "{n} toegevoegd: {who}"),
    "did_reduce": ("Took off {n}: {who}", "{n} weggehaald: {who}"),
    "did_refine": ("Kept only: {who}; {n} went", "Alleen behouden: {who}; {n} verdwenen"),
    "by_at": ("by {user}", "door {user}"),
    "go_back": ("Undo", "Ongedaan maken"),
    "redo": ("Redo", "Opnieuw"),
    "reset": ("Forget the actions", "Acties vergeten"),
    "reset_hint": ("The lines stay.", "De regels blijven."),
    "save_criteria": ("Save these criteria", "Deze criteria opslaan"),
    "reuse_criteria": ("Use saved criteria", "Opgeslagen criteria gebruiken"),
    "no_saved": ("There are no saved criteria yet.", "Er zijn nog geen opgeslagen criteria."),
    "use": ("Use", "Gebruiken"),
    "reuse_logged": (
        "Take the contacts of a logged segment",
        "De contacten van een geregistreerd segment nemen",
    ),
    "entry": ("Entry number", "Postnummer"),
    "respect_exclusion": (
        "Leave out who is excluded from segments by now",
        "Wie inmiddels van segmenten is uitgesloten overslaan",
    ),
    "to_worksheet": ("To the worksheet", "Naar het werkblad"),
    # Logging
    "log_title": ("Log segment {no}", "Segment {no} registreren"),
    "log_ready": ("Nothing stands in the way.", "Niets staat in de weg."),
    "log_meaning": (
        "Each of the {n} lines becomes an interaction in the log. The worksheet is closed then, and stays"
        " readable.",
        "Elk van de {n} regels wordt een interactie in het log. Het werkblad is dan gesloten, en blijft"
        " leesbaar.",
    ),
    "log_not_ready": ("This must be put right first", "Dit moet eerst in orde worden gemaakt"),
    "lines_with": ("{n} lines", "{n} regels"),
    "first_of_them": ("The first of them", "De eerste ervan"),
    "line_no": ("Line {n}", "Regel {n}"),
    "create_follow_up": (
        "Create a follow-up segment with the same contacts",
        "Een vervolgsegment met dezelfde contacten aanmaken",
    ),
    "log_now": ("Log now", "Nu registreren"),
    "check_again": ("Check again", "Opnieuw controleren"),
    # What was logged
    "logged_segment": ("Logged segment {no}", "Geregistreerd segment {no}"),
    "progress": ("{n} of {of} interactions are in the log", "{n} van {of} interacties staan in het log"),
    "its_interactions": ("Its interactions", "De interacties"),
    "its_follow_up": ("Its follow-up: {no}", "Het vervolg: {no}"),
    "cancel": ("Cancel it", "Annuleren"),
    "cancel_meaning": (
        "It stays listed, and does not count any more.",
        "Het blijft in de lijst, en telt niet meer mee.",
    ),
    "uncancel": ("Let it count again", "Weer laten meetellen"),
    "reason": ("Reason", "Reden"),
    "is_canceled": ("Canceled: it does not count.", "Geannuleerd: het telt niet mee."),
    "follow_up": ("Follow up", "Opvolgen"),
    "only_evaluated": ("Only who was evaluated as", "Alleen wie is beoordeeld als"),
    "all": ("all", "alle"),
    "keep_template": ("Keep the template", "Het sjabloon behouden"),
    "as_logged": ("The worksheet as it was", "Het werkblad zoals het was"),
    "interaction": ("Interaction {no}", "Interactie {no}"),
    "evaluate": ("Evaluate", "Beoordelen"),
    "evaluate_ticked": ("Evaluate those that are ticked as", "Beoordeel de aangevinkte als"),
    "tick": ("Tick entry {no}", "Post {no} aanvinken"),
    "ticked": ("Ticked", "Aangevinkt"),
    "comments": ("Comments", "Opmerkingen"),
    "comment": ("Comment", "Opmerking"),
    # History
    "history_of": ("History of segment {no}", "Geschiedenis van segment {no}"),
    "history_hint": (
        "Choose a step to see the worksheet as it stood then.",
        "Kies een stap om het werkblad te zien zoals het toen stond.",
    ),
    "step": ("Version {n}", "Versie {n}"),
    "lines_then": ("{n} lines", "{n} regels"),
    "more_steps": ("Later steps", "Latere stappen"),
    # Contacts
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

REFUSALS: dict[str, tuple[str, str]] = {
    "not-found": ("This does not exist.", "Dit bestaat niet."),
    "invalid-request": ("A value cannot be used.", "Een waarde kan niet worden gebruikt."),
    "invalid-filter": ("The filter cannot be read.", "Het filter kan niet worden gelezen."),
    "version-conflict": (
        "Somebody else changed this meanwhile.",
        "Iemand anders heeft dit intussen gewijzigd.",
    ),
    "conflict": ("That is not possible as things stand.", "Dat kan nu niet."),
    "already-exists": ("That number or code is taken.", "Dat nummer of die code is al in gebruik."),
    "in-use": ("Others still refer to it.", "Er wordt nog naar verwezen."),
    "mandatory-field": ("A value is missing.", "Er ontbreekt een waarde."),
    "segment-logged": ("This segment has been logged.", "Dit segment is geregistreerd."),
    "segment-empty": ("The segment has no lines.", "Het segment heeft geen regels."),
    "nothing-to-undo": (
        "There is no action to undo or redo.",
        "Er is geen actie om terug te draaien of opnieuw te doen.",
    ),
    "no-criteria": ("There are no actions to save.", "Er zijn geen acties om op te slaan."),
    "no-email": ("A contact has no e-mail address.", "Een contact heeft geen e-mailadres."),
    "no-document": ("There is no document to send.", "Er is geen document om te versturen."),
    "parent-canceled": ("Its logged segment is canceled.", "Het geregistreerde segment is geannuleerd."),
    "not-canceled": ("It is not canceled.", "Het is niet geannuleerd."),
    "contact-on-segment": ("The contact is on a segment.", "Het contact staat op een segment."),
    "privacy-blocked": ("The contact is blocked for privacy.", "Het contact is geblokkeerd wegens privacy."),
    "number-series": ("No number can be drawn.", "Er kan geen nummer worden getrokken."),
    "too-large": ("This is too large.", "Dit is te groot."),
    "unavailable": ("The database does not answer.", "De database antwoordt niet."),
    "internal-error": ("Something went wrong on our side.", "Er ging aan onze kant iets mis."),
    "forbidden": ("You may not do this.", "Dit mag je niet."),
}
OTHERWISE = ("That did not work.", "Dat lukte niet.")

LABELS: dict[str, tuple[str, str]] = {
    "no": ("No.", "Nr."),
    "entry_no": ("Entry", "Post"),
    "contact_no": ("Contact", "Contact"),
    "contact_company_name": ("Company", "Bedrijf"),
    "contact_name": ("Person", "Persoon"),
    "contact_email": ("E-mail", "E-mail"),
    "company_name": ("Company", "Bedrijf"),
    "company_no": ("Company no.", "Bedrijfsnr."),
    "campaign_no": ("Campaign", "Campagne"),
    "segment_no": ("Segment", "Segment"),
    "logged_segment_entry_no": ("Logged segment", "Geregistreerd segment"),
    "interaction_template_code": ("Template", "Sjabloon"),
    "interaction_group_code": ("Group", "Groep"),
    "correspondence_type": ("Correspondence", "Correspondentie"),
    "time_of_interaction": ("Time", "Tijd"),
    "duration_minutes": ("Minutes", "Minuten"),
    "unit_cost": ("Cost a line", "Kosten per regel"),
    "unit_duration_minutes": ("Minutes a line", "Minuten per regel"),
    "ignore_contact_correspondence_type": ("Ignore how contacts want it", "Voorkeur van contact negeren"),
    "send_word_documents_as_attachment": ("Word as attachment", "Word als bijlage"),
    "contact_alternative_address_code": ("Other address", "Ander adres"),
    "attempt_failed": ("Attempt failed", "Poging mislukt"),
    "number_of_lines": ("Lines", "Regels"),
    "number_of_interactions": ("Interactions", "Interacties"),
    "creation_date": ("Logged on", "Geregistreerd op"),
    "user_id": ("User", "Gebruiker"),
    "date_of_last_interaction": ("Last interaction", "Laatste interactie"),
    "last_date_attempted": ("Last attempt", "Laatste poging"),
    "title": ("Title", "Titel"),
    "mailing_groups": ("Mailing groups", "Mailinggroepen"),
    "industry_groups": ("Industry groups", "Bedrijfstakken"),
    "job_responsibilities": ("Job responsibilities", "Functieverantwoordelijkheden"),
    "email": ("E-mail", "E-mail"),
    "email_2": ("E-mail 2", "E-mail 2"),
    "type": ("Type", "Soort"),
    "document_type": ("Document type", "Soort document"),
    "document_no": ("Document no.", "Documentnr."),
    "document_no_occurrence": ("Document occurrence", "Documentvoorkomen"),
    "opportunity_no": ("Opportunity", "Verkoopkans"),
    "version_no": ("Version", "Versie"),
    "task_no": ("Task", "Taak"),
    "postponed": ("Postponed", "Uitgesteld"),
}

MEMBERS: dict[str, tuple[str, str]] = {
    "company": ("company", "bedrijf"),
    "person": ("person", "persoon"),
    "inherited": ("inherited", "geërfd"),
    "unique": ("unique", "uniek"),
    "in_progress": ("in progress", "onderweg"),
    "sent": ("sent", "verzonden"),
    "error": ("error", "fout"),
    "email": ("e-mail", "e-mail"),
    "customer": ("customer", "klant"),
    "vendor": ("vendor", "leverancier"),
    "yes": TEXTS["yes"],
    "no": TEXTS["no"],
}
ENUMERATED = frozenset(
    {
        *("correspondence_type", "information_flow", "initiated_by", "evaluation", "type", "document"),
        *("delivery_status", "source_type", "document_type", ""),
    }
)


def text(name: str, language: Language, /, **values: object) -> str:
    """A text of the pages."""
    return _in(TEXTS[name], language).format(**values)


def refusal_text(slug: str, language: Language) -> str:
    """What a refusal means."""
    return _in(REFUSALS.get(slug, OTHERWISE), language)


def field_label(name: str, language: Language) -> str:
    """A field as its heading or label."""
    if name in LABELS:
        return _in(LABELS[name], language)
    word = field_word(name, language)
    if language == "en":
        word = word.removesuffix(" code") or word
    return word[:1].upper() + word[1:]


def member_label(field: str, value: str, language: Language) -> str:
    """A word of an enumeration; of another field, the text as it is."""
    if field not in ENUMERATED:
        return value
    if value in MEMBERS:
        return _in(MEMBERS[value], language)
    return DUTCH_VALUES.get(value, value.replace("_", " ")) if language == "nl" else value.replace("_", " ")


def _in(pair: tuple[str, str], language: Language) -> str:
    return pair[1 if language == "nl" else 0]
