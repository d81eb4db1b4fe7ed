"""*Check a customer*: three answers, the same words and the same time whoever holds it, and no fishing."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from statistics import quantiles
from time import sleep

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kanal.directory.models import Account
from kanal.directory.refusal import Invalid
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity
from kanal.portal.registering.checking import STEP
from kanal.registration import actions
from kanal.registration.models import Check
from kanal.registration.policy import in_force, room
from tests import cast as casting
from tests.cast import Cast
from tests.distribution.test_concurrency import race
from tests.portal.conftest import Enter
from tests.registration import made
from tests.timing import interleaved, told_apart

pytestmark = pytest.mark.django_db
THEIRS = {"company": "Søby Teknik ApS", "domain": "soby-teknik.dk"}
DIRECT = {"company": "Hvidsten Mejeri A/S", "domain": "hvidsten-mejeri.dk"}
CLEAR = {"company": "Gransund Optik ApS", "domain": "gransund-optik.dk"}


def sold_directly(cast: Cast) -> Opportunity:
    """Let the vendor sell to a customer itself."""
    account = Account.objects.create(
        name=DIRECT["company"], domain=DIRECT["domain"], city="Randers", country="DK"
    )
    direct = cast.opportunity(account=account, contact=None)
    Opportunity.objects.filter(pk=direct.pk).update(stage="contacting")
    return direct


def ask(client: Client, values: dict[str, str], *, script: bool = True) -> HttpResponse:
    headers = {"HX-Request": "true"} if script else {}
    return client.post(reverse("portal:check_customer"), values, headers=headers)


def said(answer: HttpResponse) -> str:
    """Give the text of an answer without its tags."""
    return " ".join(re.sub("<[^>]*>", " ", answer.content.decode()).split())


def test_a_free_customer_is_clear(cast: Cast, enter: Enter) -> None:
    answer = ask(enter(cast.freja), CLEAR)
    assert answer.status_code == 200
    assert said(answer).startswith("Clear Nobody is ahead of you with this customer.")
    assert reverse("portal:opportunity_new") in answer.content.decode()


def test_what_another_partner_has_asked_for_needs_review(cast: Cast, enter: Enter) -> None:
    made.submitted(cast, cast.mads)
    text = said(ask(enter(cast.freja), THEIRS))
    assert text.startswith("Needs review")
    assert "Nordlys" not in text


def test_a_protected_customer_is_protected_and_one_may_wait_in_line(cast: Cast, enter: Enter) -> None:
    made.approved(cast, cast.mads)
    text = said(ask(enter(cast.freja), THEIRS))
    assert text.startswith("Protected")
    assert "wait in line" in text
    assert "Nordlys" not in text


def test_the_own_customer_of_a_company_is_clear_to_it(cast: Cast, enter: Enter) -> None:
    made.approved(cast, cast.mads)
    assert said(ask(enter(cast.anna), THEIRS)).startswith("Clear")


def test_another_partners_and_the_vendors_own_customer_get_the_same_bytes(cast: Cast, enter: Enter) -> None:
    made.approved(cast, cast.mads)
    sold_directly(cast)
    client = enter(cast.freja)
    theirs, direct = ask(client, THEIRS), ask(client, DIRECT)
    assert b"Protected" in theirs.content
    assert theirs.content == direct.content
    assert dict(theirs.headers) == dict(direct.headers)
    assert theirs.status_code == direct.status_code == 200
    assert b"csrf" not in theirs.content
    assert not re.search(rb"[0-9a-f]{8}-[0-9a-f]{4}", theirs.content)


def test_the_whole_page_answers_without_scripts_and_keeps_what_was_typed(cast: Cast, enter: Enter) -> None:
    made.approved(cast, cast.mads)
    page = ask(enter(cast.freja), THEIRS, script=False).content.decode()
    assert "<!doctype html>" in page
    assert "This customer is protected for now" in page
    assert 'value="Søby Teknik ApS"' in page


@pytest.mark.parametrize("script", [True, False])
def test_too_little_to_tell_is_said_at_its_field(cast: Cast, enter: Enter, script: bool) -> None:
    answer = ask(enter(cast.freja), {"city": "Kolding"}, script=script)
    assert answer.status_code == 422
    assert "Enter a name, a web domain or a registration number." in answer.content.decode()
    assert not Check.objects.exists()


# ── Fishing ──────────────────────────────────────────────────────────────────────────────────────
def test_every_question_is_kept_with_its_answer(cast: Cast, enter: Enter) -> None:
    ask(enter(cast.freja), CLEAR)
    kept = Check.objects.get()
    assert (kept.partner, kept.person, kept.answer) == (cast.fjord, cast.freja, "clear")
    assert kept.asked["company"] == CLEAR["company"]


@pytest.mark.parametrize("script", [True, False])
def test_who_asks_too_often_hears_why_and_keeps_what_was_typed(
    cast: Cast, enter: Enter, script: bool
) -> None:
    made.policy(cast.chris, checks_a_day=2)
    client = enter(cast.freja)
    for _ in range(2):
        assert ask(client, CLEAR).status_code == 200
    answer = ask(client, THEIRS, script=script)
    assert answer.status_code == 429
    assert "as many customers as a day allows" in answer.content.decode()
    if not script:
        assert 'value="Søby Teknik ApS"' in answer.content.decode()


def test_the_vendor_is_told_once_however_often_somebody_goes_on(cast: Cast, enter: Enter) -> None:
    made.policy(cast.chris, checks_a_day=1)
    client = enter(cast.freja)
    for _ in range(4):
        ask(client, CLEAR)
    assert Notification.objects.filter(kind="registration_fishing").count() == 1
    assert Notification.objects.get(kind="registration_fishing").person == cast.chris
    assert Check.objects.filter(answer="").count() == 3


def test_submitting_a_draft_to_hear_who_is_protected_counts_as_a_question(cast: Cast, enter: Enter) -> None:
    made.policy(cast.chris, checks_a_day=1)
    made.approved(cast, cast.mads)
    draft = made.draft(cast, cast.freja)
    with pytest.raises(Invalid, match="protected for now"):
        made.submit(draft, cast.freja)
    assert Check.objects.get().answer == "protected"
    with pytest.raises(actions.TooMany):
        made.submit(draft, cast.freja)
    client = enter(cast.freja)
    values = {**THEIRS, "country": "DK", "version": str(made.again(draft).version), "do": "submit"}
    form = {**values, "family": str(draft.family_id), "value": "1", "work_done": "Much.", "accept_terms": "on",
            "expected_close": draft.expected_close.isoformat()}  # fmt: skip
    page = client.post(reverse("portal:registration", args=[draft.pk]), form)
    assert page.status_code == 409
    assert "as many customers as a day allows" in said(page)
    assert "protected for now" not in said(page)
    assert made.again(draft).work_done == "Much."


def test_how_many_a_company_holds_does_not_tell_for_whom_its_requests_wait(cast: Cast) -> None:
    made.approved(cast, cast.mads)
    sold_directly(cast)
    before = room(cast.fjord, in_force().terms).held
    made.submitted(cast, cast.freja, wait_in_line=True)
    behind_a_partner = room(cast.fjord, in_force().terms).held
    direct = {"customer": DIRECT["company"], "domain": DIRECT["domain"]}
    made.submitted(cast, cast.freja, wait_in_line=True, **direct)
    assert [before, behind_a_partner, room(cast.fjord, in_force().terms).held] == [0, 0, 0]


def test_a_full_company_may_still_wait_in_line(cast: Cast) -> None:
    made.approved(cast, cast.mads)
    made.policy(cast.chris, cap=1)
    made.submitted(cast, cast.freja, customer="Marstal Tov ApS", domain="marstal-tov.dk")
    assert made.submitted(cast, cast.freja, wait_in_line=True).waits_in_line


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_the_policys_number_holds_however_many_ask_at_the_same_moment() -> None:
    cast = casting.make()
    made.policy(cast.chris, checks_a_day=5, checks_a_company=5)

    def asking(person: casting.Person, number: int) -> Callable[[], object]:
        def act() -> object:
            try:
                return actions.check_customer(values={"company": f"Company {number}"}, family=None, by=person)
            finally:
                connection.close()

        return act

    results = race(*[asking([cast.bo, cast.freja][number % 2], number) for number in range(20)])
    answered = [one for one in results if isinstance(one, actions.Checked)]
    assert len(answered) == 5
    assert sum(isinstance(one, actions.TooMany) for one in results) == 15
    assert sorted(one.left for one in answered) == [0, 1, 2, 3, 4]
    assert Check.objects.exclude(answer="").count() == 5


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────
def test_how_long_an_answer_takes_does_not_tell_who_holds_a_customer(cast: Cast, enter: Enter) -> None:
    made.policy(cast.chris, checks_a_day=10_000, checks_a_company=10_000)
    made.approved(cast, cast.mads)
    sold_directly(cast)
    client = enter(cast.freja)
    kinds = {"another partner": THEIRS, "direct": DIRECT, "clear": CLEAR}
    acts = {name: lambda values=values: ask(client, values) for name, values in kinds.items()}
    # A machine that is busy by fits may fool the test once in a great while, but not twice.
    taken = interleaved(acts, times=100)
    apart = [pair for pair in combinations(kinds, 2) if told_apart(taken[pair[0]], taken[pair[1]])]
    if apart:
        taken = interleaved(acts, times=100, seed=8)
        apart = [pair for pair in apart if told_apart(taken[pair[0]], taken[pair[1]])]
    assert apart == []
    assert min(map(min, taken.values())) >= STEP


def test_the_same_test_sees_a_leak_as_soon_as_it_stands_out_of_the_noise(cast: Cast, enter: Enter) -> None:
    made.policy(cast.chris, checks_a_day=10_000, checks_a_company=10_000)
    client = enter(cast.freja)
    noise = quantiles(interleaved({"tight": lambda: ask(client, CLEAR)}, times=20)["tight"], n=10)
    leak = max(0.005, noise[-1] - noise[0])  # on a quiet machine five milliseconds

    def leaking() -> None:
        ask(client, CLEAR)
        sleep(leak)

    taken = interleaved({"tight": lambda: ask(client, CLEAR), "leaking": leaking}, times=100)
    assert told_apart(taken["tight"], taken["leaking"])
