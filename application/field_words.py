"""Tables, fields and values in words, in English and Dutch; a field without words shows its own name."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import msgspec

Language = Literal["en", "nl"]

LONGEST_VALUE = 100
HIDDEN = frozenset(
    {"template", "correspondence_type_fixed", "documents", "personal_documents", "language_fixed"}
)
"""Values that follow from others and are never chosen: they are not told."""

DUTCH: dict[str, str] = {
    "contact": "contact",
    "profile_answer": "profielantwoord",
    "mailing_group": "mailinggroep",
    "interaction_log_entry": "interactielogpost",
    "job_responsibility": "functieverantwoordelijkheid",
    "industry_group": "bedrijfstak",
    "business_relation": "zakenrelatie",
    "value_entry": "waardepost",
    "no": "nummer",
    "code": "code",
    "type": "soort",
    "name": "naam",
    "name_2": "naam 2",
    "first_name": "voornaam",
    "middle_name": "tussenvoegsel",
    "surname": "achternaam",
    "initials": "voorletters",
    "job_title": "functie",
    "company_no": "bedrijfsnummer",
    "company_name": "bedrijfsnaam",
    "salesperson_code": "verkoper",
    "language_code": "taal",
    "territory_code": "gebied",
    "currency_code": "valuta",
    "country_code": "land",
    "address": "adres",
    "address_2": "adres 2",
    "post_code": "postcode",
    "city": "plaats",
    "county": "provincie",
    "phone_no": "telefoonnummer",
    "mobile_phone_no": "mobiel nummer",
    "fax_no": "faxnummer",
    "email": "e-mailadres",
    "email_2": "e-mailadres 2",
    "home_page": "website",
    "correspondence_type": "correspondentietype",
    "salutation_code": "aanhef",
    "organizational_level_code": "organisatieniveau",
    "exclude_from_segment": "uitsluiten van segmenten",
    "privacy_blocked": "geblokkeerd wegens privacy",
    "external_id": "extern kenmerk",
    "questionnaire_code": "vragenlijst",
    "line_no": "regelnummer",
    "link_to_table": "gekoppeld aan",
    "description": "omschrijving",
    "campaign_no": "campagne",
    "campaign_entry_no": "campagnepost",
    "interaction_template_code": "interactiesjabloon",
    "interaction_group_code": "interactiegroep",
    "interaction_language_code": "taal van de interactie",
    "ignore_contact_correspondence_type": "voorkeur van contact negeren",
    "unit_cost": "kosten per regel",
    "unit_duration_minutes": "minuten per regel",
    "cost": "kosten",
    "duration_minutes": "duur in minuten",
    "date": "datum",
    "time_of_interaction": "tijd",
    "information_flow": "informatiestroom",
    "initiated_by": "op initiatief van",
    "campaign_target": "campagnedoel",
    "campaign_response": "campagnerespons",
    "subject": "onderwerp",
    "send_word_documents_as_attachment": "Word-documenten als bijlage",
    "evaluation": "beoordeling",
    "attempt_failed": "poging mislukt",
    "contact_no": "contact",
    "contact_company_no": "bedrijf van contact",
    "contact_via": "contact via",
    "contact_alternative_address_code": "alternatief adres",
    "remarks": "opmerkingen",
    "document": "document",
    "documents": "documenten",
    "personal_documents": "eigen documenten",
    "language_fixed": "taal vast",
    "document_type": "documentsoort",
    "document_no": "documentnr.",
    "document_no_occurrence": "exemplaar van document",
    "version_no": "versienr.",
    "opportunity_no": "verkoopkansnr.",
    "task_no": "taaknr.",
    "postponed": "uitgesteld",
    "delivery_status": "afleverstatus",
    "canceled": "geannuleerd",
    "user_id": "gebruiker",
    "entry_no": "postnummer",
    "segment_no": "segment",
    "logged_segment_entry_no": "geregistreerd segment",
    "source_type": "soort bron",
    "source_no": "bron",
    "item_no": "artikel",
    "variant_code": "variant",
    "posting_date": "boekingsdatum",
    "inventory_posting_group": "voorraadboekingsgroep",
    "file_name": "bestandsnaam",
    "content_type": "soort bestand",
    "mailing_groups": "mailinggroepen",
    "industry_groups": "bedrijfstakken",
    "job_responsibilities": "functieverantwoordelijkheden",
    "business_relations": "zakenrelaties",
    "profile_answers": "profielantwoorden",
    "alternative_addresses": "alternatieve adressen",
    "allow_existing_contacts": "bestaande contacten toestaan",
    "expand_companies": "bedrijven uitbreiden",
    "allow_related_companies": "gerelateerde bedrijven toestaan",
    "ignore_exclusion": "uitsluiting negeren",
    "entire_companies": "hele bedrijven",
    "formulas": "formules",
    "blocked": "geblokkeerd",
    "lines": "vragen en antwoorden",
    "starting_date": "eerste dag",
    "ending_date": "laatste dag",
    "status_code": "status",
    "activated": "geactiveerd",
    "actions": "acties",
    "default_correspondence_type": "correspondentietype van nieuwe contacten",
    "default_salesperson_code": "verkoper van nieuwe contacten",
    "default_language_code": "taal van nieuwe contacten",
    "number_series": "nummerreeksen",
    "company": "eigen bedrijf",
    "inherit": "over te nemen van het bedrijf",
    "status": "status",
    "priority": "prioriteit",
    "closed": "afgesloten",
    "date_closed": "afgesloten op",
}

DUTCH_VALUES: dict[str, str] = {
    "company": "bedrijf",
    "person": "persoon",
    "hard_copy": "papier",
    "email": "e-mail",
    "fax": "fax",
    "outbound": "uitgaand",
    "inbound": "inkomend",
    "us": "ons",
    "them": "hen",
    "very_positive": "zeer positief",
    "positive": "positief",
    "neutral": "neutraal",
    "negative": "negatief",
    "very_negative": "zeer negatief",
    "meeting": "afspraak",
    "phone_call": "telefoongesprek",
    "not_started": "niet begonnen",
    "in_progress": "bezig",
    "completed": "voltooid",
    "waiting": "wacht",
    "postponed": "uitgesteld",
    "low": "laag",
    "normal": "normaal",
    "high": "hoog",
}
ENUMERATED = frozenset(
    {
        *("correspondence_type", "information_flow", "initiated_by", "evaluation"),
        *("type", "default_correspondence_type", "status", "priority"),
    }
)

BLANK: dict[Language, str] = {"en": "blank", "nl": "leeg"}
YES: dict[Language, str] = {"en": "yes", "nl": "ja"}
NO: dict[Language, str] = {"en": "no", "nl": "nee"}


def number_words(n: int, language: Language) -> str:
    """A whole number with a sign between its thousands."""
    return f"{n:,}".replace(",", ".") if language == "nl" else f"{n:,}"


def field_word(name: str, language: Language) -> str:
    """A table or field as people call it."""
    plain = name.replace("_", " ")
    return DUTCH.get(name, plain) if language == "nl" else plain


def value_words(name: str, value: Any, language: Language) -> str:
    """A value of a field, cut where it is long."""
    match value:
        case None | () | []:
            return BLANK[language]
        case bool():
            return (YES if value else NO)[language]
        case str() if name in ENUMERATED:
            return DUTCH_VALUES.get(value, value) if language == "nl" else value.replace("_", " ")
        case Decimal():
            text = str(value).replace(".", ",") if language == "nl" else str(value)
        case str() | int() | date() | datetime() | time():
            text = str(value)
        case _:
            text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def filter_words(filters: dict[str, Any], language: Language) -> str:
    """Criteria as a sentence: what must hold of a contact."""
    parts = []
    for key, value in filters.items():
        if key in ("any", "all"):
            inner = [f"({filter_words(part, language)})" for part in value]
            parts.append(_JOINED[key][language].join(inner))
        elif key == "not":
            parts.append(_NOT[language].format(filter_words(value, language)))
        else:
            table = field_word(key, language)
            parts += [f"{table} {field_word(name, language)} is {test}" for name, test in value.items()]
    return _JOINED["all"][language].join(parts)


_JOINED: dict[str, dict[Language, str]] = {
    "any": {"en": " or ", "nl": " of "},
    "all": {"en": " and ", "nl": " en "},
}
_NOT: dict[Language, str] = {"en": "not ({})", "nl": "niet ({})"}
