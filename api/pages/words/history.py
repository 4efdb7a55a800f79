"""Texts of the history of a segment."""

TEXTS: dict[str, tuple[str, str]] = {
    "history_of": ("History of segment {no}", "Geschiedenis van segment {no}"),
    "history_hint": (
        "Choose a step to see the worksheet as it stood then.",
        "Kies een stap om het werkblad te zien zoals het toen stond.",
    ),
    "step": ("Version {n}", "Versie {n}"),
    "lines_then": ("{n} lines", "{n} regels"),
    "what_changed": ("What version {n} changed", "Wat versie {n} wijzigde"),
    "entered": ("{n} contacts came on", "{n} contacten kwamen erbij"),
    "left": ("{n} contacts went off", "{n} contacten gingen eraf"),
    "and_more": ("and {n} more", "en nog {n}"),
    "was": ("was", "was"),
    "now_is": ("became", "werd"),
    "on_lines": ("on {n} lines", "op {n} regels"),
    "blank": ("(blank)", "(leeg)"),
    "one_line": ("Line {n} ({contact})", "Regel {n} ({contact})"),
    "earlier_steps": ("Earlier steps", "Eerdere stappen"),
    "more_steps": ("Later steps", "Latere stappen"),
    "last_steps": ("Last steps", "Laatste stappen"),
}
