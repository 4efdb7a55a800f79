"""Texts of sending: the choice when logging, progress, holding up, sending again, the letters as sent."""

TEXTS: dict[str, tuple[str, str]] = {
    "send_or_not": ("And the letters?", "En de brieven?"),
    "only_log": ("Only log; nothing is sent", "Alleen registreren; er wordt niets verstuurd"),
    "log_and_send": (
        "Log, and send the letters and e-mails",
        "Registreren, en de brieven en e-mails versturen",
    ),
    "not_sendable": (
        "To have it sent as well, this must be put right first",
        "Om het ook te versturen moet eerst dit in orde worden gemaakt",
    ),
    "mail_not_set_up": (
        "No mail server is set up: e-mails would wait until there is one.",
        "Er is geen mailserver ingesteld: e-mails zouden wachten tot die er is.",
    ),
    "delivery": ("Delivery of the letters", "Verzending van de brieven"),
    "nothing_sent": (
        "Nothing was sent with it.",
        "Er is niets bij verstuurd.",
    ),
    "so_many_of": ("{n} of {of}", "{n} van {of}"),
    "letters_sent": ("Sent", "Verstuurd"),
    "letters_in_progress": ("On their way", "Onderweg"),
    "letters_error": ("Failed", "Mislukt"),
    "show_which": ("Show them: {what}", "Toon ze: {what}"),
    "why_failed": ("Why they failed", "Waarom ze mislukten"),
    "all_sent": ("All {n} letters were sent.", "Alle {n} brieven zijn verstuurd."),
    "hold_up": ("Hold up what is still to be sent", "Ophouden wat nog moet worden verstuurd"),
    "let_go_on": ("Go on sending", "Verder versturen"),
    "all_sent_one": ("The letter ({n}) was sent.", "De brief ({n}) is verstuurd."),
    "send_after_all": ("Send the letters", "De brieven versturen"),
    "send_again": ("Send the letters again", "De brieven opnieuw versturen"),
    "send_one_again": ("Send the letter again", "De brief opnieuw versturen"),
    "send_as": ("As", "Als"),
    "as_before": ("as each was", "zoals elk was"),
    "as_before_one": ("as it was", "zoals hij was"),
    "fresh": (
        "Make them anew, with today's values: they become new interactions",
        "Ze nieuw maken, met de waarden van vandaag: het worden nieuwe interacties",
    ),
    "fresh_one": (
        "Make it anew, with today's values: it becomes a new interaction",
        "Hem nieuw maken, met de waarden van vandaag: het wordt een nieuwe interactie",
    ),
    "save_letters": ("Save all letters (.zip)", "Alle brieven bewaren (.zip)"),
    "print_letters": ("Letters on paper, for the printer", "Brieven op papier, voor de printer"),
    "open_sent_letter": ("Open its letter", "De brief openen"),
    "letter_of_entry": ("Letter of interaction {no}", "Brief van interactie {no}"),
    "is_as_sent": (
        "This is, byte for byte, the letter that was sent.",
        "Dit is, byte voor byte, de brief die is verstuurd.",
    ),
    "is_not_as_sent": (
        "This is not byte for byte the letter that was sent.",
        "Dit is niet byte voor byte de brief die is verstuurd.",
    ),
    "is_as_logged": (
        "It was not sent from here. This is the letter with the values of when it was logged.",
        "Hij is niet vanaf hier verstuurd. Dit is de brief met de waarden van toen hij werd geregistreerd.",
    ),
    "letter_erased": (
        "The letter cannot be made any more: its contact, or the company, was erased.",
        "De brief kan niet meer worden gemaakt: het contact, of het bedrijf, is gewist.",
    ),
    "entry_without_letter": ("This interaction has no letter.", "Deze interactie heeft geen brief."),
    "only_delivery": ("Only whose letter is", "Alleen van wie de brief is"),
}
