"""Texts of what was logged: logged segments and their interactions."""

TEXTS: dict[str, tuple[str, str]] = {
    "logged_segment": ("Logged segment {no}", "Geregistreerd segment {no}"),
    "being_written": (
        "It was logged under this number, and is being written into the log. This page shows it when it is"
        " there.",
        "Het is onder dit nummer geregistreerd, en wordt in het log geschreven. Deze pagina toont het zodra"
        " het er is.",
    ),
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
    "interaction": ("Interaction {no}", "Interactie {no}"),
    "follow_up_ticked": ("New segment with those that are ticked", "Nieuw segment met de aangevinkte"),
    "follow_up_one": (
        "A new segment with this contact, to which others can be added.",
        "Een nieuw segment met dit contact, waar andere bij kunnen.",
    ),
    "evaluate": ("Evaluate", "Beoordelen"),
    "evaluate_ticked": ("Evaluate those that are ticked as", "Beoordeel de aangevinkte als"),
    "tick": ("Tick entry {no}", "Post {no} aanvinken"),
    "ticked": ("Ticked", "Aangevinkt"),
    "comments": ("Comments", "Opmerkingen"),
    "comment": ("Comment", "Opmerking"),
}
