"""What became of letters and mails in words that marketers read, in English and Dutch."""

from __future__ import annotations

from functools import partial

from application.field_words import Language, number_words, value_words
from domain.delivery import (
    DeliveryContinued,
    DeliveryError,
    DeliveryFailed,
    DeliveryPaused,
    InteractionsDelivered,
    InteractionsSentAgain,
)

WORDS: dict[str, dict[Language, str]] = {
    "one": {"en": "1 letter or mail", "nl": "1 brief of e-mail"},
    "many": {"en": "{n} letters or mails", "nl": "{n} brieven of e-mails"},
    "delivered": {"en": "Sent {letters}.", "nl": "{letters} verstuurd."},
    "failed": {
        "en": "Could not send {letters}: {reason}{detail}.",
        "nl": "{letters} niet verstuurd: {reason}{detail}.",
    },
    "paused": {"en": "Held the delivery up.", "nl": "Verzending opgehouden."},
    "continued": {"en": "Let the delivery go on.", "nl": "Verzending voortgezet."},
    "again": {
        "en": "Asked for {letters} to be sent again{way}.",
        "nl": "{letters} opnieuw laten versturen{way}.",
    },
    "wait_paused": {"en": "The delivery is paused.", "nl": "De verzending is opgehouden."},
    "wait_no_server": {
        "en": "E-mails wait: no mail server is set up (SEGMENTLOG_MAIL_HOST).",
        "nl": "E-mails wachten: er is geen mailserver ingesteld (SEGMENTLOG_MAIL_HOST).",
    },
    "wait_until": {"en": "E-mails wait until {at:%H:%M}.", "nl": "E-mails wachten tot {at:%H:%M}."},
    "wait_said": {
        "en": "The last try ended with: {said}",
        "nl": "De laatste poging eindigde met: {said}",
    },
    "way": {"en": ", as {kind}", "nl": ", als {kind}"},
}

REASONS: dict[DeliveryError, dict[Language, str]] = {
    "canceled": {"en": "canceled before", "nl": "eerder geannuleerd"},
    "contact_gone": {"en": "the contact is gone", "nl": "het contact bestaat niet meer"},
    "contact_erased": {
        "en": "the contact or its company was erased",
        "nl": "het contact of het bedrijf ervan is gewist",
    },
    "privacy_blocked": {"en": "blocked for privacy", "nl": "geblokkeerd wegens privacy"},
    "opted_out": {"en": "opted out meanwhile", "nl": "intussen afgemeld"},
    "no_address": {"en": "no e-mail address", "nl": "geen e-mailadres"},
    "no_document": {"en": "no document", "nl": "geen document"},
    "not_printable": {"en": "the document cannot be printed", "nl": "het document is niet af te drukken"},
    "unreadable": {"en": "the document cannot be read", "nl": "het document is onleesbaar"},
    "no_office": {"en": "no LibreOffice to make PDF", "nl": "geen LibreOffice om PDF te maken"},
    "fax": {"en": "faxes are not sent", "nl": "faxen worden niet verstuurd"},
    "refused": {"en": "the mail server refused it", "nl": "geweigerd door de mailserver"},
    "not_accepted": {
        "en": "the mail server did not accept it in time",
        "nl": "niet op tijd aangenomen door de mailserver",
    },
    "uncertain": {"en": "whether it arrived is uncertain", "nl": "onzeker of het is aangekomen"},
}


def delivery_word(language: Language, name: str, /, **facts: object) -> str:
    """A sentence about deliveries."""
    return WORDS[name][language].format(**facts)


def tell_delivery(event: object, language: Language) -> str | None:
    """What an event did to a delivery; None if it is about something else."""

    word = partial(delivery_word, language)

    def letters(count: int) -> str:
        return word("one") if count == 1 else word("many", n=number_words(count, language))

    match event:
        case InteractionsDelivered(entries=entries):
            return word("delivered", letters=letters(len(entries)))
        case DeliveryFailed(entries=entries, reason=reason, detail=detail):
            said = f" ({detail})" if detail else ""
            why = REASONS[reason][language]
            return word("failed", letters=letters(len(entries)), reason=why, detail=said)
        case DeliveryPaused():
            return word("paused")
        case DeliveryContinued():
            return word("continued")
        case InteractionsSentAgain(entries=entries, correspondence_type=kind):
            way = word("way", kind=value_words("correspondence_type", kind, language)) if kind else ""
            return word("again", letters=letters(len(entries)), way=way)
    return None
