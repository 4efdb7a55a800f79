"""What refusals say of filters, in Dutch."""

DETAILS: tuple[tuple[str, str], ...] = (
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
    ("true and false have no order", "ja en nee hebben geen volgorde"),
    (
        "the quote that opens here is never closed (inside quotes, write '' for an apostrophe)",
        "het aanhalingsteken hier wordt nergens gesloten (schrijf daarbinnen '' voor een apostrof)",
    ),
    ("unknown value '{text}'; one of: {members}", "onbekende waarde '{text}'; een van: {members}"),
    ("'{text}' is not a whole number", "'{text}' is geen geheel getal"),
    (
        "'{text}' is not a number (write 1250.75, with a point)",
        "'{text}' is geen getal (schrijf 1250,75, met een komma)",
    ),
    (
        "'{text}' is not a date (write 2026-11-24, or count from the work date: -30D, -2W, -1M, 0D)",
        "'{text}' is geen datum (schrijf 24-11-2026, of tel vanaf vandaag: -30D, -2W, -1M, 0D)",
    ),
    (
        "'{text}' is not a time (write 09:30 or 09:30:15)",
        "'{text}' is geen tijd (schrijf 09:30 of 09:30:15)",
    ),
    ("'{text}' is not a date (write {example})", "'{text}' is geen datum (schrijf {example})"),
    (
        "'{text}' is not an instant (write {example})",
        "'{text}' is geen tijdstip (schrijf {example})",
    ),
    (
        "'{text}' is too large a number (it must fit in 64 bits)",
        "'{text}' is een te groot getal (het moet in 64 bits passen)",
    ),
    ("'{text}' lies outside the calendar", "'{text}' ligt buiten de kalender"),
    ("the filter is longer than {n} characters", "het filter is langer dan {n} tekens"),
    ("the filter is empty (write '' for blank)", "het filter is leeg (schrijf '' voor leeg)"),
    (
        "more than {n} ranges, comparisons and combinations with &",
        "meer dan {n} bereiken, vergelijkingen en combinaties met &",
    ),
    (
        "more than {n} ranges, comparisons and combinations in all",
        "meer dan {n} bereiken, vergelijkingen en combinaties in totaal",
    ),
    ("more than {n} tables are filtered", "er wordt op meer dan {n} tabellen gefilterd"),
    ("the character NUL can not be used", "het teken NUL kan niet worden gebruikt"),
    ("this is half of a character", "dit is een half teken"),
    (
        "{sign} can not stand before a range (write <10 or 10..20, not both)",
        "{sign} kan niet voor een bereik staan (schrijf <10 of 10..20, niet allebei)",
    ),
    (
        "only |, & or .. may follow a closing quote (inside quotes, write '' for an apostrophe)",
        "na een aanhalingsteken dat sluit mag alleen |, & of .. volgen"
        " (schrijf daarbinnen '' voor een apostrof)",
    ),
    ("there is no field '{name}' to sort by", "er is geen veld '{name}' om op te sorteren"),
    ("there is no field '{name}'{rest}", "er is geen veld '{name}'"),
    ("there is no table '{name}'{rest}", "er is geen tabel '{name}'"),
    (
        "filters can not be nested deeper than {n} levels",
        "groepen kunnen niet dieper dan {n} niveaus in elkaar staan",
    ),
    ("this is no cursor of this {rest}", "deze pagina van de lijst is er niet meer"),
    ("this cursor belongs to another {rest}", "deze pagina hoort bij een andere lijst"),
)
