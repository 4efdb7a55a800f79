"""What refusals say of places and values, in Dutch; what is not here stays in English."""

from __future__ import annotations

import re
from functools import cache

THINGS: dict[str, str] = {
    "segment": "segment",
    "logged segment": "geregistreerd segment",
    "line": "regel",
    "contact": "contact",
    "company": "bedrijf",
    "interaction log entry": "interactielogpost",
    "postponed interaction": "uitgestelde interactie",
    "campaign entry": "campagnepost",
    "criteria action": "criteria-actie",
    "task": "taak",
    "mailing group": "mailinggroep",
    "industry group": "bedrijfstak",
    "business relation": "zakenrelatie",
    "job responsibility": "functieverantwoordelijkheid",
    "organizational level": "organisatieniveau",
    "interaction group": "interactiegroep",
    "interaction template": "interactiesjabloon",
    "campaign status": "campagnestatus",
    "territory": "rayon",
    "salutation": "aanhef",
    "salesperson": "verkoper",
    "profile questionnaire": "profielvragenlijst",
    "campaign": "campagne",
    "saved segment criteria": "opgeslagen segmentcriteria",
    "document in language": "document in taal",
}
"""What can be missing; `{thing}` in a sentence is one of these."""

DETAILS: tuple[tuple[str, str], ...] = (
    # What there is not, and what there is already
    ("There is no {thing} {no}.", "Er is geen {thing} {no}."),
    ("there is no {thing} {no}", "er is geen {thing} {no}"),
    ("There is a {thing} {no} already.", "Er is al een {thing} {no}."),
    ("Number {no} belongs to a {thing}, now or earlier.", "Nummer {no} is of was van een {thing}."),
    ("Segment {no} has no such version.", "Segment {no} heeft die versie niet."),
    ("Line {no} has no document of its own.", "Regel {no} heeft geen eigen document."),
    ("there is no such field", "dit veld bestaat niet"),
    ("There is nothing at this address.", "Op dit adres staat niets."),
    # What is missing
    ("A task needs a description.", "Een taak heeft een omschrijving nodig."),
    ("Contact {no} needs a name.", "Contact {no} heeft een naam nodig."),
    ("The segment needs a description before it is logged.", "Het segment heeft een omschrijving nodig."),
    ("Saved criteria need a code.", "Opgeslagen criteria hebben een code nodig."),
    ("Segment {no} has no lines.", "Segment {no} heeft geen regels."),
    ("Segment {no} has no criteria actions to save.", "Segment {no} heeft geen acties om op te slaan."),
    ("Contact {no} has no e-mail address.", "Contact {no} heeft geen e-mailadres."),
    ("must not be blank", "mag niet leeg zijn"),
    ("field required", "moet worden ingevuld"),
    # Lines that cannot be logged
    ("line {no} ({contact}): {detail}", "regel {no} ({contact}): {detail}"),
    ("line {no}: {detail}", "regel {no}: {detail}"),
    (
        "1 line cannot be logged; nothing was logged. First, {detail}.",
        "1 regel kan niet worden geregistreerd; er is niets geregistreerd. Als eerste {detail}.",
    ),
    (
        "{n} lines cannot be logged; nothing was logged. First, {detail}.",
        "{n} regels kunnen niet worden geregistreerd; er is niets geregistreerd. Als eerste {detail}.",
    ),
    ("the date is blank", "de datum is leeg"),
    ("the contact does not exist any more", "het contact bestaat niet meer"),
    (
        "the salesperson is blank, on the line and on its contact",
        "de verkoper is leeg, op de regel en bij het contact",
    ),
    ("the salesperson does not exist", "de verkoper bestaat niet"),
    ("the interaction template is blank", "het interactiesjabloon is leeg"),
    ("the interaction template does not exist", "het interactiesjabloon bestaat niet"),
    ("the campaign does not exist", "de campagne bestaat niet"),
    ("the contact has no e-mail address", "het contact heeft geen e-mailadres"),
    ("there is no document to send", "er is geen document om te versturen"),
    ("There is no document to send.", "Er is geen document om te versturen."),
    ("there is no document in this language", "er is geen document in deze taal"),
    (
        "Lines have a document of the present template, so they must follow the new one.",
        "Regels hebben een document van dit sjabloon, en moeten dus het nieuwe volgen.",
    ),
    (
        "lines with an inherited document follow the template",
        "regels met een geërfd document volgen het sjabloon",
    ),
    # What things stand in the way
    ("Contact {no} is blocked for privacy.", "Contact {no} is geblokkeerd wegens privacy."),
    ("blocked for privacy", "geblokkeerd wegens privacy"),
    ("salesperson {no} is blocked", "verkoper {no} is geblokkeerd"),
    ("Contact {no} is on segment {where}; {rest}.", "Contact {no} staat op segment {where}."),
    ("There is no criteria action to go back from.", "Er is geen actie om terug te draaien."),
    (
        "Nothing was gone back from since the last criteria action.",
        "Er is niets teruggedraaid sinds de laatste actie.",
    ),
    (
        "Logged segment {no} is canceled; uncancel that first.",
        "Geregistreerd segment {no} is geannuleerd; laat dat eerst weer meetellen.",
    ),
    ("Logged segment {no} is not canceled.", "Geregistreerd segment {no} is niet geannuleerd."),
    (
        "This is version {n} now; you have seen version {seen}.",
        "Dit is nu versie {n}; jij hebt versie {seen} gezien.",
    ),
    (
        "Too many others are changing this at the same time; try again.",
        "Te veel anderen wijzigen dit tegelijk; probeer het opnieuw.",
    ),
    (
        "Too many others are changing these contacts at the same time. The rows before line {n} were taken"
        " over; import the others again.",
        "Te veel anderen wijzigen deze contacten tegelijk. De regels vóór regel {n} zijn overgenomen;"
        " importeer de andere opnieuw.",
    ),
    ("Your role, {role}, may not do this.", "Jouw rol, {role}, mag dit niet."),
    (
        "This page is out of date; load it again.",
        "Deze pagina is verouderd; laad haar opnieuw.",
    ),
    (
        "condition {n} is about this field again; use | for or, & for and",
        "voorwaarde {n} gaat weer over dit veld; gebruik | voor of, & voor en",
    ),
    # Values
    ("another period starts on the same day", "op dezelfde dag begint al een periode"),
    ("the period would end before it starts", "de periode zou eindigen voor ze begint"),
    ("there is an address {code} already", "er is al een adres {code}"),
    ("a code is given twice", "een code staat er twee keer"),
    (
        "say that you know that it cannot be undone",
        "zeg dat je weet dat dit niet ongedaan kan worden gemaakt",
    ),
    (
        "There is something already; the sample is for an empty service.",
        "Er is al iets; de voorbeelden zijn voor een lege dienst.",
    ),
    ("the campaign would end before it starts", "de campagne zou eindigen voor ze begint"),
    ("tick at least one entry", "vink minstens één post aan"),
    ("none of their contacts may be on a segment", "geen van hun contacten mag in een segment staan"),
    (
        "the form holds more of one field than of another",
        "het formulier bevat van het ene veld meer dan van het andere",
    ),
    ("The body is larger than {n} bytes.", "Wat is verzonden is groter dan {n} bytes."),
    ("must not hold a slash", "mag geen schuine streep bevatten"),
    ("must not be dots only", "mag niet alleen uit punten bestaan"),
    ("this is not there any more", "dit is er niet meer"),
    (
        "Contact {no} was erased; nothing is recorded of it any more.",
        "Contact {no} is gewist; er wordt niets meer over vastgelegd.",
    ),
    ("must not be longer than {n} characters", "mag niet langer zijn dan {n} tekens"),
    ("must be written as {example}", "moet worden geschreven als {example}"),
    ("input should be a valid decimal", "moet een getal zijn"),
    ("input should be '{one}' or '{other}'", "moet '{one}' of '{other}' zijn"),
    ("input should be a valid integer{rest}", "moet een geheel getal zijn"),
    ("input should be greater than or equal to {n}", "moet minstens {n} zijn"),
    ("input should be less than or equal to {n}", "mag hoogstens {n} zijn"),
    ("'{text}' is not a date (write {example})", "'{text}' is geen datum (schrijf {example})"),
    # Filters
    ("at character {n}: {detail}", "bij teken {n}: {detail}"),
    (
        "a value is missing after {sign} (write '' for blank)",
        "er ontbreekt een waarde na {sign} (schrijf '' voor leeg)",
    ),
    (
        "a value is missing before {sign} (write '' for blank)",
        "er ontbreekt een waarde voor {sign} (schrijf '' voor leeg)",
    ),
    ("a range has two ends, and here is a third", "een bereik heeft twee einden, en hier staat een derde"),
    ("a range needs at least one end", "een bereik heeft minstens één einde nodig"),
    (
        "blank is neither more nor less than a value (write '' or <>'' alone)",
        "leeg is niet meer of minder dan een waarde (schrijf '' of <>'' alleen)",
    ),
    (
        "* and ? do not go with a range or with < and > (in quotes they are plain signs)",
        "* en ? gaan niet samen met een bereik of met < en > (tussen aanhalingstekens gewone tekens)",
    ),
    ("true and false have no order", "true en false hebben geen volgorde"),
    (
        "the quote that opens here is never closed (inside quotes, write '' for an apostrophe)",
        "het aanhalingsteken hier wordt nergens gesloten (schrijf daarbinnen '' voor een apostrof)",
    ),
    ("unknown value '{text}'; one of: {members}", "onbekende waarde '{text}'; een van: {members}"),
    ("'{text}' is not a whole number", "'{text}' is geen geheel getal"),
    (
        "'{text}' is not a number (write 1250.75, with a point)",
        "'{text}' is geen getal (schrijf 1250.75, met een punt)",
    ),
    (
        "'{text}' is not a date (write 2026-11-24, or count from the work date: -30D, -2W, -1M, 0D)",
        "'{text}' is geen datum (schrijf 2026-11-24, of tel vanaf vandaag: -30D, -2W, -1M, 0D)",
    ),
    (
        "'{text}' is not a time (write 09:30 or 09:30:15)",
        "'{text}' is geen tijd (schrijf 09:30 of 09:30:15)",
    ),
)
"""Sentences with what changes in them in braces; `{detail}` is a sentence of these itself."""


def detail_in_dutch(english: str) -> str | None:
    """The same in Dutch, if it is known."""
    for pattern, dutch in _patterns():
        if found := pattern.fullmatch(english):
            values = found.groupdict()
            if "detail" in values:
                within = detail_in_dutch(values["detail"])
                if within is None:
                    continue
                values["detail"] = within
            if "thing" in values:
                values["thing"] = THINGS[values["thing"]]
            return dutch.format(**values)
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    things = "|".join(sorted(map(re.escape, THINGS), key=len, reverse=True))

    def pattern(english: str) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", english)
        named = (f"(?P<{name}>{things if name == 'thing' else '.+?'})" for name in parts[1::2])
        plain = (re.escape(part) for part in parts[::2])
        return re.compile(
            "".join(part for pair in zip(plain, [*named, ""], strict=True) for part in pair), re.DOTALL
        )

    return [(pattern(english), dutch) for english, dutch in DETAILS]
