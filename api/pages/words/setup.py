"""Texts of the set-up and of the first steps in an empty service."""

_KINDS: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    "salespeople": (
        ("Salespeople", "Verkopers"),
        ("salesperson", "verkoper"),
        (
            "Whoever is responsible for contacts, and signs letters.",
            "Wie contacten beheert, en brieven ondertekent.",
        ),
    ),
    "interaction-groups": (
        ("Interaction groups", "Interactiegroepen"),
        ("interaction group", "interactiegroep"),
        (
            "What templates are counted under: letters, calls, visits.",
            "Waaronder sjablonen tellen: brieven, bellen, bezoek.",
        ),
    ),
    "interaction-templates": (
        ("Interaction templates", "Interactiesjablonen"),
        ("interaction template", "interactiesjabloon"),
        (
            "What a segment takes over: cost, minutes, and its letter in each language.",
            "Wat een segment overneemt: kosten, minuten, en de brief per taal.",
        ),
    ),
    "campaigns": (
        ("Campaigns", "Campagnes"),
        ("campaign", "campagne"),
        ("What several segments serve together.", "Waar meerdere segmenten samen voor dienen."),
    ),
    "campaign-statuses": (
        ("Campaign statuses", "Campagnestatussen"),
        ("campaign status", "campagnestatus"),
        ("How far a campaign is.", "Hoe ver een campagne is."),
    ),
    "mailing-groups": (
        ("Mailing groups", "Mailinggroepen"),
        ("mailing group", "mailinggroep"),
        (
            "Who gets what: a newsletter, a Christmas card.",
            "Wie wat krijgt: een nieuwsbrief, een kerstkaart.",
        ),
    ),
    "industry-groups": (
        ("Industry groups", "Bedrijfstakken"),
        ("industry group", "bedrijfstak"),
        ("What companies do.", "Wat bedrijven doen."),
    ),
    "business-relations": (
        ("Business relations", "Zakenrelaties"),
        ("business relation", "zakenrelatie"),
        (
            "What companies are to us: customer, vendor, bank.",
            "Wat bedrijven voor ons zijn: klant, leverancier, bank.",
        ),
    ),
    "job-responsibilities": (
        ("Job responsibilities", "Functieverantwoordelijkheden"),
        ("job responsibility", "functieverantwoordelijkheid"),
        ("What persons decide about.", "Waar personen over gaan."),
    ),
    "organizational-levels": (
        ("Organizational levels", "Organisatieniveaus"),
        ("organizational level", "organisatieniveau"),
        ("Where persons stand in their company.", "Waar personen staan in hun bedrijf."),
    ),
    "territories": (
        ("Territories", "Gebieden"),
        ("territory", "gebied"),
        ("Where contacts are.", "Waar contacten zitten."),
    ),
    "profile-questionnaires": (
        ("Questionnaires", "Vragenlijsten"),
        ("questionnaire", "vragenlijst"),
        (
            "Questions about contacts, with answers to choose from.",
            "Vragen over contacten, met antwoorden om uit te kiezen.",
        ),
    ),
    "salutations": (
        ("Salutations", "Aanheffen"),
        ("salutation", "aanhef"),
        ("How letters address contacts, in each language.", "Hoe brieven contacten aanspreken, per taal."),
    ),
}

TEXTS: dict[str, tuple[str, str]] = {
    **{f"all_{path}": texts[0] for path, texts in _KINDS.items()},
    **{f"one_{path}": texts[1] for path, texts in _KINDS.items()},
    **{f"what_{path}": texts[2] for path, texts in _KINDS.items()},
    "setup": ("Set-up", "Inrichting"),
    "for_segments": ("What segments need", "Wat segmenten nodig hebben"),
    "for_campaigns": ("Campaigns", "Campagnes"),
    "for_contacts": ("What contacts are sorted by", "Waarop contacten worden ingedeeld"),
    "one_more_record": ("New {what}", "Nieuw: {what}"),
    "template_changes_hint": (
        "Segments take these over when they choose the template. Those that chose it before keep theirs.",
        "Segmenten nemen dit over als ze het sjabloon kiezen. Die het al eerder kozen, houden wat ze hebben.",
    ),
    "its_letter": ("Its letter, in each language", "De brief, per taal"),
    "delete_record_hint": (
        "Nothing may refer to it any more.",
        "Er mag niets meer naar verwijzen.",
    ),
    "parts_lines": (
        "A question, then its answers. Without a number a line goes to the end; without a text it goes.",
        "Een vraag, dan de antwoorden. Zonder nummer komt een regel achteraan; zonder tekst vervalt hij.",
    ),
    "parts_formulas": (
        "%1 to %5 in the text stand for the names in their order: job title, first name, middle name,"
        " surname, initials or company, with commas between. Without a text a row is dropped.",
        "%1 tot en met %5 in de tekst staan voor de namen op volgorde: functie, voornaam, tussenvoegsel,"
        " achternaam, voorletters of bedrijf, met komma's ertussen. Zonder tekst vervalt een rij.",
    ),
    # An empty service
    "first_steps": ("First steps", "De eerste stappen"),
    "first_steps_hint": (
        "A segment is a list of contacts that all get one thing, such as a letter. It needs:",
        "Een segment is een lijst contacten die allemaal hetzelfde krijgen, zoals een brief. Nodig zijn:",
    ),
    "first_salesperson": (
        "somebody who is responsible: a salesperson",
        "iemand die het beheert: een verkoper",
    ),
    "first_interaction-group": (
        "a group to count it under, such as letters",
        "een groep waaronder het telt, zoals brieven",
    ),
    "first_interaction-template": (
        "a template: what it costs, how long it takes, and its letter",
        "een sjabloon: wat het kost, hoe lang het duurt, en de brief",
    ),
    "first_contacts": ("contacts, from a file or typed in", "contacten, uit een bestand of getypt"),
    "first_segment": (
        "then create a segment, choose contacts for it, and log it",
        "maak dan een segment, kies er contacten bij, en registreer het",
    ),
    "done_already": ("is there", "is er"),
    "filling_now": ("Registering 10,000 contacts …", "10.000 contacten worden geregistreerd …"),
    "sample": ("Fill with sample contacts", "Vullen met voorbeeldcontacten"),
    "sample_hint": (
        "Only trying it out? 10,000 invented contacts with templates, letters and groups take a few seconds."
        " They stay in the history for good.",
        "Alleen uitproberen? 10.000 verzonnen contacten met sjablonen, brieven en groepen kosten een paar"
        " seconden. Ze blijven voorgoed in de historie.",
    ),
}
