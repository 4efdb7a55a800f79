"""Texts of the seal: what was found when everything that was recorded was checked."""

TEXTS: dict[str, tuple[str, str]] = {
    "seal": ("Verification", "Verificatie"),
    "seal_right": ("Intact", "Onaangetast"),
    "seal_right_meaning": (
        "All {n} events that there were are as they were recorded, and agree with {checkpoints} checkpoints.",
        "Alle {n} gebeurtenissen die er waren zijn zoals ze zijn vastgelegd, en kloppen met {checkpoints}"
        " verzegelingen.",
    ),
    "seal_wrong": ("Not intact", "Aangetast"),
    "seal_wrong_meaning": (
        "What is stored is not what was recorded. From position {position} on, nothing can be relied on.",
        "Wat er staat is niet wat is vastgelegd. Vanaf positie {position} is niets meer betrouwbaar.",
    ),
    "seal_wrong_all": (
        "What is stored is not what was recorded or sealed.",
        "Wat er staat is niet wat is vastgelegd of verzegeld.",
    ),
    "seal_old": ("Checked too long ago", "Te lang geleden gecontroleerd"),
    "seal_old_meaning": (
        "What was found then says nothing about now. Check it again.",
        "Wat toen is gevonden zegt niets over nu. Controleer opnieuw.",
    ),
    "seal_failed": ("Could not be checked", "Kon niet worden gecontroleerd"),
    "seal_failed_meaning": (
        "The check did not come to an end, so nothing is known.",
        "De controle is niet afgerond, dus er is niets bekend.",
    ),
    "seal_never": ("Not checked", "Niet gecontroleerd"),
    "seal_never_meaning": (
        "Nothing was checked since the service started.",
        "Er is niets gecontroleerd sinds de dienst startte.",
    ),
    "seal_running": ("Being checked", "Wordt gecontroleerd"),
    "seal_progress": ("{n} of {of} events checked", "{n} van {of} gebeurtenissen gecontroleerd"),
    "seal_at": ("Checked by {user},", "Gecontroleerd door {user},"),
    "seal_unchecked": (
        "{n} events came after that and are not checked yet.",
        "Daarna kwamen er {n} gebeurtenissen bij, die nog niet zijn gecontroleerd.",
    ),
    "check_now": ("Check everything now", "Alles nu controleren"),
}
