"""The merge fields (domain B12), by their English and Dutch names, and the values of one letter."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache

import msgspec

from correspondence.formatting import Value

FIELDS: dict[str, tuple[str, ...]] = {
    "Entry_No": ("Volgnr", "Postnr", "Volgnummer"),
    "Contact_Mail_Address": ("Contact_Postadres", "Contact_Mailadres", "Contact_Adresblok"),
    "Contact_No": ("Contact_Nr", "Contact_Nummer", "Contactnr", "Contact_Number"),
    "Contact_Company_Name": ("Contact_Bedrijfsnaam", "Contact_Bedrijf_Naam", "Contact_Bedrijf"),
    "Contact_Name": ("Contact_Naam", "Contactnaam"),
    "Contact_Name_2": ("Contact_Naam_2",),
    "Contact_Address": ("Contact_Adres",),
    "Contact_Address_2": ("Contact_Adres_2",),
    "Contact_Post_Code": ("Contact_Postcode", "Contact_Zip_Code"),
    "Contact_City": ("Contact_Plaats", "Contact_Woonplaats"),
    "Contact_County": ("Contact_Provincie",),
    "Contact_Country_Name": ("Contact_Landnaam", "Contact_Land_Naam", "Contact_Land", "Contact_Country"),
    "Contact_Job_Title": ("Contact_Functie", "Contact_Functietitel"),
    "Contact_Phone_No": ("Contact_Telefoonnr", "Contact_Telefoonnummer", "Contact_Telefoon", "Contact_Phone"),
    "Contact_Fax_No": ("Contact_Faxnr", "Contact_Faxnummer", "Contact_Fax"),
    "Contact_E_Mail": ("Contact_E_Mailadres", "Contact_E_Mail_Address"),
    "Contact_Mobile_Phone_No": (
        *("Contact_Mobiel", "Contact_Mobiele_Telefoon", "Contact_Mobielnr", "Contact_Mobiel_Nr"),
        *("Contact_Mobiel_Telefoonnr", "Contact_Mobile", "Contact_Mobile_Phone", "Contact_Mobile_No"),
    ),
    "Contact_VAT_Registration_No": ("Contact_Btw_Nr", "Contact_Btw_Nummer", "Contact_VAT_No"),
    "Contact_Home_Page": ("Contact_Website", "Contact_Startpagina"),
    "Formal_Salutation": ("Formele_Aanhef", "Contact_Formele_Aanhef", "Contact_Formal_Salutation"),
    "Informal_Salutation": ("Informele_Aanhef", "Contact_Informele_Aanhef", "Contact_Informal_Salutation"),
    "Salesperson_Code": ("Verkoper_Code", "Verkoperscode"),
    "Salesperson_Name": ("Verkoper_Naam", "Verkopersnaam"),
    "Salesperson_Job_Title": ("Verkoper_Functie", "Verkoper_Functietitel"),
    "Salesperson_Phone_No": (
        *("Verkoper_Telefoonnr", "Verkoper_Telefoonnummer", "Verkoper_Telefoon", "Salesperson_Phone"),
    ),
    "Salesperson_E_Mail": ("Verkoper_E_Mail", "Verkoper_E_Mailadres", "Salesperson_E_Mail_Address"),
    "Document_Date": ("Document_Datum", "Documentdatum"),
    "Document_Campaign_No": ("Document_Campagnenr", "Document_Campagne_Nr", "Document_Campagne"),
    "Document_Segment_No": ("Document_Segmentnr", "Document_Segment_Nr", "Document_Segment"),
    "Document_Description": ("Document_Omschrijving",),
    "Document_Subject": ("Document_Onderwerp",),
    "Company_Name": ("Bedrijf_Naam", "Bedrijfsnaam"),
    "Company_Name_2": ("Bedrijf_Naam_2", "Bedrijfsnaam_2"),
    "Company_Address": ("Bedrijf_Adres", "Bedrijfsadres"),
    "Company_Address_2": ("Bedrijf_Adres_2", "Bedrijfsadres_2"),
    "Company_Post_Code": ("Bedrijf_Postcode", "Company_Zip_Code"),
    "Company_City": ("Bedrijf_Plaats",),
    "Company_County": ("Bedrijf_Provincie",),
    "Company_Country_Name": ("Bedrijf_Landnaam", "Bedrijf_Land_Naam", "Bedrijf_Land", "Company_Country"),
    "Company_VAT_Registration_No": ("Bedrijf_Btw_Nr", "Bedrijf_Btw_Nummer", "Company_VAT_No"),
    "Company_Registration_No": ("Bedrijf_Kvk_Nr", "Bedrijf_Kvk_Nummer", "Bedrijf_Registratienr"),
    "Company_Phone_No": ("Bedrijf_Telefoonnr", "Bedrijf_Telefoonnummer", "Bedrijf_Telefoon", "Company_Phone"),
    "Company_Fax_No": ("Bedrijf_Faxnr", "Bedrijf_Faxnummer", "Bedrijf_Fax", "Company_Fax"),
    "Company_Bank_Branch_No": ("Bedrijf_Bankfiliaal", "Bedrijf_Bankfiliaalnr", "Company_Bank_Branch"),
    "Company_Bank_Name": ("Bedrijf_Banknaam", "Bedrijf_Bank_Naam", "Bedrijf_Bank"),
    "Company_Bank_Account_No": (
        *(
            "Bedrijf_Bankrekening",
            "Bedrijf_Bankrekeningnr",
            "Bedrijf_Bankrekeningnummer",
            "Bedrijf_Rekeningnr",
        ),
        *("Company_Bank_Account",),
    ),
    "Company_Giro_No": ("Bedrijf_Gironr", "Bedrijf_Gironummer", "Bedrijf_Giro", "Company_Giro"),
    "Fax_Mail_To": ("Fax_Mail_Naar", "Fax_Aan"),
    "Remarks": ("Opmerkingen", "Opmerking", "Remark", "Personal_Remarks", "Persoonlijke_Opmerkingen"),
}
"""Every field and what else it may be called: the 48 of the domain and the line's personal remarks."""


def _plain(name: str) -> str:
    """The letters and digits of a name: neither case, blanks, dots, hyphens nor accents tell names apart."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in decomposed if letter.isalnum())


_BY_PLAIN_NAME = {_plain(name): field for field, names in FIELDS.items() for name in (field, *names)}


@lru_cache(maxsize=4_096)
def canonical(name: str) -> str | None:
    """The field that is meant by a name as written in a document; None if there is none."""
    return _BY_PLAIN_NAME.get(_plain(name))


class MergeData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values of one letter, and the code of the language it is written in."""

    language_code: str | None = None
    entry_no: int | None = None
    contact_mail_address: str | None = None
    contact_no: str | None = None
    contact_company_name: str | None = None
    contact_name: str | None = None
    contact_name_2: str | None = None
    contact_address: str | None = None
    contact_address_2: str | None = None
    contact_post_code: str | None = None
    contact_city: str | None = None
    contact_county: str | None = None
    contact_country_name: str | None = None
    contact_job_title: str | None = None
    contact_phone_no: str | None = None
    contact_fax_no: str | None = None
    contact_e_mail: str | None = None
    contact_mobile_phone_no: str | None = None
    contact_vat_registration_no: str | None = None
    contact_home_page: str | None = None
    formal_salutation: str | None = None
    informal_salutation: str | None = None
    salesperson_code: str | None = None
    salesperson_name: str | None = None
    salesperson_job_title: str | None = None
    salesperson_phone_no: str | None = None
    salesperson_e_mail: str | None = None
    document_date: date | None = None
    document_campaign_no: str | None = None
    document_segment_no: str | None = None
    document_description: str | None = None
    document_subject: str | None = None
    company_name: str | None = None
    company_name_2: str | None = None
    company_address: str | None = None
    company_address_2: str | None = None
    company_post_code: str | None = None
    company_city: str | None = None
    company_county: str | None = None
    company_country_name: str | None = None
    company_vat_registration_no: str | None = None
    company_registration_no: str | None = None
    company_phone_no: str | None = None
    company_fax_no: str | None = None
    company_bank_branch_no: str | None = None
    company_bank_name: str | None = None
    company_bank_account_no: str | None = None
    company_giro_no: str | None = None
    fax_mail_to: str | None = None
    remarks: str | None = None

    def values(self) -> dict[str, Value]:
        """The values by field name."""
        return {field: getattr(self, attribute) for field, attribute in _ATTRIBUTES.items()}


_ATTRIBUTES = {field: field.lower() for field in FIELDS}
