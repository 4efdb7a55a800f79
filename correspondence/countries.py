"""Names of countries on letters. No table of countries is set up; what is not here shows its code."""

from __future__ import annotations

_NAMES = """
AT Austria|Oostenrijk|Österreich|Autriche
AU Australia|Australië|Australien|Australie
BE Belgium|België|Belgien|Belgique
BG Bulgaria|Bulgarije|Bulgarien|Bulgarie
BR Brazil|Brazilië|Brasilien|Brésil
CA Canada|Canada|Kanada|Canada
CH Switzerland|Zwitserland|Schweiz|Suisse
CN China|China|China|Chine
CW Curaçao|Curaçao|Curaçao|Curaçao
CY Cyprus|Cyprus|Zypern|Chypre
CZ Czechia|Tsjechië|Tschechien|Tchéquie
DE Germany|Duitsland|Deutschland|Allemagne
DK Denmark|Denemarken|Dänemark|Danemark
EE Estonia|Estland|Estland|Estonie
ES Spain|Spanje|Spanien|Espagne
FI Finland|Finland|Finnland|Finlande
FR France|Frankrijk|Frankreich|France
GB United Kingdom|Verenigd Koninkrijk|Vereinigtes Königreich|Royaume-Uni
GR Greece|Griekenland|Griechenland|Grèce
HR Croatia|Kroatië|Kroatien|Croatie
HU Hungary|Hongarije|Ungarn|Hongrie
IE Ireland|Ierland|Irland|Irlande
IL Israel|Israël|Israel|Israël
IN India|India|Indien|Inde
IS Iceland|IJsland|Island|Islande
IT Italy|Italië|Italien|Italie
JP Japan|Japan|Japan|Japon
KR South Korea|Zuid-Korea|Südkorea|Corée du Sud
LI Liechtenstein|Liechtenstein|Liechtenstein|Liechtenstein
LT Lithuania|Litouwen|Litauen|Lituanie
LU Luxembourg|Luxemburg|Luxemburg|Luxembourg
LV Latvia|Letland|Lettland|Lettonie
MA Morocco|Marokko|Marokko|Maroc
MC Monaco|Monaco|Monaco|Monaco
MT Malta|Malta|Malta|Malte
MX Mexico|Mexico|Mexiko|Mexique
NL Netherlands|Nederland|Niederlande|Pays-Bas
NO Norway|Noorwegen|Norwegen|Norvège
NZ New Zealand|Nieuw-Zeeland|Neuseeland|Nouvelle-Zélande
PL Poland|Polen|Polen|Pologne
PT Portugal|Portugal|Portugal|Portugal
RO Romania|Roemenië|Rumänien|Roumanie
RS Serbia|Servië|Serbien|Serbie
SE Sweden|Zweden|Schweden|Suède
SG Singapore|Singapore|Singapur|Singapour
SI Slovenia|Slovenië|Slowenien|Slovénie
SK Slovakia|Slowakije|Slowakei|Slovaquie
SR Suriname|Suriname|Suriname|Suriname
TR Türkiye|Turkije|Türkei|Turquie
UA Ukraine|Oekraïne|Ukraine|Ukraine
US United States|Verenigde Staten|Vereinigte Staaten|États-Unis
ZA South Africa|Zuid-Afrika|Südafrika|Afrique du Sud
"""
_LANGUAGES = ("en", "nl", "de", "fr")
_BY_CODE = {
    line[:2]: dict(zip(_LANGUAGES, line[3:].split("|"), strict=True)) for line in _NAMES.strip().splitlines()
}


def country_name(code: str | None, language: str) -> str | None:
    """The name of a country in a language (`en`, `nl`, `de`, `fr`)."""
    names = _BY_CODE.get((code or "").upper())
    return names[language] if names else code
