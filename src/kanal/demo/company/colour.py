"""Sentences that make one customer's case differ from the next one's."""

from kanal.demo.company import cases_danish

OLD_SYSTEMS = [
    "a finance package from the nineties",
    "a system built in-house",
    "a desktop database",
    "a program on a terminal",
    "a shared spreadsheet",
    "a suite whose maker closed in 2019",
    "the system of the former owner",
    "three small programs",
    "an industry package nobody maintains",
    "a ledger that runs on one old server",
]
OLD_SYSTEMS_DA = [
    "et økonomisystem fra halvfemserne",
    "et hjemmebygget system",
    "en gammel database",
    "et delt regneark",
    "et branchesystem uden support",
    "den tidligere ejers system",
]

SITUATION = {
    "food": [
        "Raw materials change price every week, and recipes are costed twice a year.",
        "The retail chains audit the plant in {city} without notice.",
        "Night shift works with a skeleton crew and no office.",
        "A second packing line starts in {month}.",
    ],
    "logistics": [
        "Fuel surcharges are worked out by hand for each customer.",
        "The terminal in {city} works around the clock, six days a week.",
        "Drivers speak nine languages; screens must do with pictures.",
        "Two large contracts are up for renewal in {month}.",
    ],
    "build": [
        "A quarter of the crew changes from project to project.",
        "The yard in {city} moves next year.",
        "Margins are thin, and two projects lost money without anybody seeing it coming.",
        "The owner wants to hand over to the next generation in three years.",
    ],
    "energy": [
        "The regulator asks for response times from next year.",
        "Half the technicians are hired from a contractor.",
        "Outages in January put the old routines to the test, and they did not pass.",
        "Sites lie up to ninety minutes from {city}.",
    ],
    "make": [
        "Sixty percent goes abroad, mostly to Germany.",
        "The plant in {city} runs two shifts and is about to add a third.",
        "Lead times have doubled, and sales promises what planning cannot keep.",
        "A large buyer asks for electronic orders from {month}.",
    ],
    "retail": [
        "Three stores opened in a year, each with its own habits.",
        "A third of the turnover falls in six weeks.",
        "Staff turnover is high; anything that takes a day to learn fails.",
        "The web shop grew by forty percent and is still packed from the store in {city}.",
    ],
    "health": [
        "Recruiting is hard; nobody may lose an hour to a form.",
        "Personal data must stay in the country, and who looked at what must be on record.",
        "The house in {city} was merged with its neighbour in spring.",
        "Night duty is shared with two other houses.",
    ],
    "public": [
        "The council decides in {month}, and not before.",
        "IT is shared with two neighbouring municipalities.",
        "Every purchase above the threshold goes to tender.",
        "The union representative takes part in the project group.",
    ],
    "leisure": [
        "Ten weeks make the year.",
        "Houses in {m} towns share one office in {city}.",
        "Guests book late and cancel later.",
        "Half the staff are students.",
    ],
    "sea": [
        "Coverage at sea is poor, and systems have to work without.",
        "Two vessels change flag next year.",
        "The technical office in {city} is four people for {m} ships.",
        "Charterers ask for figures that nobody has at hand.",
    ],
    "services": [
        "Partners bill by the hour and forget a tenth of them.",
        "The office in {city} grows by ten people a year.",
        "Clients ask where their data lies.",
        "Two firms merge on the first of {month}.",
    ],
    "edu": [
        "Nothing may change during exams.",
        "The board has given a budget, but no more hands.",
        "Each school has had its own way for twenty years.",
        "Grants are counted in {month}, and the figures must be right then.",
    ],
}
NEED = [
    "The budget is set aside; the board wants to see a business case of two pages.",
    "It must be in use before {month}, or wait for another year.",
    "{customer} has looked at two other vendors and found both too large.",
    "Their own IT is one person, so it must run without daily care.",
    "They want to talk to a reference of their own size first.",
    "Interfaces to the bank and to the scales at the gate are a must.",
    "Price matters less than a partner who comes by.",
    "They would like to begin small and decide on the rest after three months.",
    "Union and works council want to see it before it is signed.",
    "The auditor has put it in the long-form report, so it will not go away.",
    "They ask for a fixed price for the first step.",
    "Data of the last {m} years should come along.",
]
SOLUTION = [
    "A workshop on site in {city} before the quote.",
    "We can lend a demo with their own items within a week.",
    "First visit together with the partner; Havn brings the product specialist.",
    "Quote in two parts: what is certain, and what the workshop shows.",
    "Reference visit to a customer half an hour away.",
    "Go-live outside of the season, with somebody on the floor for the first three days.",
    "The partner does set-up and training; Havn stands behind the migration.",
    "A trial with one team for six weeks at a reduced price is approved.",
    "Hosting by Havn, support by the partner.",
    "They know the price range, and nobody fainted.",
]
NEED_DA = [
    "Budgettet er sat af, og bestyrelsen vil se en kort business case.",
    "Det skal være i drift inden {month}, ellers venter det et år.",
    "De vil gerne tale med en reference på deres egen størrelse først.",
    "Prisen betyder mindre end en partner, der kommer forbi.",
    "De ønsker fast pris på første etape.",
]
SOLUTION_DA = [
    "Workshop hos kunden i {city}, før der gives tilbud.",
    "Første besøg sammen med partneren.",
    "Tilbud i to dele: det sikre, og det workshoppen viser.",
    "Partneren står for opsætning og undervisning, Havn for datamigrering.",
]
DANISH_TOPICS = frozenset(case.topic for case in cases_danish.CASES)
