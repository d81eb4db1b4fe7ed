"""Keeping policies: every change is a version with who and why, and what can't be is named with its mend."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import translation

from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Refusal, Stale
from kanal.distribution import actions, matching
from kanal.distribution.matching.shape import ALWAYS as ALWAYS_THERE
from kanal.distribution.models import Policy, PolicyVersion
from kanal.distribution.policies import in_force
from kanal.distribution.term_words import (
    CHOSEN_RULES,
    RULE_WORDS,
    WEIGHT_GROUPS,
    WEIGHT_WORDS,
    differences,
    flat,
    from_flat,
    said,
)
from kanal.distribution.terms import ALWAYS, RULES, WEIGHTS, Filter, Terms
from tests.cast import Cast


def make(cast: Cast, name: str = "Nordic default", **terms: Any) -> Policy:
    return actions.make_policy(name=name, terms=Terms(**terms), by=cast.chris).policy


def save(policy: Policy, *, by: Person, version: int | None = None, **changes: Any) -> PolicyVersion:
    policy = Policy.objects.get(pk=policy.pk)
    wanted = {"name": policy.name, "terms": Terms(), "pins": [], "why": "Because", **changes}
    return actions.save_policy(
        key=policy.pk, version=policy.version if version is None else version, by=by, **wanted
    )


@pytest.mark.django_db
def test_a_new_policy_is_its_first_version_and_is_asked_last(cast):
    first, second = make(cast), make(cast, "Big deals")
    assert [each.version.policy for each in in_force()] == [first, second]
    assert [(v.number, v.by) for v in first.versions.all()] == [(1, cast.chris)]


@pytest.mark.django_db
def test_a_change_is_a_new_version_with_who_and_why_and_the_old_one_stays(cast):
    policy = make(cast)
    made = save(policy, by=cast.ada, terms=Terms(attempts=5), why=" Partners answer faster now ")
    assert (made.number, made.by, made.why) == (2, cast.ada, "Partners answer faster now")
    assert [Terms.read(v.data).attempts for v in policy.versions.all()] == [5, 3]


@pytest.mark.django_db
def test_nothing_changed_makes_no_version_and_asks_for_no_reason(cast):
    policy = make(cast, rules=("capacity", "territory"))
    same = save(policy, by=cast.ada, terms=Terms(rules=("territory", "capacity")), why="")
    assert same.number == 1
    assert Policy.objects.get().version == 1


@pytest.mark.django_db
def test_a_new_name_alone_is_no_new_version(cast):
    policy = make(cast)
    assert save(policy, by=cast.ada, name="Standard", why="").number == 1
    assert Policy.objects.get().name == "Standard"


@pytest.mark.django_db
def test_a_change_without_a_reason_is_refused(cast):
    with pytest.raises(Invalid) as refused:
        save(make(cast), by=cast.ada, terms=Terms(attempts=5), why="  ")
    assert refused.value.errors.keys() == {"why"}


@pytest.mark.django_db
def test_pins_belong_to_the_version(cast):
    policy = make(cast)
    pins = [(cast.lindholm.pk, cast.nordlys.pk)]
    assert save(policy, by=cast.chris, pins=pins).number == 2
    assert dict(in_force()[0].pins) == {cast.lindholm.pk: cast.nordlys.pk}
    assert save(policy, by=cast.chris, pins=[]).number == 3
    assert dict(in_force()[0].pins) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["sally", "otto", "anna"])
def test_who_keeps_no_policies_is_refused(cast, name):
    by = cast.people[name]
    policy = make(cast)
    tries: list[Callable[[], object]] = [
        lambda: actions.make_policy(name="Mine", terms=Terms(), by=by),
        lambda: save(policy, by=by),
        lambda: actions.move_policy(key=policy.pk, places=1, by=by),
        lambda: actions.archive_policy(key=policy.pk, by=by),
        lambda: actions.unarchive_policy(key=policy.pk, by=by),
        lambda: actions.restore_version(key=policy.pk, number=1, version=1, why="x", by=by),
    ]
    for act in tries:
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.django_db
def test_a_save_from_an_old_version_names_what_stands_otherwise(cast):
    policy = make(cast)
    save(policy, by=cast.ada, terms=Terms(attempts=5, weights=WEIGHTS | {"tier": 0, "win": 17}))
    with pytest.raises(Stale) as refused:
        save(
            policy,
            by=cast.chris,
            version=1,
            terms=Terms(attempts=7),
            pins=[(cast.lindholm.pk, cast.nordlys.pk)],
        )
    assert refused.value.by == "Ada Holm"
    assert refused.value.changed == {"attempts": 5, "weight_tier": 0, "weight_win": 17, "pins": {}}
    assert policy.versions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_stale_and_loses_nothing(cast):
    policy, start = make(cast), Barrier(2)

    def attempt(attempts: int) -> str:
        try:
            start.wait(10)
            save(policy, by=cast.chris, version=1, terms=Terms(attempts=attempts))
        except Stale:
            return "stale"
        else:
            return "saved"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(attempt, [5, 6]))
    assert ended == ["saved", "stale"]
    assert [v.number for v in policy.versions.all()] == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_moves_at_the_same_moment_leave_one_order(cast):
    made = [make(cast, name) for name in "ABCD"]
    start = Barrier(4)

    def move(policy: Policy) -> None:
        try:
            start.wait(10)
            actions.move_policy(key=policy.pk, places=-1, by=cast.chris)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, made))
    assert sorted(Policy.objects.values_list("position", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_a_policy_moves_among_the_others_and_disturbs_no_one_who_edits(cast):
    names = [make(cast, name) for name in "ABC"]
    actions.move_policy(key=names[2].pk, places=-2, by=cast.chris)
    assert [str(p) for p in Policy.objects.all()] == ["C", "A", "B"]
    actions.move_policy(key=names[2].pk, places=1, by=cast.chris)
    actions.move_policy(key=names[1].pk, places=9, by=cast.chris)
    assert [str(p) for p in Policy.objects.all()] == ["A", "C", "B"]
    assert save(names[2], by=cast.ada, version=1, terms=Terms(attempts=9)).number == 2


@pytest.mark.django_db
def test_an_archived_policy_judges_nothing_until_it_is_taken_back(cast):
    policy = make(cast)
    actions.archive_policy(key=policy.pk, by=cast.chris)
    assert in_force() == []
    with pytest.raises(Conflict):
        save(policy, by=cast.chris, terms=Terms(attempts=9))
    with pytest.raises(Missing):
        actions.move_policy(key=policy.pk, places=1, by=cast.chris)
    actions.unarchive_policy(key=policy.pk, by=cast.chris)
    assert len(in_force()) == 1


@pytest.mark.django_db
def test_an_old_version_is_restored_as_a_new_one(cast):
    pins = [(cast.lindholm.pk, cast.nordlys.pk)]
    policy = actions.make_policy(name="Standard", terms=Terms(), pins=pins, by=cast.chris).policy
    save(policy, by=cast.chris, terms=Terms(attempts=9))
    again = actions.restore_version(key=policy.pk, number=1, version=2, why="Nine was too many", by=cast.ada)
    assert (again.number, again.by) == (3, cast.ada)
    assert Terms.read(again.data) == Terms()
    assert dict(in_force()[0].pins) == dict(pins)
    with pytest.raises(Missing):
        actions.restore_version(key=policy.pk, number=8, version=3, why="x", by=cast.ada)


NOBODY = "0199c0de-0000-7000-8000-000000000000"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        ({"weights": WEIGHTS | {"win": 19}}, "weights", "110 instead of 100. Take 10 away"),
        ({"weights": WEIGHTS | {"win": 0}}, "weights", "91 instead of 100. Give 9 more"),
        ({"weights": WEIGHTS | {"win": -1}}, "weight_win", "-1 is not possible"),
        ({"weights": WEIGHTS | {"luck": 0}}, "weights", "no part “luck”"),
        ({"near_km": 400, "far_km": 400}, "far_km", "400 is not less than 400"),
        ({"quick_hours": 50}, "slow_hours", "50 is not less than 40"),
        ({"remind_hours": 16}, "remind_hours", "16 is not less than 16"),
        ({"share_most": 0}, "share_most", "from 1 to 100"),
        ({"share_new": 101}, "share_new", "101 is not possible. Give a whole number from 0 to 100"),
        ({"score_least": 101}, "score_least", "from 0 to 100"),
        ({"attempts": 21}, "attempts", "from 1 to 20"),
        ({"answer_hours": 401}, "answer_hours", "from 1 to 400"),
        ({"when": "schedule"}, "times", "at least one time"),
        ({"when": "schedule", "times": ("9:00",)}, "times", "“9:00” is no time"),
        ({"when": "schedule", "times": ("24:00",)}, "times", "“24:00” is no time"),
        ({"when": "schedule", "times": ("09:00", "09:00")}, "times", "twice"),
        ({"when": "sometimes"}, "when", "Choose"),
        ({"rules": ("luck",)}, "rules", "no rule “luck”"),
        ({"rules": ("active",)}, "rules", "no rule “active” to choose"),
        ({"value_least": 10, "value_most": 9}, "value_most", "smaller than the least, 10"),
        ({"takes": Filter(value_least=10, value_most=9)}, "takes_value_most", "smaller than the least"),
        ({"takes": Filter(value_least=-1)}, "takes_value_least", "-1 is not possible"),
        ({"takes": Filter(territories=(NOBODY,))}, "takes_territories", NOBODY),
        ({"takes": Filter(industries=("food",))}, "takes_industries", "no “food”"),
        ({"takes": Filter(sources=("rumour",))}, "takes_sources", "no “rumour”"),
        ({"takes": Filter(countries=("dk",))}, "takes_countries", "no “dk”"),
    ],
)
def test_what_a_policy_can_not_say_is_named_with_its_mend(cast, terms, field, words):
    with pytest.raises(Invalid) as refused:
        make(cast, **terms)
    assert words in str(refused.value.errors[field])
    assert Policy.objects.count() == 0


@pytest.mark.django_db
def test_pins_name_what_exists_once(cast):
    def refusal(*pins: tuple[UUID, UUID]) -> str:
        with pytest.raises(Refusal) as refused:
            actions.make_policy(name="Standard", terms=Terms(), pins=pins, by=cast.chris)
        return str(refused.value)

    pin = (cast.lindholm.pk, cast.nordlys.pk)
    assert "does not exist" in refusal((uuid4(), cast.nordlys.pk))
    assert "does not exist" in refusal((cast.lindholm.pk, uuid4()))
    assert "Lindholm Foods is pinned twice" in refusal(pin, (cast.lindholm.pk, cast.fjord.pk))


@pytest.mark.django_db
def test_a_name_is_given_once(cast):
    make(cast)
    with pytest.raises(Invalid) as refused:
        make(cast)
    assert refused.value.errors.keys() == {"name"}


def test_every_rule_and_every_part_has_its_words_and_the_parts_their_groups():
    assert set(RULE_WORDS) == set(RULES)
    assert set(WEIGHT_WORDS) == set(WEIGHTS)
    grouped = [part for _label, parts in WEIGHT_GROUPS.values() for part in parts]
    assert sorted(grouped) == sorted(WEIGHTS)
    assert sum(WEIGHTS.values()) == 100
    assert set(CHOSEN_RULES) >= set(Terms().rules)


def test_the_terms_and_the_engine_know_the_same_rules_and_parts():
    assert [str(rule) for rule in matching.Rule] == list(RULES)
    assert [str(part) for part in matching.Part] == list(WEIGHTS)
    assert {str(rule) for rule in ALWAYS_THERE} == ALWAYS


def test_terms_survive_their_plain_names_and_their_plain_data():
    terms = Terms(takes=Filter(countries=("DK",), value_least=5), rules=("reach",), times=("09:00",))
    assert from_flat(flat(terms)) == terms
    assert Terms.read(terms.plain()) == terms


def test_a_difference_is_told_in_words():
    before = Terms(takes=Filter(countries=("DK",)))
    after = replace(before, takes=Filter(), rules=(*before.rules, "reach"), attempts=5, when="created")
    named = lambda _kind, key: {"DK": "Denmark"}.get(key, key)  # noqa: E731
    told = {str(one.label): (one.before, one.after) for one in differences(before, after, named)}
    assert told == {
        "Countries": ("Denmark", "all"),
        "Rule: Within reach": ("does not hold", "holds"),
        "Attempts": ("3", "5"),
        "It assigns": ("Only when a person asks", "As soon as an opportunity needs a partner"),
    }
    with translation.override("da"):
        assert said("when", "created", named) == "Så snart en salgsmulighed har brug for en partner"
