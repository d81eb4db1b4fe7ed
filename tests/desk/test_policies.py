"""The pages of policies: the list in its order, one policy with everything it says, its versions."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.distribution.models import Policy, PolicyVersion
from kanal.distribution.term_words import flat
from kanal.distribution.terms import WEIGHTS, Filter, Terms
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def enter(person: Person) -> Any:
    client = Client()
    client.force_login(person)
    return client


def make(cast: Cast, name: str = "Nordic default", **terms: Any) -> Policy:
    return actions.make_policy(name=name, terms=Terms(**terms), by=cast.chris).policy


def typed(terms: Terms | None = None, pins: Any = (), **changes: Any) -> dict[str, Any]:
    """Give what the form sends for these terms."""
    values: dict[str, Any] = {"name": "Nordic default", "version": 1, "why": "", **flat(terms or Terms())}
    values |= {"pins-TOTAL_FORMS": len(pins), "pins-INITIAL_FORMS": 0}
    for place, (account, partner) in enumerate(pins):
        values |= {f"pins-{place}-account": account.pk, f"pins-{place}-partner": partner.pk}
    values["takes_countries"] = ", ".join(values["takes_countries"])
    values["times"] = ", ".join(values["times"])
    values |= changes
    return {name: value for name, value in values.items() if value is not None and value is not False}


def body(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_where_there_is_none_one_button_makes_one_with_good_defaults(cast: Cast) -> None:
    client = enter(cast.chris)
    empty = body(client.get(reverse("desk:policies")))
    assert "nothing is assigned by itself" in empty
    answer = client.post(reverse("desk:policies_start"), follow=True)
    assert "A policy with good defaults is made." in body(answer)
    assert Terms.read(PolicyVersion.objects.get().data) == Terms()


def test_the_button_finds_a_name_where_an_archived_one_has_it(cast: Cast) -> None:
    actions.archive_policy(key=make(cast, "Standard").pk, by=cast.chris)
    client = enter(cast.chris)
    client.post(reverse("desk:policies_start"))
    assert Policy.objects.filter(name="Standard 2", archived_at=None).exists()


def test_a_save_that_changes_nothing_says_so(cast: Cast) -> None:
    policy, client = make(cast), enter(cast.chris)
    answer = client.post(reverse("desk:policy", args=[policy.pk]), typed(), follow=True)
    assert "so version 1 still holds" in body(answer)
    assert policy.versions.count() == 1


def test_who_keeps_none_is_told_who_does(cast: Cast) -> None:
    empty = body(enter(cast.sally).get(reverse("desk:policies")))
    assert "Make one with good defaults" not in empty
    assert "An administrator or a channel manager can make one." in empty


def test_the_list_says_what_each_takes_and_which_is_never_asked(cast: Cast) -> None:
    make(cast, "Large Danish", takes=Filter(territories=(str(cast.jutland.pk),), value_least=2_000_000))
    make(cast, "Everything", when="schedule", times=("09:00",))
    make(cast, "Too late")
    shown = body(enter(cast.otto).get(reverse("desk:policies")))
    assert shown.index("Large Danish") < shown.index("Everything")
    for words in ("Jutland", "2,000,000", "Every opportunity", "09:00", "Chris Mølgaard"):
        assert words in shown
    assert "Never asked: Everything, before it, takes everything." in shown


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_reads_as_often_for_three_as_for_one(
    cast: Cast, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        takes = Filter(territories=(str(cast.jutland.pk),), industries=(str(cast.food.pk),))
        terms, pin = Terms(takes=takes), (cast.lindholm.pk, cast.nordlys.pk)
        actions.make_policy(name=f"Policy {place}", terms=terms, pins=[pin], by=cast.chris)
    client = enter(cast.chris)
    client.get(reverse("desk:policies"))
    # Session, person, versions, names of territories and industries, pins, two counts of the navigation.
    with django_assert_num_queries(10):
        client.get(reverse("desk:policies"))


def test_a_policy_is_moved_archived_and_restored_from_its_pages(cast: Cast) -> None:
    first, second, client = make(cast, "A"), make(cast, "B"), enter(cast.chris)
    client.post(reverse("desk:policy_move", args=[second.pk]), {"way": "earlier"})
    assert [str(one) for one in Policy.objects.all()] == ["B", "A"]
    client.post(reverse("desk:policy_archive", args=[first.pk]))
    assert "Restore it to change it" in body(client.get(reverse("desk:policy", args=[first.pk])))
    assert ">A<" in body(client.get(reverse("desk:policies") + "?view=archived"))
    client.post(reverse("desk:policy_restore", args=[first.pk]))
    assert Policy.objects.current().count() == 2


def test_everything_that_is_typed_is_kept(cast: Cast) -> None:
    policy, client = make(cast), enter(cast.chris)
    wanted = Terms(
        takes=Filter(
            territories=(str(cast.jutland.pk),),
            industries=(str(cast.food.pk),),
            sources=("event", "website"),
            ratings=("hot",),
            countries=("DK", "SE"),
            value_least=1000,
            value_most=2_000_000,
        ),
        rules=("territory", "reach"),
        weights=WEIGHTS | {"win": 0, "load": 17},
        near_km=10,
        value_least=500,
        share_new=20,
        when="schedule",
        times=("09:00", "14:30"),
    )
    pins = [(cast.lindholm, cast.nordlys)]
    data = typed(wanted, pins, why="Autumn plan", takes_countries="Denmark, se", takes_value_most="2,000,000")
    answer = client.post(
        reverse("desk:policy", args=[policy.pk]), {**data, "times": "9:00, 14:30"}, follow=True
    )
    assert "Saved. Version 2 holds from now on." in body(answer)
    version = policy.versions.get(number=2)
    assert Terms.read(version.data) == wanted
    assert [(pin.account, pin.partner) for pin in version.pins.all()] == pins
    assert 'value="Denmark, Sweden"' in body(answer)


def test_a_refused_policy_shows_what_was_typed_with_the_sum(cast: Cast) -> None:
    policy, client = make(cast), enter(cast.chris)
    data = typed(weight_win=19, attempts=99, why="Winners first")
    answer = client.post(reverse("desk:policy", args=[policy.pk]), data)
    shown = body(answer)
    assert answer.status_code == 422
    assert "The points add up to 110 instead of 100. Take 10 away." in shown
    assert "99 is not possible. Give a whole number from 1 to 20." in shown
    assert "110 of 100 points" in shown
    assert 'value="Winners first"' in shown
    assert policy.versions.count() == 1


def test_the_bar_is_drawn_by_the_server(cast: Cast) -> None:
    shown = body(enter(cast.chris).get(reverse("desk:policy_new")))
    assert '<rect class="c1" data-part="product" x="0.00" width="18.00" height="10"/>' in shown
    assert '<rect class="c5" data-part="relation" x="96.00" width="4.00" height="10"/>' in shown
    assert "100 of 100 points" in shown


def test_half_a_pin_asks_for_the_other_half(cast: Cast) -> None:
    data = typed(why="Pins") | {"pins-TOTAL_FORMS": 1, "pins-0-account": cast.lindholm.pk}
    answer = enter(cast.chris).post(reverse("desk:policy", args=[make(cast).pk]), data)
    assert answer.status_code == 422
    assert "Choose the partner that gets this customer." in body(answer)


def test_a_save_from_an_old_page_is_compared_and_can_be_saved_again(cast: Cast) -> None:
    policy, client = make(cast), enter(cast.chris)
    address = reverse("desk:policy", args=[policy.pk])
    client.post(address, typed(Terms(attempts=5), why="Five", when="created"))
    data = typed(Terms(attempts=7), [(cast.lindholm, cast.nordlys)], why="Seven")
    answer = client.post(address, data)
    shown = body(answer)
    assert answer.status_code == 409
    assert "Chris Mølgaard changed this while you wrote." in shown
    assert (
        "As soon as an opportunity needs a partner" in shown.split("Stands there now")[1].split("</table>")[0]
    )
    assert 'name="version" value="2"' in shown
    assert client.post(address, data | {"version": 2}).status_code == 302
    assert Terms.read(policy.versions.get(number=3).data).attempts == 7


def test_an_auditor_reads_everything_and_finds_no_save(cast: Cast) -> None:
    pins = [(cast.lindholm.pk, cast.nordlys.pk)]
    policy = actions.make_policy(name="Pinned", terms=Terms(), pins=pins, by=cast.chris).policy
    shown = body(enter(cast.otto).get(reverse("desk:policy", args=[policy.pk])))
    assert "Your role may read this but not change it." in shown
    assert "Lindholm Foods" in shown
    assert ">Save</button>" not in shown


def test_versions_tell_who_why_and_what_changed(cast: Cast) -> None:
    policy, client = make(cast), enter(cast.chris)
    address = reverse("desk:policy", args=[policy.pk])
    client.post(address, typed(Terms(attempts=5), [(cast.lindholm, cast.nordlys)], why="Answers come faster"))
    client.post(address, typed(Terms(attempts=5, far_km=300), version=2, why="Near is better"))
    shown = body(client.get(reverse("desk:policy_versions", args=[policy.pk])))
    for words in (
        "Answers come faster",
        "Near is better",
        "Attempts",
        "Pin: Lindholm Foods",
        "The first version.",
    ):
        assert words in shown
    two = body(client.get(reverse("desk:policy_versions", args=[policy.pk]) + "?from=3&to=1"))
    compared = two.split("From version 1 to version 3")[1].split("</table>")[0]
    assert "Far, in kilometres" in compared
    assert "Pin:" not in compared


@pytest.mark.parametrize("number", [1, 3])
def test_the_versions_are_read_as_often_for_three_as_for_one(
    cast: Cast, number: int, django_assert_max_num_queries: Any
) -> None:
    policy, client = make(cast), enter(cast.chris)
    for version in range(1, number):
        pins = [(cast.lindholm, cast.nordlys)] if version % 2 else []
        client.post(
            reverse("desk:policy", args=[policy.pk]),
            typed(Terms(attempts=version), pins, version=version, why="x"),
        )
    with django_assert_max_num_queries(12):
        client.get(reverse("desk:policy_versions", args=[policy.pk]))


def test_an_old_version_holds_again_and_a_missing_reason_keeps_the_page(cast: Cast) -> None:
    policy, client = make(cast), enter(cast.chris)
    client.post(reverse("desk:policy", args=[policy.pk]), typed(Terms(attempts=5), why="Five"))
    address = reverse("desk:policy_version_restore", args=[policy.pk, 1])
    refused = client.post(address, {"version": 2, "why": " "})
    assert refused.status_code == 422
    assert "Say in a few words why" in body(refused)
    stale = client.post(address, {"version": 1, "why": "Three was right"})
    assert stale.status_code == 409
    assert 'value="Three was right"' in body(stale)
    done = client.post(address, {"version": 2, "why": "Three was right"}, follow=True)
    assert "says again what it said in version 1. That is version 3 now." in body(done)


def test_the_page_speaks_danish(cast: Cast) -> None:
    cast.chris.language = "da"
    cast.chris.save()
    client = enter(cast.chris)
    shown = body(client.get(reverse("desk:policy", args=[make(cast).pk])))
    for words in ("Faste regler", "Område og afstand", "100 af 100 point", "Hvorfor denne ændring?"):
        assert words in shown
