"""Harvests the name pools of the sample contacts from Faker, once: `python -m api.sample.make_pools`.

The result, `pools.json`, is kept with the source, so that making contacts needs no Faker and gives the same
contacts whatever version of Faker is installed. Names of existing companies are left out.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

from faker import Faker
from faker.providers.company.nl_NL import Provider as DutchCompanies

POOLS_FILE = Path(__file__).with_name("pools.json")
SEED = 2017
LOCALES = {"NL": "nl_NL", "DE": "de_DE", "FR": "fr_FR", "GB": "en_GB", "SE": "sv_SE", "PL": "pl_PL"}
NAME_LIMIT, CITY_LIMIT, STREET_LIMIT, COMPANY_LIMIT = 22, 30, 40, 100

# Faker makes these up ("Fisherstad", "Petitnec"), while a filter on a city is better shown on real ones.
CITIES = {
    "FR": "Aix-en-Provence|Angers|Besançon|Bordeaux|Châlons-en-Champagne|Chambéry|Clermont-Ferrand|Dijon|"
    "Évreux|Grenoble|L'Haÿ-les-Roses|Le Havre|Lille|Lyon|Marseille|Montpellier|Nîmes|Orléans|Paris|Rennes|"
    "Saint-Étienne|Strasbourg|Toulouse|Villeneuve-d'Ascq",
    "GB": "Aberdeen|Belfast|Birmingham|Bishop's Stortford|Bristol|Cardiff|Edinburgh|Glasgow|King's Lynn|"
    "Leeds|Liverpool|London|Manchester|Newcastle upon Tyne|Norwich|Nottingham|Oxford|Sheffield|"
    "Stoke-on-Trent|Swansea|Weston-super-Mare|York",
}
TRADES = (
    "Aannemersbedrijf|Accountantskantoor|Administratiekantoor|Adviesbureau|Architectenbureau|Autobedrijf|"
    "Bakkerij|Bloemisterij|Boekhandel|Cateringbedrijf|Drukkerij|Dakdekkersbedrijf|Fysiotherapie|"
    "Garagebedrijf|Glashandel|Groothandel|Houthandel|Hoveniersbedrijf|Installatiebedrijf|Kwekerij|"
    "Loonbedrijf|Machinefabriek|Makelaardij|Rijwielhandel|Schildersbedrijf|Slagerij|Transportbedrijf|"
    "Tuincentrum|Uitgeverij|Zuivelboerderij"
)
LEGAL_FORMS = "B.V.|B.V.|V.O.F.|& Zonen|& Co. B.V.|Holding B.V."
# With a city most are between 80 and 100 characters, which puts labels, columns and letters to the test.
LONG_COMPANIES = {
    "NL": [
        "Coöperatieve Vereniging tot Aankoop en Verwerking van Land- en Tuinbouwproducten U.A. {city}",
        "Stichting tot Behoud en Beheer van het Cultureel en Industrieel Erfgoed in de Regio {city}",
        "Onderlinge Waarborgmaatschappij voor Zorg- en Welzijnsinstellingen in {city} en Omstreken U.A.",
        "Technisch Handels- en Installatiebureau voor Koel-, Vries- en Luchtbehandeling {city} B.V.",
        "Vereniging van Eigenaars Bedrijfsverzamelgebouw en Parkeervoorzieningen Stationsplein {city}",
    ],
    "DE": [
        "Gesellschaft für Grundstücks- und Gebäudeverwaltung sowie Wärmeversorgung {city} mbH & Co. KG",
        "Norddeutsche Getreide-, Futtermittel- und Düngemittelhandelsgesellschaft {city} mbH & Co. KG",
    ],
}
EXISTING_COMPANIES = set(DutchCompanies.large_companies)
IRISH_SURNAMES = (
    "O'Brien|O'Callaghan|O'Connor|O'Donnell|O'Farrell|O'Hara|O'Keeffe|O'Leary|O'Neill|O'Reilly|D'Arcy"
)
DUTCH_CITIES = (
    "'s-Gravenhage|'s-Hertogenbosch|'t Harde|Sint Jansteen|Súdwest-Fryslân|Bergen op Zoom|Etten-Leur"
)

# Numbers kept free for fiction by the regulators of Germany, France, Great Britain and Sweden; those of the
# Netherlands and Poland keep none, but no subscriber's number starts with a zero after the area code.
PHONES = {
    "NL": (("+31 20 0######", "+31 50 0######", "+31 73 0######", "+31 570 0#####"), ("+31 6 0#######",)),
    "DE": (("+49 30 23125###",), ("+49 171 39200##",)),
    "FR": (("+33 1 99 00 ####", "+33 4 65 71 ####"), ("+33 6 39 98 ####",)),
    "GB": (("+44 20 7946 0###", "+44 161 496 0###"), ("+44 7700 900###",)),
    "SE": (("+46 8 465 004 ##",), ("+46 70 174 06##",)),
    "PL": (("+48 22 0######",), ("+48 58 0######",)),
}


def harvest(draw: Callable[[], str], size: int, accept: Callable[[str], bool]) -> list[str]:
    """At most `size` different acceptable values; small pools of Faker give fewer."""
    found: set[str] = set()
    for _ in range(size * 20):
        value = draw()
        if accept(value):
            found.add(value)
        if len(found) == size:
            break
    return sorted(found)


def is_surname(value: str) -> bool:
    """Lower-case particles and one last word: "van der Berg", but not "West-Francië, van"."""
    if len(value) > NAME_LIMIT or value == "Heydrich":
        return False
    return re.fullmatch(r"(?:[a-z']+ )*[^\W\d_][\w'-]+", value) is not None


def capitalised(name: str) -> str:
    """A company is "Van Poppel BV", though its founder is "van Poppel"."""
    return name[:1].upper() + name[1:]


def is_company(value: str) -> bool:
    return " " in value and len(value) <= COMPANY_LIMIT and value not in EXISTING_COMPANIES


def harvest_country(country: str, locale: str) -> dict[str, list[str]]:
    fake = Faker(locale)
    fake.seed_instance(SEED)
    scale = 4 if country == "NL" else 1
    pools = {
        "men": harvest(fake.first_name_male, 60 * scale, lambda name: len(name) <= NAME_LIMIT),
        "women": harvest(fake.first_name_female, 60 * scale, lambda name: len(name) <= NAME_LIMIT),
        "surnames": harvest(fake.last_name, 200 * scale, is_surname),
        "streets": harvest(fake.street_name, 200 * scale, lambda name: len(name) <= STREET_LIMIT),
        "cities": harvest(fake.city, 200 * scale, lambda name: len(name) <= CITY_LIMIT),
        "post_codes": harvest(fake.postcode, 200 * scale, lambda code: len(code) <= 10),
        "companies": harvest(lambda: capitalised(fake.company()), 200 * scale, is_company),
        "phones": list(PHONES[country][0]),
        "mobiles": list(PHONES[country][1]),
    }
    if country == "NL":
        pools["post_codes"] = sorted({f"{code[:4]} {code[-2:]}" for code in pools["post_codes"]})
        pools["cities"] = sorted({*pools["cities"], *DUTCH_CITIES.split("|")})
        pools |= {"trades": TRADES.split("|"), "legal_forms": LEGAL_FORMS.split("|")}
    if country == "GB":
        pools["surnames"] += IRISH_SURNAMES.split("|") * 2
    if country in LONG_COMPANIES:
        pools["long_companies"] = LONG_COMPANIES[country]
    if country in CITIES:
        pools["cities"] = CITIES[country].split("|")
    return pools


def main() -> None:
    pools = {country: harvest_country(country, locale) for country, locale in LOCALES.items()}
    POOLS_FILE.write_text(json.dumps(pools, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
