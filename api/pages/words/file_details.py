"""What refusals say of files, in Dutch: Word documents, pages, letters and files of contacts."""

DETAILS: tuple[tuple[str, str], ...] = (
    # Documents
    ("The file is empty.", "Het bestand is leeg."),
    (
        "The file may hold macros; save it as a Word document without them (.docx).",
        "Het bestand kan macro's bevatten; sla het op als Word-document zonder macro's (.docx).",
    ),
    (
        "The file is in an old format of Word; save it as .docx.",
        "Het bestand heeft een oude indeling van Word; sla het op als .docx.",
    ),
    (
        "The page is not in UTF-8; save it with that encoding.",
        "De pagina is niet in UTF-8; sla haar met die codering op.",
    ),
    ("The file is no Word document (.docx).", "Het bestand is geen Word-document (.docx)."),
    (
        "The file is a Word template (.dotx); save it as a Word document (.docx).",
        "Het bestand is een Word-sjabloon (.dotx); sla het op als Word-document (.docx).",
    ),
    (
        "The document is damaged: {rest}.",
        "Het document is beschadigd; open het in Word en sla het opnieuw op.",
    ),
    ("The document is larger than {n} bytes.", "Het document is groter dan {n} bytes."),
    ("The document is larger than a letter can be.", "Het document is groter dan een brief kan zijn."),
    ("The document has more than {n} parts.", "Het document heeft meer dan {n} delen."),
    ("The document has more than {n} fields.", "Het document heeft meer dan {n} velden."),
    ("The document unpacks to more than {n} bytes.", "Het document wordt uitgepakt groter dan {n} bytes."),
    (
        "The document unpacks to more than {n} times its size.",
        "Het document wordt uitgepakt meer dan {n} keer zo groot.",
    ),
    (
        "The document is encrypted; save it without a password.",
        "Het document is versleuteld; sla het op zonder wachtwoord.",
    ),
    (
        "The document is packed in a way that Word does not use.",
        "Het document is ingepakt op een manier die Word niet gebruikt.",
    ),
    (
        "The document has a part with a name that Word does not use.",
        "Het document heeft een deel met een naam die Word niet gebruikt.",
    ),
    ("The document has two parts with the name {name}.", "Het document heeft twee delen met de naam {name}."),
    ("The document has parts that overlap.", "Het document heeft delen die elkaar overlappen."),
    ("The part {name} of the document cannot be read.", "Het deel {name} van het document is niet te lezen."),
    (
        "The part {name} of the document is not well-formed.",
        "Het deel {name} van het document is niet goed gevormd.",
    ),
    (
        "The part {name} of the document has a DOCTYPE, which Word never writes.",
        "Het deel {name} van het document heeft een DOCTYPE, en die schrijft Word nooit.",
    ),
    ("The picture {name} defines entities.", "De afbeelding {name} definieert entiteiten."),
    (
        "The document has macros; save it as a Word document (.docx) without.",
        "Het document heeft macro's; sla het op als Word-document (.docx) zonder macro's.",
    ),
    (
        "The document has embedded objects or controls.",
        "Het document heeft ingesloten objecten of besturingselementen.",
    ),
    ("The document has {part}.", "Het document heeft {part}; dat kan niet mee."),
    ("The document refers to another file: {name}", "Het document verwijst naar een ander bestand: {name}"),
    (
        "The document refers to a picture outside of it.",
        "Het document verwijst naar een afbeelding buiten het document.",
    ),
    # Merge fields
    (
        "The document has a deleted field that fetches something from elsewhere.",
        "Het document heeft een verwijderd veld dat iets van elders haalt.",
    ),
    ("The document has a field without an end.", "Het document heeft een veld zonder einde."),
    (
        "The document has a field that ends without having begun.",
        "Het document heeft een veld dat eindigt zonder begin.",
    ),
    ("The document has too many fields within fields.", "Het document heeft te veel velden in velden."),
    (
        "The document has a field whose kind another field decides.",
        "Het document heeft een veld waarvan een ander veld de soort bepaalt.",
    ),
    (
        "The document has a merge field whose name another field decides.",
        "Het document heeft een samenvoegveld waarvan een ander veld de naam bepaalt.",
    ),
    (
        "The document has a merge field inside the code of another field.",
        "Het document heeft een samenvoegveld in de code van een ander veld.",
    ),
    ("The document has a field that is too long.", "Het document heeft een veld dat te lang is."),
    (
        "The document has a field {name}, which fetches something from elsewhere.",
        "Het document heeft een veld {name}, en dat haalt iets van elders.",
    ),
    (
        "The document has a field {name}; only merge fields can be filled in.",
        "Het document heeft een veld {name}; alleen samenvoegvelden kunnen worden ingevuld.",
    ),
    (
        "The document has a field {name}; use {other} instead.",
        "Het document heeft een veld {name}; gebruik in plaats daarvan {other}.",
    ),
    (
        "The document has a merge field without a name.",
        "Het document heeft een samenvoegveld zonder naam.",
    ),
    (
        "The document has a merge field with {text}, which is not known.",
        "Het document heeft een samenvoegveld met {text}, en dat is niet bekend.",
    ),
    # Letters
    ("The letter has no text.", "De brief heeft geen tekst."),
    (
        "Only Word documents can be made into PDF; this one is of another kind.",
        "Alleen van Word-documenten kan PDF worden gemaakt; dit is van een andere soort.",
    ),
    ("The letter cannot be made into PDF.", "Van de brief kan geen PDF worden gemaakt."),
    ("Only PDF and pages can be shown here.", "Alleen PDF en pagina's kunnen hier worden getoond."),
    (
        "LibreOffice is not installed here, so letters cannot be made into PDF.",
        "LibreOffice is hier niet geïnstalleerd, dus van brieven kan geen PDF worden gemaakt.",
    ),
    ("Line {no} has no document to preview.", "Regel {no} heeft geen document om te bekijken."),
    ("The document was erased with its contact.", "Het document is met zijn contact gewist."),
    (
        "The contact of line {no} was erased; it gets no letter.",
        "Het contact van regel {no} is gewist; het krijgt geen brief.",
    ),
    (
        "The contact of interaction log entry {no} was erased, and its letter too.",
        "Het contact van interactielogpost {no} is gewist, en zijn brief ook.",
    ),
    (
        "The contacts of logged segment {no} were erased, and their letters.",
        "De contacten van geregistreerd segment {no} zijn gewist, en hun brieven ook.",
    ),
    ("Interaction log entry {no} has no document.", "Interactielogpost {no} heeft geen document."),
    (
        "No letter of logged segment {no} can be made into PDF.",
        "Van geen brief van geregistreerd segment {no} kan PDF worden gemaakt.",
    ),
    (
        "Logged segment {no} has no such documents.",
        "Geregistreerd segment {no} heeft zulke documenten niet.",
    ),
    # Files of rows
    ("choose a file", "kies een bestand"),
    ("its name must end in one of: {endings}", "de naam moet eindigen op een van: {endings}"),
    (
        "The file is empty; its first row must name the columns.",
        "Het bestand is leeg; de eerste rij moet de kolommen noemen.",
    ),
    ("The first row cannot be read: {rest}.", "De eerste rij is niet te lezen."),
    ("Column {name}: {detail}.", "Kolom {name}: {detail}."),
    ("there is no such column", "deze kolom bestaat niet"),
    ("the column is given twice", "de kolom staat er twee keer"),
    ("the row cannot be read: {rest}", "de rij is niet te lezen"),
    ("the row has {n} columns, the header {m}", "de rij heeft {n} kolommen, de kop {m}"),
    ("the line is longer than {n} bytes", "de regel is langer dan {n} bytes"),
    ("the line is no JSON", "de regel is geen JSON"),
    ("the line is no JSON object", "de regel is geen JSON-object"),
    (
        "Number {no} belongs to a contact that was deleted.",
        "Nummer {no} is van een contact dat is verwijderd.",
    ),
)
