"""What refusals say of places, values and what things stand in the way, in Dutch."""

DETAILS: tuple[tuple[str, str], ...] = (
    # What there is not, and what there is already
    ("There is no {thing} {no}.", "Er is geen {thing} {no}."),
    ("there is no {thing} {no}", "er is geen {thing} {no}"),
    ("There is a {thing} {no} already.", "Er is al een {thing} {no}."),
    ("Number {no} belongs to a {thing}, now or earlier.", "Nummer {no} is of was van een {thing}."),
    ("Segment {no} has no such version.", "Segment {no} heeft die versie niet."),
    ("Line {no} has no document of its own.", "Regel {no} heeft geen eigen document."),
    ("there is no such field", "dit veld bestaat niet"),
    ("There is nothing at this address.", "Op dit adres staat niets."),
    # What is missing
    ("A task needs a description.", "Een taak heeft een omschrijving nodig."),
    ("Contact {no} needs a name.", "Contact {no} heeft een naam nodig."),
    ("The segment needs a description before it is logged.", "Het segment heeft een omschrijving nodig."),
    ("Saved criteria need a code.", "Opgeslagen criteria hebben een code nodig."),
    ("Segment {no} has no lines.", "Segment {no} heeft geen regels."),
    ("Segment {no} has no lines that can be logged.", "Segment {no} heeft geen regels om te registreren."),
    ("Segment {no} has no criteria actions to save.", "Segment {no} heeft geen acties om op te slaan."),
    ("Contact {no} has no e-mail address.", "Contact {no} heeft geen e-mailadres."),
    ("must not be blank", "mag niet leeg zijn"),
    ("field required", "moet worden ingevuld"),
    # Lines that cannot be logged
    ("line {no} ({contact}): {detail}", "regel {no} ({contact}): {detail}"),
    ("line {no}: {detail}", "regel {no}: {detail}"),
    (
        "1 line cannot be logged; nothing was logged. First, {detail}.",
        "1 regel kan niet worden geregistreerd; er is niets geregistreerd. Als eerste {detail}.",
    ),
    (
        "{n} lines cannot be logged; nothing was logged. First, {detail}.",
        "{n} regels kunnen niet worden geregistreerd; er is niets geregistreerd. Als eerste {detail}.",
    ),
    ("the date is blank", "de datum is leeg"),
    ("the contact does not exist any more", "het contact bestaat niet meer"),
    ("the salesperson is blank", "de verkoper is leeg"),
    ("the salesperson does not exist", "de verkoper bestaat niet"),
    ("the interaction template is blank", "het interactiesjabloon is leeg"),
    ("the interaction template does not exist", "het interactiesjabloon bestaat niet"),
    ("the campaign does not exist", "de campagne bestaat niet"),
    ("the contact has no e-mail address", "het contact heeft geen e-mailadres"),
    ("there is no document to send", "er is geen document om te versturen"),
    (
        "An interaction by e-mail needs a template with a document.",
        "Een interactie per e-mail heeft een sjabloon met een document nodig.",
    ),
    ("the interaction template has no document", "het interactiesjabloon heeft geen document"),
    ("There is no document to send.", "Er is geen document om te versturen."),
    (
        "The document was changed or removed in the database, past this service. Whoever runs it learns more"
        " from `segmentlog verify`.",
        "Het document is in de database gewijzigd of verwijderd, buiten deze dienst om. Wie haar beheert,"
        " ziet meer met `segmentlog verify`.",
    ),
    ("there is no document in this language", "er is geen document in deze taal"),
    (
        "Lines have a document of the present template, so they must follow the new one.",
        "Regels hebben een document van dit sjabloon, en moeten dus het nieuwe volgen.",
    ),
    (
        "lines with an inherited document follow the template",
        "regels met een geërfd document volgen het sjabloon",
    ),
    # What things stand in the way
    ("Contact {no} is blocked for privacy.", "Contact {no} is geblokkeerd wegens privacy."),
    ("it cannot be deleted", "het kan niet worden verwijderd"),
    (
        "Contact {no} is the company of {person}; its type cannot change.",
        "Contact {no} is het bedrijf van {person}; zijn soort kan niet veranderen.",
    ),
    ("it is the company of other contacts", "het is het bedrijf van andere contacten"),
    ("its company or type cannot change", "bedrijf en soort kunnen niet veranderen"),
    ("blocked for privacy", "geblokkeerd wegens privacy"),
    ("salesperson {no} is blocked", "verkoper {no} is geblokkeerd"),
    ("Contact {no} is on segment {where}; {detail}.", "Contact {no} staat op segment {where}; {detail}."),
    (
        "Something else was done on this worksheet since; nothing was undone.",
        "Op dit werkblad is daarna iets anders gedaan; er is niets teruggedraaid.",
    ),
    ("There is no criteria action to go back from.", "Er is geen actie om terug te draaien."),
    (
        "Nothing was gone back from since the last criteria action.",
        "Er is niets teruggedraaid sinds de laatste actie.",
    ),
    (
        "Logged segment {no} is canceled; uncancel that first.",
        "Geregistreerd segment {no} is geannuleerd; laat dat eerst weer meetellen.",
    ),
    ("Logged segment {no} is not canceled.", "Geregistreerd segment {no} is niet geannuleerd."),
    (
        "This is version {n} now; you have seen version {seen}.",
        "Dit is nu versie {n}; jij hebt versie {seen} gezien.",
    ),
    (
        'This is version {n} now, and If-Match does not name it, as "{same}".',
        'Dit is nu versie {n}, en If-Match noemt die niet, zoals "{same}".',
    ),
    (
        "What was recorded a moment ago is not listed yet, and this depends on it; try again in a moment.",
        "Wat zojuist is vastgelegd staat nog niet in de lijsten, en dit hangt daarvan af; probeer het zo"
        " dadelijk opnieuw.",
    ),
    (
        "Too many others are changing this at the same time; try again.",
        "Te veel anderen wijzigen dit tegelijk; probeer het opnieuw.",
    ),
    (
        "Too many others are changing these contacts at the same time. The rows before line {n} were taken"
        " over; import the others again.",
        "Te veel anderen wijzigen deze contacten tegelijk. De regels vóór regel {n} zijn overgenomen;"
        " importeer de andere opnieuw.",
    ),
    ("Your role, {role}, may not do this.", "Jouw rol, {role}, mag dit niet."),
    (
        "This page is out of date; load it again.",
        "Deze pagina is verouderd; laad haar opnieuw.",
    ),
    (
        "condition {n} is about this field again; use | for or, & for and",
        "voorwaarde {n} gaat weer over dit veld; gebruik | voor of, & voor en",
    ),
    # Values
    ("another period starts on the same day", "op dezelfde dag begint al een periode"),
    ("the period would end before it starts", "de periode zou eindigen voor ze begint"),
    ("there is an address {code} already", "er is al een adres {code}"),
    ("a code is given twice", "een code staat er twee keer"),
    (
        "say that you know that it cannot be undone",
        "zeg dat je weet dat dit niet ongedaan kan worden gemaakt",
    ),
    (
        "There is something already; the sample is for an empty service.",
        "Er is al iets; de voorbeelden zijn voor een lege dienst.",
    ),
    ("the campaign would end before it starts", "de campagne zou eindigen voor ze begint"),
    ("tick at least one entry", "vink minstens één post aan"),
    ("none of their contacts may be on a segment", "geen van hun contacten mag in een segment staan"),
    (
        "the form holds more of one field than of another",
        "het formulier bevat van het ene veld meer dan van het andere",
    ),
    ("The body is larger than {n} bytes.", "Wat is verzonden is groter dan {n} bytes."),
    ("must not be dots only", "mag niet alleen uit punten bestaan"),
    ("must not hold a slash", "mag geen schuine streep bevatten"),
    ("this is not there any more", "dit is er niet meer"),
    (
        "Contact {no} was erased; nothing is recorded of it any more.",
        "Contact {no} is gewist; er wordt niets meer over vastgelegd.",
    ),
    ("must not be longer than {n} characters", "mag niet langer zijn dan {n} tekens"),
    ("There is nothing here yet to write over.", "Er is hier nog niets om te overschrijven."),
    ("must be a number", "moet een getal zijn"),
    ("must be written as {example}", "moet worden geschreven als {example}"),
    ("input should be a valid decimal", "moet een getal zijn"),
    ("input should be '{one}' or '{other}'", "moet '{one}' of '{other}' zijn"),
    ("input should be a valid integer{rest}", "moet een geheel getal zijn"),
    ("input should be greater than or equal to {n}", "moet minstens {n} zijn"),
    ("input should be less than or equal to {n}", "mag hoogstens {n} zijn"),
    # Contacts
    ("there is no company {no}", "er is geen bedrijf {no}"),
    ("contact {no} has no address {code}", "contact {no} heeft geen adres {code}"),
    ("There was no {thing} {no} then.", "Er was toen geen {thing} {no}."),
    (
        "Contact {no} is a company; its company number is its own.",
        "Contact {no} is een bedrijf; het bedrijfsnummer is het eigen nummer.",
    ),
    (
        "Contact {no} is a company; only persons have job responsibilities.",
        "Contact {no} is een bedrijf; alleen personen hebben functieverantwoordelijkheden.",
    ),
    (
        "contact {no} is a person; it is not its own company",
        "contact {no} is een persoon; die is niet zijn eigen bedrijf",
    ),
    (
        "Contact {no} is a person; its company has industry groups and relations.",
        "Contact {no} is een persoon; bedrijfstakken en zakenrelaties horen bij het bedrijf.",
    ),
    (
        "Contact {no} has interactions or tasks; its type cannot change.",
        "Contact {no} heeft interacties of taken; de soort kan niet meer veranderen.",
    ),
    ("there are interactions or tasks", "er zijn interacties of taken"),
    (
        "Contact {no} has a task to be done; close or delete it first.",
        "Contact {no} heeft een taak die nog gedaan moet worden; sluit of verwijder die eerst.",
    ),
    (
        "The contact was erased; nothing personal of it is recorded any more.",
        "Het contact is gewist; er wordt niets persoonlijks meer over vastgelegd.",
    ),
    (
        "The contact of line {no} does not exist any more.",
        "Het contact van regel {no} bestaat niet meer.",
    ),
    # Segments
    (
        "Segment {no} has been logged; its logged segment was deleted since.",
        "Segment {no} is geregistreerd; het geregistreerde segment is intussen verwijderd.",
    ),
    (
        "Segment {no} has been logged; see logged segment {entry}.",
        "Segment {no} is geregistreerd; zie geregistreerd segment {entry}.",
    ),
    (
        "Segment {no} has no lines but those of erased contacts.",
        "Segment {no} heeft alleen nog regels van gewiste contacten.",
    ),
    (
        "A line needs an interaction template before it has a language.",
        "Een regel heeft een interactiesjabloon nodig voor er een taal bij kan.",
    ),
    (
        "A language can be chosen once the segment has a document in it.",
        "Een taal kan worden gekozen zodra het segment er een document in heeft.",
    ),
    (
        "A language can be chosen once the template has a document in it.",
        "Een taal kan worden gekozen zodra het sjabloon er een document in heeft.",
    ),
    (
        "a line keeps a contact; delete the line to take it off",
        "een regel houdt een contact; verwijder de regel om het eraf te halen",
    ),
    ("goes with add_contacts only", "hoort alleen bij contacten toevoegen"),
    ("this group is in none before it", "deze groep staat in geen groep ervoor"),
    ("there are {n} {printed}", "er zijn {n} {printed}"),
    (
        "That would be {n} {printed}; at most {most} are made at once."
        " Ask for them in parts, with first and count.",
        "Dat zouden {n} {printed} zijn; er worden er hoogstens {most} tegelijk gemaakt."
        " Vraag ze in delen, met vanaf nummer en aantal.",
    ),
    ("at most {n}", "hoogstens {n}"),
    # Interactions
    ("The interaction needs a {needed}.", "De interactie heeft een {needed} nodig."),
    ("The interaction needs an interaction template.", "De interactie heeft een interactiesjabloon nodig."),
    ("Interaction log entry {no} is not postponed.", "Interactielogpost {no} is niet uitgesteld."),
    (
        "Interaction log entry {no} is canceled; uncancel that first.",
        "Interactielogpost {no} is geannuleerd; laat die eerst weer meetellen.",
    ),
    (
        "Interaction log entry {no} did not come from a segment.",
        "Interactielogpost {no} kwam niet van een segment.",
    ),
    (
        "Interaction log entry {no} has no comment {line}.",
        "Interactielogpost {no} heeft geen opmerking {line}.",
    ),
    (
        "Campaign entry {no} is canceled; uncancel that first.",
        "Campagnepost {no} is geannuleerd; laat die eerst weer meetellen.",
    ),
    (
        "A postponed interaction has no date to correct; it gets one when it is resumed.",
        "Een uitgestelde interactie heeft geen datum om te verbeteren; die krijgt ze als ze wordt hervat.",
    ),
    (
        "Nothing can be sent again: no interaction that is wanted has both a document and a type.",
        "Er kan niets opnieuw worden verstuurd: geen gevraagde interactie heeft en een document en een"
        " correspondentietype.",
    ),
    (
        "Everything that could be sent again is on its way already.",
        "Alles wat opnieuw verstuurd kan worden is al onderweg.",
    ),
    (
        "Interaction log entry {no}, of which this one was made, was deleted.",
        "Interactielogpost {no}, waarvan deze is gemaakt, is verwijderd.",
    ),
    (
        "Nothing is logged again: every contact was deleted, or is blocked for privacy.",
        "Er is niets opnieuw geregistreerd: elk contact is verwijderd of geblokkeerd wegens privacy.",
    ),
    ("there is no e-mail address", "er is geen e-mailadres"),
    ("there is no document", "er is geen document"),
    # Set-up
    ("{Thing} {no} is still used by {users}.", "{Thing} {no} wordt nog gebruikt door {users}."),
    (
        "{Thing} {no} is still used by lines of segment {segment}.",
        "{Thing} {no} wordt nog gebruikt door regels van segment {segment}.",
    ),
    ("A salesperson needs a name.", "Een verkoper heeft een naam nodig."),
    (
        "An interaction template needs an interaction group.",
        "Een interactiesjabloon heeft een interactiegroep nodig.",
    ),
    (
        "Interaction template {code} has documents of its own; choose one without.",
        "Interactiesjabloon {code} heeft eigen documenten; kies er een zonder.",
    ),
    (
        "No interaction template is set up for cover sheets; choose one first.",
        "Er is geen interactiesjabloon voor voorbladen ingesteld; kies er eerst een.",
    ),
    (
        "No interaction template is set up for outgoing calls; choose one first.",
        "Er is geen interactiesjabloon voor uitgaande gesprekken ingesteld; kies er eerst een.",
    ),
    (
        "Numbers of {thing}s come from the series; leave the number out.",
        "Nummers komen hier uit de nummerreeks ({thing}); laat het nummer weg.",
    ),
    ("typed numbers are not allowed", "zelf een nummer typen mag niet"),
    (
        "There is no number series for {thing}s; give a number, or set the series up.",
        "Er is geen nummerreeks ({thing}); geef een nummer, of stel de reeks in.",
    ),
    ("a number is needed", "er is een nummer nodig"),
    (
        "there is a {formula} formula for no language already",
        "er is al een formule ({formula}) zonder taal",
    ),
    (
        "there is a {formula} formula for {language} already",
        "er is al een formule ({formula}) voor {language}",
    ),
    ("there is no %{n}, only %1 to %{most}", "er is geen %{n}, alleen %1 tot en met %{most}"),
    (
        "%{n} stands for name {n2}, and {given} are given",
        "%{n} staat voor naam {n2}, en er zijn er {given} gegeven",
    ),
    (
        "a task is closed when it is completed, and only then",
        "een taak is gesloten als ze klaar is, en alleen dan",
    ),
    ("there is no task {no}", "er is geen taak {no}"),
    # Around every page
    (
        "This form was not sent from a page of this service.",
        "Dit formulier is niet van een pagina van deze dienst verstuurd.",
    ),
    (
        "There is no identity provider to sign in at.",
        "Er is geen account van je organisatie om mee aan te melden.",
    ),
    ("There are no events to seal yet.", "Er zijn nog geen gebeurtenissen om te verzegelen."),
    (
        "Nothing is sealed yet; make a checkpoint first.",
        "Er is nog niets verzegeld; maak eerst een controlepunt.",
    ),
    (
        "The checkpoint at {n} was not signed with a key of this log.",
        "Het controlepunt bij {n} is niet met een sleutel van dit log ondertekend.",
    ),
    (
        "There is no key in {file} to check the checkpoints with. {rest}",
        "Er is geen sleutel in {file} om de controlepunten mee na te gaan.",
    ),
    # Values that cannot be used
    ("an answer is given twice", "een antwoord staat er twee keer"),
    ("must not hold the character NUL", "mag het teken NUL niet bevatten"),
    ("holds half of a character", "bevat een half teken"),
    ("is not in UTF-8: save the file as UTF-8", "is niet in UTF-8: bewaar het bestand als UTF-8"),
    (
        "The file is not in UTF-8, or no CSV file; save it as CSV in UTF-8.",
        "Het bestand is niet in UTF-8, of geen CSV-bestand; bewaar het als CSV in UTF-8.",
    ),
    ("must be one of: {names}", "moet een van deze zijn: {names}"),
    (
        "decimal input should have no more than {n} decimal places",
        "mag hoogstens {n} cijfers achter de komma hebben",
    ),
    (
        "decimal input should have no more than {n} digits in total",
        "mag hoogstens {n} cijfers hebben",
    ),
    (
        "decimal input should have no more than {n} digits before the decimal point",
        "mag hoogstens {n} cijfers voor de komma hebben",
    ),
    ("input should be a finite number", "moet een eindig getal zijn"),
    ("input should be a valid boolean{rest}", "moet ja of nee zijn"),
    ("input should be a valid string", "moet tekst zijn"),
    ("must be an object with fields", "moet een object met velden zijn"),
    ("input should be a valid date{rest}", "moet een bestaande datum zijn"),
    ("input should be in a valid time format{rest}", "moet een bestaande tijd zijn"),
    ("list should have at most {n} items{rest}", "mag er hoogstens {n} hebben"),
)
