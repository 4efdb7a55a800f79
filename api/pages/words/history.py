"""Texts of the history of a segment."""

TEXTS: dict[str, tuple[str, str]] = {
    "history_of": ("History of segment {no}", "Geschiedenis van segment {no}"),
    "history_hint": (
        "Choose a step to see the worksheet as it stood then.",
        "Kies een stap om het werkblad te zien zoals het toen stond.",
    ),
    "step": ("Version {n}", "Versie {n}"),
    "lines_then": ("{n} lines", "{n} regels"),
    "more_steps": ("Later steps", "Latere stappen"),
}
