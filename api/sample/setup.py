"""The code tables that the sample contacts refer to, by their place in the HTTP interface."""

Row = dict[str, object]


def _table(rows: str) -> list[Row]:
    pairs = (row.split("=") for row in rows.split("|"))
    return [{"code": code, "description": description} for code, description in pairs]


def _salesperson(code: str, name: str, job_title: str) -> Row:
    return {"code": code, "name": name, "job_title": job_title, "email": f"{code.lower()}@example.org"}


def _salutation(code: str, description: str, names: list[str], formal: str, informal: str) -> Row:
    """The texts in the order of `LANGUAGES`; an informal one to a person takes the first name."""
    first_name = ["first_name"] if names else []
    formulas = [
        {"language_code": language, "type": kind, "text": text, "names": parts}
        for kind, texts, parts in (("formal", formal, names), ("informal", informal, first_name))
        for language, text in zip(LANGUAGES, texts.split("|"), strict=True)
    ]
    return {"code": code, "description": description, "formulas": formulas}


def _questionnaire(code: str, description: str, *questions: str) -> Row:
    """The first text of each is the question, the others are its answers."""
    texts = [
        ("answer" if place else "question", text)
        for question in questions
        for place, text in enumerate(question.split("|"))
    ]
    lines = [
        {"line_no": number * 10_000, "type": kind, "description": text}
        for number, (kind, text) in enumerate(texts, start=1)
    ]
    return {"code": code, "description": description, "lines": lines}


def _template(
    code: str, group: str, description: str, correspondence_type: str | None, cost: str, minutes: int
) -> Row:
    return {
        "code": code,
        "interaction_group_code": group,
        "description": description,
        "unit_cost": cost,
        "unit_duration_minutes": minutes,
        "information_flow": "outbound",
        "initiated_by": "us",
        "correspondence_type": correspondence_type,
    }


LANGUAGES = ("NLD", "DEU", "ENG", "FRA", "SWE", "POL")
_NAMES = ["middle_name", "surname"]
_INFORMAL = "Beste %1,|Hallo %1,|Dear %1,|Bonjour %1,|Hej %1,|Witaj %1,"
_TO_MAN = (
    "Geachte heer %1 %2,|Sehr geehrter Herr %1 %2,|Dear Mr %1 %2,|Monsieur %1 %2,|Bäste herr %1 %2,|"
    "Szanowny Panie %1 %2,"
)
_TO_WOMAN = (
    "Geachte mevrouw %1 %2,|Sehr geehrte Frau %1 %2,|Dear Ms %1 %2,|Madame %1 %2,|Bästa fru %1 %2,|"
    "Szanowna Pani %1 %2,"
)
_TO_PERSON = (
    "Geachte heer of mevrouw %1 %2 %3,|Guten Tag %1 %2 %3,|Dear %1 %2 %3,|Bonjour %1 %2 %3,|Hej %1 %2 %3,|"
    "Dzień dobry %1 %2 %3,"
)
_TO_COMPANY = (
    "Geachte dames en heren,|Sehr geehrte Damen und Herren,|Dear Sir or Madam,|Madame, Monsieur,|"
    "Till den det berör,|Szanowni Państwo,"
)

SETUP: dict[str, list[Row]] = {
    "salespeople": [
        _salesperson("AVD", "Annelies van Dijk", "Accountmanager Noord"),
        _salesperson("BJ", "Björn Janssen", "Accountmanager Oost"),
        _salesperson("FDV", "Fatima de Vries", "Accountmanager West"),
        _salesperson("MOB", "Maeve O'Brien", "Export Manager"),
        _salesperson("PTH", "Pieter 't Hart", "Hoofd verkoop"),
    ],
    "mailing-groups": _table(
        "BEURS=Uitnodiging beurs|CATALOGUS=Jaarcatalogus|KERST=Kerstkaart|NIEUWSBR=Nieuwsbrief|"
        "RELATIEDAG=Relatiedag"
    ),
    "industry-groups": _table(
        "AGRARISCH=Land- en tuinbouw|BOUW=Bouw en installatie|HANDEL=Groot- en detailhandel|"
        "ICT=Automatisering|INDUSTRIE=Industrie|OVERHEID=Overheid en onderwijs|"
        "TRANSPORT=Vervoer en opslag|ZORG=Gezondheidszorg"
    ),
    "business-relations": _table("BANK=Bank|KLANT=Klant|LEVERANC=Leverancier"),
    "job-responsibilities": _table(
        "DIRECTIE=Algemene leiding|FINANCIEN=Financiën|ICT=Automatisering|INKOOP=Inkoop|"
        "MARKETING=Marketing|PERSONEEL=Personeelszaken|PRODUCTIE=Productie|VERKOOP=Verkoop"
    ),
    "organizational-levels": _table(
        "DIRECTIE=Directie|MANAGER=Leidinggevende|SPECIALIST=Specialist|UITVOEREND=Medewerker"
    ),
    "territories": _table(
        "BUITENLAND=Buitenland|MIDDEN=Utrecht en Flevoland|NOORD=Groningen, Friesland en Drenthe|"
        "OOST=Overijssel en Gelderland|WEST=Noord- en Zuid-Holland|"
        "ZUID=Zeeland, Noord-Brabant en Limburg"
    ),
    "salutations": [
        _salutation("M", "De heer", _NAMES, _TO_MAN, _INFORMAL),
        _salutation("V", "Mevrouw", _NAMES, _TO_WOMAN, _INFORMAL),
        _salutation("ONBEKEND", "De heer of mevrouw", ["initials", *_NAMES], _TO_PERSON, _INFORMAL),
        _salutation("BEDRIJF", "Bedrijf", [], _TO_COMPANY, _TO_COMPANY),
    ],
    "profile-questionnaires": [
        _questionnaire(
            *("BEDRIJF", "Bedrijfsprofiel"),
            "Aantal medewerkers|1 tot 9|10 tot 49|50 tot 249|250 en meer",
            "Beslist over aankopen|Hoofdkantoor|Vestiging",
        ),
        _questionnaire(
            *("PERSOON", "Persoonsprofiel"),
            "Belangstelling|Nieuwe producten|Onderhoud|Opleidingen",
            "Rol bij aankoop|Beslisser|Adviseur|Gebruiker",
        ),
    ],
    "interaction-groups": _table("BRIEF=Brieven|MAILING=Mailings|TELEFOON=Telefoongesprekken"),
    "interaction-templates": [
        _template("BRIEF", "BRIEF", "Brief", None, "2.50", 5),
        _template("BEURS", "MAILING", "Uitnodiging beurs", "hard_copy", "3.75", 2),
        _template("NIEUWSBR", "MAILING", "Nieuwsbrief", "email", "0.05", 1),
        _template("BELLEN", "TELEFOON", "Uitgaand gesprek", None, "8.00", 15),
    ],
}
