# ruff: noqa: E501 - a text is easier to read and to mend in one piece
"""What people write on the timeline and beside their answers.

Places: `{contact}`, `{first}` (the contact's first name), `{customer}`, `{city}`, `{partner}`, `{product}`, `{owner}`, `{day}`, `{n}`.
"""

# The vendor among itself, before a partner is chosen.
BEFORE = [
    "{contact} rang back: they have a budget, but the decision lies with the board in the first week of next month.",
    "Met {first} at the fair. The demo of {product} landed well; they asked twice about going live in steps.",
    "Web form filled in by {contact}. Called the same day: real need, no consultant involved so far.",
    "Their present vendor visits on {day}. We should have a partner on it before that.",
    "{customer} was a customer of ours until five years ago. Left over support, not over the product. Handle with care.",
    "Checked with support: no open cases, and the invoices are paid on time.",
    "The value is my estimate from the head count. {first} would not give a number on the phone.",
    "Asked {first} which interfaces they have. List promised for {day}.",
    "Two people to win over: {contact} wants it, the finance side is careful.",
    "They have seen a competitor's demo. It was nice to look at and could not handle two units of measure.",
    "Somebody who can be in {city} within the hour would make the difference here.",
    "Not a tender, but they will ask for three quotes. Speed counts.",
    "Read their annual report: loss last year, but the owner puts money in. Go on.",
    "Confirmed by mail: {n} people would use it from day one.",
]
# The vendor to the partner, while the offer waits or soon after.
TO_PARTNER = [
    "The customer has sent its list of interfaces, see the file. Nothing exotic.",
    "{first} is open to a visit on {day}. The rest of the week they count stock.",
    "They know that you will call. Please do it within two days; they have waited for us once already.",
    "We can send the product specialist along for the first workshop, at our cost.",
    "The price range was named on the phone and accepted as a range. Please do not go below it in the first quote.",
    "There is a works council. Bring it in early, and {first} will thank you.",
    "They liked the reference from your own town. Worth mentioning.",
    "Our demo database with their item groups is ready; the link went to your manager.",
    "Competitor in the room: the present vendor, with an upgrade offer. Their weak point is the interface to the bank.",
    "Discount for a signature before the end of the quarter: 6 percent, agreed with finance here.",
]
# The partner, while it works on it.
PARTNER_WORK = [
    "Called {first} this morning. Friendly, well prepared, and in a hurry. Workshop set for {day}.",
    "Workshop held with six people from {customer}. Minutes attached; two open points about authorisations.",
    "They asked for a reference in the same trade. We named two, and one has agreed to a call.",
    "Walked the site in {city} with {contact}. More manual work than described; the scope grows a little.",
    "Quote sent. {first} wants to go through it line by line on {day}.",
    "Their IT man is on leave until {day}; the questions about the servers wait for him.",
    "Demo of {product} with their own data. The mood turned when the first report came out right.",
    "{first} asks whether training can be split over two weeks, as they cannot take everybody off the floor.",
    "Sent the draft contract. Their lawyer has comments on liability, nothing on the price.",
    "We count {n} users instead of what was written; half of them only read.",
    "Reference visit done. They talked for an hour without us, which is a good sign.",
    "The board has moved the decision by two weeks. Nobody sounds worried.",
    "They would like the first step at a fixed price. We can do that for the finance part.",
    "Migration test: 98 percent of the records came over; the rest are duplicates in the old system.",
    "{contact} leaves in two months. The successor was at today's meeting and is on board.",
    "Spoke with the warehouse people. They are the ones to convince, and they were, once they held the scanner.",
    "Hardware list agreed: they buy the handhelds themselves from their usual shop.",
    "A second site wants to join. We keep it out of this quote and note it for spring.",
    "Security questionnaire, 41 questions, answered today. Thanks for the help with the hosting part.",
    "Price talk on {day}. We expect to give three percent and get a longer term.",
    "Oral yes from {first}. Signature when the owner is back from travelling.",
    "No answer for a week. Tried by phone and mail; will go by on {day}, we are in {city} anyway.",
    "The works council has said yes with two conditions; both are in the set-up already.",
    "They compare us with doing nothing. We made a page on what the errors cost them each month.",
    "Kick-off planned for the first week after the holidays, if the contract is back by then.",
]
# The vendor among itself, while a partner works on it.
WATCHING = [
    "{partner} is on it, good reports. Nothing for us to do this week.",
    "No news from {partner} for ten days. Asked, got an answer within the hour.",
    "{first} rang me directly about the price. Sent back to {partner}, with thanks.",
    "Looks as if the close date will slip. Would not push; the customer is honest about why.",
    "Product management has promised the missing report for the spring release. Told {partner}.",
    "Finance asked whether this counts for the quarter. Told them: not before the board has met.",
    "They would be a fine reference in the trade. Let us ask when they are live.",
]
# The vendor to the partner, while it works on it.
ADVICE = [
    "Good work. If you need somebody for the security questions, {owner} knows the answers by heart.",
    "The spring release has what they miss; you may show the preview.",
    "Please put the expected close date right when you know more. We plan hosting by it.",
    "Extra discount granted: 4 percent on licences, not on services.",
    "We have answered the same questionnaire before; find it attached.",
    "{first} wrote that the meeting was the best they have had with a vendor. Passing it on.",
]
MADE = [
    "We have looked after {customer} for years; they asked us by themselves whether Havn could do this.",
    "Came up at a service meeting in {city}. They know us, they do not know Havn yet.",
    "Found at our breakfast seminar. {contact} stayed for an hour afterwards.",
]
ON_MADE = [
    "Thanks, looks good. We check that nobody here talks to them already.",
    "Nice find. Do you need us for the first demo?",
]
SELLER_NOTE = [
    "I take over the daily contact. First call with {first} done.",
    "Met the users in {city}. They have more questions than their management.",
    "Sent {first} the screenshots that were promised.",
    "Collected the last documents for the quote.",
]
TOGETHER = [
    "We take the ledger, you take the shop floor. Shared plan attached.",
    "Joint meeting with {first} on {day}: who says what is in the agenda.",
    "The customer sees us as one team, let us keep it so: one project plan, one contact.",
    "Our part of the quote is ready. Waiting for yours to send both together.",
    "Agreed with {contact}: one steering group, every second {day}.",
]

DECLINE = {
    "no_capacity": [
        "Both of our consultants for this are on a rollout until after New Year.",
        "We could start in ten weeks at the earliest; that is too late for them.",
        "Illness in the team. We will not promise what we cannot keep.",
    ],
    "not_our_field": [
        "We have nobody certified for {product}.",
        "Production is not our trade; we would learn at their cost.",
    ],
    "not_our_area": ["{city} is three hours away; on-site support would eat the margin."],
    "conflict": [
        "We work for their closest competitor and have promised not to.",
        "One of our owners sits on their board.",
    ],
    "too_small": ["Below what we can deliver well, with the travelling."],
    "known_customer": ["We worked for them two years ago and parted over an unpaid bill."],
    "too_little_known": ["Need and budget are too vague to put somebody on it this month."],
    "other": ["We are about to merge and take nothing new until it is done."],
}
WITHDRAW = [
    "The customer asked us to wait until its new CFO has started.",
    "It turned out that another department here has an agreement with them. Sorry for the noise.",
    "Goes to somebody nearer, as they want weekly visits.",
    "Duplicate of an older opportunity; we go on with that one.",
]
HOLD = [
    "Budget talks in January; {first} asks us to come back in week 3.",
    "They change owners. Everything above a small sum is frozen until it is signed.",
    "Waits for the tender board's answer on the threshold.",
    "The project leader is on parental leave until spring.",
    "Merger announced. Nobody decides on systems before it is through.",
    "They rebuild the hall first, then look at systems.",
]
EXTEND = [
    "Their board met without deciding; next meeting in six weeks.",
    "Contract is with the lawyers, and theirs is on holiday.",
    "They want the reference visit first, and the host has time next month.",
    "Go-live moves behind the season, so does the signature.",
]
RETURN = {
    "no_interest": "{first} was clear: they asked for a brochure, not for a project.",
    "no_response": "Five calls, three mails, one visit without an appointment. Nobody answers.",
    "timeframe": "They buy in eighteen months, when the leasing of today's system ends.",
    "bought_from_competitor": "Signed with their present vendor the day before we came.",
    "bought_from_partner": "Another partner had delivered to their sister company and simply went on.",
    "no_funding": "The bank said no. Good people; worth a call next year.",
    "bad_contact": "{contact} left in summer, and the number is dead. Nobody there knows of it.",
}
WIN = {
    "best_fit": [
        "They said it was the only proposal that began with their own day.",
        "The traceability demo settled it.",
        "Chosen by the users, against the advice of the consultant.",
    ],
    "price": [
        "Three percent below the next one, with hosting included.",
        "The fixed price for the first step made it easy to say yes.",
    ],
    "relation": [
        "Twenty years of looking after their network counted.",
        "{first} trusts the people, and says so.",
    ],
}
LOSE = {
    "competitor": [
        "Present vendor gave the upgrade away.",
        "Lost to a larger suite; the parent abroad decided.",
    ],
    "price": ["Eleven percent above the winner. We would not go lower."],
    "no_budget": ["Machines first, systems next year."],
    "no_decision": ["They go on as before. No hard feelings."],
    "timing": ["Two quarters too early, says {first}. We put a note in the calendar."],
    "relation": ["The new CFO brought the consultants of his last job."],
}
CANCEL = {
    "duplicate": "Same need as an older one; merged into that.",
    "mistake": "Entered for the wrong company in the group.",
    "no_budget": "{customer} has stopped all projects.",
    "timing": "They are being sold; the buyer has a system.",
    "other": "The customer closes the site in {city}.",
}
REOPEN = [
    "{first} rang: the winner could not deliver. They want to talk again.",
    "Budget has come through after all.",
]
OVERRIDE = [
    "Spoke with their manager: a consultant has come free, they want it now.",
    "No other partner in the country; they agreed to look at it anew with our help.",
]

NEXT_STEPS = [
    "Send the revised offer",
    "Show the warehouse module to the store managers",
    "Get the data model agreed with their controller",
    "Call about the budget for next year",
    "Meet the board with a first view of the figures",
    "Read in two ledgers as a trial",
    "Ask for the contract to be signed",
]
