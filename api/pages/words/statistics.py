"""Texts of the statistics."""

TEXTS: dict[str, tuple[str, str]] = {
    "statistics_page": ("Statistics", "Statistieken"),
    "statistics_meaning": (
        "What is canceled or postponed does not count. The response rate is that of campaigns: responses to"
        " those that were aimed at.",
        "Wat geannuleerd of uitgesteld is telt niet mee. De respons is die van campagnes: reacties van wie"
        " daarin benaderd is.",
    ),
    "period": ("Period", "Periode"),
    "day_from": ("From", "Van"),
    "day_to": ("To, included", "Tot en met"),
    "show": ("Show", "Tonen"),
    "period_both": ("From {first} to {last}, both included.", "Van {first} tot en met {last}."),
    "period_from": ("From {first} on.", "Vanaf {first}."),
    "period_to": ("Until {last}, included.", "Tot en met {last}."),
    "period_all": ("All days.", "Alle dagen."),
    "figure": ("What the charts show", "Wat de grafieken tonen"),
    "by_template": ("By template", "Per sjabloon"),
    "by_group": ("By group", "Per groep"),
    "by_campaign": ("By campaign", "Per campagne"),
    "by_month": ("By month", "Per maand"),
    "chart_title": ("{figure}, {by}", "{figure}, {by}"),
    "more_in_table": ("{n} more are in the table.", "Nog {n} staan in de tabel."),
    "without_one": ("(none)", "(geen)"),
    "download_csv": ("Download as CSV", "Downloaden als CSV"),
    "nothing_to_count": ("No interactions in this period.", "Geen interacties in deze periode."),
    "as_table": ("{by}: all figures", "{by}: alle cijfers"),
}
