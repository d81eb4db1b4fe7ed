"""Whether two companies are one customer: what is said of each thing, and what it comes to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.conflicts_labelled import HELD, outcomes, pairs, quality
from kanal.registration.conflicts.judging import Customer, Part, Says, Thing, Verdict, judge
from kanal.registration.conflicts.names import telling

WORDS = st.sampled_from(
    [
        *(
            "Lindholm",
            "Lindhlom",
            "Foods",
            "Fødevarer",
            "Steel",
            "Hansen",
            "Jensen",
            "Aarhus",
            "Odense",
            "Danmark",
        ),
        *(
            "Sverige",
            "Holding",
            "Gruppen",
            "The",
            "&",
            "A/S",
            "GmbH",
            "Müller",
            "Mueller",
            "Fjordplast",
            "Plast",
        ),
        *("KVS", "Mess-", "Messtechnik", "Red", "Kite", "Redkite"),
    ]
)
NAMES = st.one_of(
    st.lists(WORDS, max_size=5).map(" ".join),
    st.text(st.characters(categories=["L", "N", "Zs", "P"]), max_size=30),
)
CUSTOMERS = st.builds(
    Customer,
    name=NAMES,
    number=st.sampled_from(["", "12345678", "DK 12 34 56 78", "87654321", "HRB 4711", "SE 556677889901"]),
    domain=st.sampled_from(
        ["", "www.lindholm.dk", "lindholm.de", "lind-holm.dk", "other.co.uk", "gmail.com"]
    ),
    mail_domains=st.sampled_from(
        [(), ("lindholm.dk",), ("gmail.com",), ("karen@other.co.uk", "lindholm.de")]
    ),
    street=st.sampled_from(["", "Havnegade 5", "Havnegade 5, 2. th", "Havneg. 7", "12 Station Road"]),
    postal_code=st.sampled_from(["", "5000", "8000"]),
    city=st.sampled_from(["", "Odense", "Århus", "Aarhus"]),
    country=st.sampled_from(["", "DK", "DE", "GB"]),
)


@given(CUSTOMERS, CUSTOMERS)
def test_it_is_all_one_which_customer_comes_first(one: Customer, other: Customer) -> None:
    assert judge(one, other) == judge(other, one)


@given(CUSTOMERS, CUSTOMERS)
def test_the_parts_are_all_there_and_make_the_score(one: Customer, other: Customer) -> None:
    verdict = judge(one, other)
    assert [part.thing for part in verdict.parts] == list(Thing)
    bits = sum(part.weight for part in verdict.parts) - 6
    assert verdict.score == round(100 / (1 + math.exp2(-bits)))
    assert verdict.same_customer == (verdict.score >= 50)
    assert all(part.weight == 0 for part in verdict.parts if part.says is Says.UNKNOWN)


@given(CUSTOMERS.filter(lambda one: any(letter.isalpha() and letter.isascii() for letter in one.name)))
def test_what_is_not_known_speaks_neither_for_nor_against(one: Customer) -> None:
    verdict = judge(one, Customer(name=one.name))
    assert {part.thing for part in verdict.parts if part.weight} <= {Thing.NAME}


def same(one: str, other: str) -> bool:
    return judge(Customer(name=one), Customer(name=other)).same_customer


def part(verdict: Verdict, thing: Thing) -> Part:
    return next(one for one in verdict.parts if one.thing is thing)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lindholm Foods A/S", "Lindholm Foods ApS"),
        ("Rothenbach GmbH & Co. KG", "Rothenbach e.K."),
        ("Müller Werkzeuge", "Mueller Werkzeuge GmbH"),
        ("Århus Skilte", "Aarhus Skilte ApS"),
        ("Grønlykke Planteskole", "Gronlykke Planteskole"),
        ("Foods Lindholm", "Lindholm Foods"),
        ("Lindholm Foods", "Lindhlom Foods"),
        ("Lindholm Foods", "Lindholm Fods"),
        ("Red Kite Aviation", "Redkite Aviation"),
        ("Ivybridge Labs", "Ivybridge Laboratories"),
        ("Fjordens Plast", "Fjordplast ApS"),
    ],
)
def test_one_name_written_otherwise_is_one_customer(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lindholm Foods Danmark A/S", "Lindholm Foods Sverige AB"),
        ("Lindholm Foods Holding ApS", "Lindholm Foods Gruppen A/S"),
        ("Lindholm Bakery Ltd", "Lindholm Bageri ApS"),
        ("Drachenfelder Hamburg GmbH", "Drachenfelder München GmbH"),
    ],
)
def test_companies_of_one_group_are_one_customer(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lindholm Foods A/S", "Lindholm Rør A/S"),
        ("Hansens Bageri", "Hansens Autoværksted"),
        ("Jens Mogensen VVS", "Karl Mogensen VVS"),
        ("Herning Stålmontage", "Herning Tæppecenter"),
        ("Aarhus Bogholderi", "Odense Bogholderi"),
        ("Northern Pump Services", "Southern Pump Services"),
        ("Nordvind Energi", "Nordvand Energi"),
        ("Marlin Boats", "Merlin Boats"),
        ("Hansen Teknik", "Jansen Teknik"),
    ],
)
def test_near_misses_are_two_customers(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_rare_name_says_more_than_one_that_many_have() -> None:
    rare = judge(Customer(name="Tangkrog Byg"), Customer(name="Tangkrog Byg ApS"))
    common = judge(Customer(name="Hansen Byg"), Customer(name="Hansen Byg ApS"))
    assert part(rare, Thing.NAME).weight > part(common, Thing.NAME).weight > 0


def test_one_number_makes_one_customer_whatever_the_names() -> None:
    verdict = judge(
        Customer(name="Granly Invest", number="CVR 12 34 56 71", country="DK"),
        Customer(name="Byens Tagdækkere", number="DK12345671"),
    )
    assert verdict.same_customer
    assert (part(verdict, Thing.NUMBER).says, part(verdict, Thing.NUMBER).sign) == (Says.SAME, "=")
    assert (part(verdict, Thing.NAME).says, part(verdict, Thing.NAME).sign) == (Says.DIFFERS, "–")


def test_a_number_says_nothing_across_two_registers() -> None:
    one = Customer(name="Granly Invest", number="12345671", country="DK")
    assert part(judge(one, Customer(number="12345671", country="GB")), Thing.NUMBER).says is Says.UNKNOWN
    assert part(judge(one, Customer(number="76543210", country="GB")), Thing.NUMBER).says is Says.UNKNOWN
    assert part(judge(one, Customer(number="76543210", country="DK")), Thing.NUMBER).says is Says.DIFFERS


def test_the_number_of_a_court_is_no_proof() -> None:
    one = Customer(name="Perlmutt", number="HRB 98761", country="DE")
    assert (
        part(judge(one, Customer(name="Kranwerk", number="HRB98761", country="DE")), Thing.NUMBER).says
        is Says.ALIKE
    )
    assert not judge(one, Customer(name="Kranwerk", number="HRB98761", country="DE")).same_customer


def test_another_number_and_another_domain_make_two_customers_of_one_common_name() -> None:
    one = Customer(name="Hansen Byg", number="11223341", domain="hansenbyg.dk", country="DK")
    other = Customer(name="Hansen Byg ApS", number="55667782", domain="hansen-byg-vejle.dk", country="DK")
    assert judge(one, other).score < 20


def test_one_domain_makes_one_customer_and_its_twin_under_another_ending_is_alike() -> None:
    one = Customer(name="Lundby Teknik", domain="https://www.lundby-teknik.dk/om")
    group = judge(one, Customer(name="Overgaden Drift", domain="shop.lundby-teknik.dk"))
    assert group.same_customer
    assert part(group, Thing.DOMAIN).says is Says.SAME
    twin = part(judge(one, Customer(name="Lundby Teknik", domain="lundbyteknik.com")), Thing.DOMAIN)
    assert (twin.says, twin.sign) == (Says.ALIKE, "~")


def test_mail_at_the_others_web_domain_makes_one_customer() -> None:
    one = Customer(name="Kanzlei Morgenstern", mail_domains=("anna@ra-morgenstern.de",))
    verdict = judge(one, Customer(name="Abendroth Notare", domain="www.ra-morgenstern.de"))
    assert verdict.same_customer
    assert part(verdict, Thing.MAIL_DOMAIN).says is Says.SAME


def test_mail_for_all_says_nothing() -> None:
    one = Customer(name="Bageri Nord", mail_domains=("gmail.com",))
    verdict = judge(one, Customer(name="Kranwerk", mail_domains=("somebody@gmail.com",)))
    assert part(verdict, Thing.MAIL_DOMAIN).says is Says.UNKNOWN


@pytest.mark.parametrize(
    ("street", "other", "says"),
    [
        ("Bredgade 101", "Bredgade 101, st. th", Says.SAME),
        ("Kajgade 3B", "Kajgade 3 B", Says.SAME),
        ("Hafenstr. 12", "Hafenstraße 12", Says.SAME),
        ("12 Station Rd", "12 Station Road", Says.SAME),
        ("Havnegade 5", "Havnegade 7", Says.ALIKE),
        ("", "Havnegade 7", Says.ALIKE),
    ],
)
def test_an_address_is_compared_by_its_house(street: str, other: str, says: Says) -> None:
    one = Customer(name="Ny Plast", street=street, postal_code="8000", city="Aarhus C")
    assert (
        part(judge(one, Customer(street=other, postal_code="8000", city="Århus")), Thing.ADDRESS).says is says
    )


def test_two_companies_of_one_house_are_two_customers() -> None:
    address = {"street": "Kajen 3", "postal_code": "9900", "city": "Frederikshavn"}
    assert not judge(
        Customer("Kontorhotellet Pakhus", **address), Customer("Danalog Software", **address)
    ).same_customer


def test_companies_are_looked_for_by_their_telling_words() -> None:
    assert telling("Hansen & Tangkrog Maskinfabrik Danmark A/S") == ("tangkrog", "hansen")
    assert telling("Dansk Maskin Service") == ()


def test_of_the_labelled_pairs_nearly_all_are_judged_right() -> None:
    judged = outcomes(pairs())
    held = [one for one in judged if one.pair.part == HELD]
    for rows in (judged, held):
        good = quality(rows)
        assert good.precision >= 0.95
        assert good.recall >= 0.95
    assert len(held) >= 100
    assert len(judged) >= 360
    assert {one.pair.language for one in judged} == {"da", "de", "en"}
