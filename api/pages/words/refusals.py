"""What each refusal means."""

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
    "document-unreadable": ("The document cannot be used.", "Het document is niet te gebruiken."),
    "no-document": ("There is no document.", "Er is geen document."),
    "parent-canceled": ("Its logged segment is canceled.", "Het geregistreerde segment is geannuleerd."),
    "not-canceled": ("It is not canceled.", "Het is niet geannuleerd."),
    "contact-on-segment": ("The contact is on a segment.", "Het contact staat op een segment."),
    "privacy-blocked": ("The contact is blocked for privacy.", "Het contact is geblokkeerd wegens privacy."),
    "not-yet-projected": ("This is not there yet.", "Dit is er nog niet."),
    "number-series": ("No number can be drawn.", "Er kan geen nummer worden getrokken."),
    "too-large": ("This is too large.", "Dit is te groot."),
    "unavailable": ("The database does not answer.", "De database antwoordt niet."),
    "internal-error": ("Something went wrong on our side.", "Er ging aan onze kant iets mis."),
    "forbidden": ("You may not do this.", "Dit mag je niet."),
}
OTHERWISE = ("That did not work.", "Dat lukte niet.")
