"""Texts of letters: documents by language, and what each contact gets of them."""

TEXTS: dict[str, tuple[str, str]] = {
    "letter": ("Letter", "Brief"),
    "letter_of": ("Letter to {who}", "Brief aan {who}"),
    "letter_meaning": (
        "Each contact gets the document in its own language; who speaks none of these gets the usual one.",
        "Elk contact krijgt het document in zijn eigen taal; wie geen daarvan spreekt krijgt het gewone.",
    ),
    "letter_of_segment": (
        "These are the segment's own. Changing them leaves the template as it is.",
        "Deze zijn van het segment zelf. Ze wijzigen laat het sjabloon zoals het is.",
    ),
    "letter_of_template": (
        "Segments that choose this template get copies. Those that chose it before keep theirs.",
        "Segmenten die dit sjabloon kiezen krijgen kopieën. Die het eerder kozen houden die van hen.",
    ),
    "documents": ("Documents", "Documenten"),
    "no_documents": ("There is no document yet.", "Er is nog geen document."),
    "no_language": ("no language", "geen taal"),
    "usual_one": ("the usual one", "het gewone"),
    "make_usual": ("Make it the usual one", "Het gewone maken"),
    "merge_fields": ("Merge fields", "Samenvoegvelden"),
    "no_merge_fields": ("none: everybody gets the same", "geen: iedereen krijgt hetzelfde"),
    "unknown_fields": (
        "Nobody knows what to write for: {names}. The letter has a blank there.",
        "Niemand weet wat er moet staan bij: {names}. Daar blijft de brief leeg.",
    ),
    "save_file": ("Save the file", "Bestand bewaren"),
    "file_is_gone": ("The file was erased with its contact.", "Het bestand is met het contact gewist."),
    "put_document": ("Put a document here", "Een document plaatsen"),
    "put_document_hint": (
        "A Word document (.docx) with merge fields, or a page (.html, UTF-8) with {{{{ Contact_Name }}}} and"
        " the like.",
        "Een Word-document (.docx) met samenvoegvelden, of een pagina (.html, UTF-8) met"
        " {{{{ Contact_Name }}}} en dergelijke.",
    ),
    "language_hint": ("such as NLD; blank for no language", "zoals NLD; leeg voor geen taal"),
    "subject_hint": ("blank: as it was", "leeg: zoals het was"),
    "upload": ("Upload", "Uploaden"),
    "as_usual_one": (
        "Use it for who speaks none of these languages",
        "Gebruik het voor wie geen van deze talen spreekt",
    ),
    "first_letters": ("The first letters", "De eerste brieven"),
    "all_on_worksheet": ("All of them are on the worksheet", "Ze staan allemaal op het werkblad"),
    "open_letter": ("Open the letter", "De brief openen"),
    "template_of": ("Template {code}", "Sjabloon {code}"),
    "its_template": ("Its template: {code}", "Het sjabloon: {code}"),
    "values_of_template": ("What else the template gives", "Wat het sjabloon verder geeft"),
    # One contact
    "previous_letter": ("Previous", "Vorige"),
    "next_letter": ("Next", "Volgende"),
    "inherits_document": ("inherits the segment's document", "erft het document van het segment"),
    "has_own_document": ("has a document of its own", "heeft een eigen document"),
    "has_no_document": ("has no document", "heeft geen document"),
    "personal": ("For this contact alone", "Alleen voor dit contact"),
    "remarks_not_shown": (
        "The document has no merge field Remarks: what you write there does not show in it.",
        "Het document heeft geen samenvoegveld Opmerkingen: wat je daar schrijft staat er niet in.",
    ),
    "replace_document": ("Replace the document", "Het document vervangen"),
    "replace_hint": (
        "Save the letter, change it, and upload it here. It counts for this contact alone.",
        "Bewaar de brief, wijzig hem, en upload hem hier. Hij geldt alleen voor dit contact.",
    ),
    "inherit_again": ("Go back to the segment's document", "Terug naar het document van het segment"),
    "inherit_meaning": (
        "The document of its own is taken away.",
        "Het eigen document wordt weggehaald.",
    ),
    "preview_of": ("How the letter looks", "Hoe de brief eruitziet"),
    "being_made": ("The letter is being made …", "De brief wordt gemaakt …"),
    "open_pdf": ("Open the PDF by itself", "De PDF apart openen"),
    "open_page": ("Open it by itself", "Apart openen"),
    "save_letter": ("Save the letter (.{ending})", "De brief bewaren (.{ending})"),
    "no_office": (
        "The letter cannot be shown as PDF: LibreOffice is not installed where the service runs. You can"
        " save the Word letter.",
        "De brief kan niet als PDF worden getoond: LibreOffice staat niet op de machine van de dienst. Je"
        " kunt de Word-brief bewaren.",
    ),
    "cannot_be_shown": ("This kind of file cannot be shown.", "Dit soort bestand is niet te tonen."),
    "no_letter": (
        "There is no letter: no document is there in a language that this contact gets.",
        "Er is geen brief: er is geen document in een taal die dit contact krijgt.",
    ),
    "give_document": ("Give the segment a document", "Geef het segment een document"),
    "letter_is_gone": (
        "The document was erased with its contact; the letter cannot be made.",
        "Het document is met het contact gewist; de brief kan niet worden gemaakt.",
    ),
}
