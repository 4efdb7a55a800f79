"""Texts around every page, of signing in, of lists and of filters."""

TEXTS: dict[str, tuple[str, str]] = {
    # Around every page
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
    "saved": ("Saved.", "Opgeslagen."),
    "delete": ("Delete", "Verwijderen"),
    "sure": ("Delete this? It cannot be undone.", "Dit verwijderen? Het kan niet ongedaan worden gemaakt."),
    "network": (
        "The service does not answer. If you were changing something, load the page again to see whether that"
        " was done.",
        "De dienst antwoordt niet. Als je iets aan het wijzigen was, laad de pagina dan opnieuw om te zien of"
        " dat gelukt is.",
    ),
    # Signing in
    "sign_in": ("Sign in", "Aanmelden"),
    "key": ("API key", "API-sleutel"),
    "key_hint": (
        "Whoever runs the service gives you one. The first start of the service prints the first.",
        "Die krijg je van wie de dienst beheert. De eerste wordt getoond als de dienst voor het eerst start.",
    ),
    "needs_https": (
        "This address must begin with https: over http nobody stays signed in. Whoever runs the service knows"
        " the right one.",
        "Dit adres moet met https beginnen: over http blijft niemand aangemeld. Wie de dienst beheert weet"
        " het juiste.",
    ),
    "wrong_key": ("There is no such key.", "Die sleutel bestaat niet."),
    "openid": ("Sign in with your organisation's account", "Aanmelden met het account van je organisatie"),
    "openid_failed": (
        "Signing in there did not work. Try again, or ask whoever runs the service.",
        "Aanmelden daar lukte niet. Probeer het opnieuw, of vraag het wie de dienst beheert.",
    ),
    "openid_no_role": (
        "Your account has no role in this service. Ask whoever runs it for one.",
        "Je account heeft geen rol in deze dienst. Vraag erom bij wie de dienst beheert.",
    ),
    "signed_in": ("You are signed in", "Je bent aangemeld"),
    "one_moment": ("One moment", "Een ogenblik"),
    "go_on": ("Go on", "Verder"),
    # Refusals
    "problem": ("That did not work", "Dat lukte niet"),
    "nothing_changed": ("Nothing was changed.", "Er is niets gewijzigd."),
    "done_or_not": (
        "It is not known whether it was done; load the page again to see.",
        "Het is niet bekend of het gelukt is; laad de pagina opnieuw om het te zien.",
    ),
    "load_again": ("Load this page again", "Laad deze pagina opnieuw"),
    # Lists
    "how_many": ("{n} in all", "{n} in totaal"),
    "filter_by": ("Filter by {what}", "Filter op {what}"),
    "filter": ("Filter", "Filteren"),
    "clear": ("Clear", "Wissen"),
    "sort_by": ("Sort by {what}", "Sorteer op {what}"),
    "next_page": ("Next page", "Volgende pagina"),
    "first_page": ("First page", "Eerste pagina"),
    "none": ("Nothing here.", "Hier staat niets."),
    "none_such": ("Nothing meets the filters.", "Niets voldoet aan de filters."),
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
}
