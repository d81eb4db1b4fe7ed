"""Keeping policies of assignment. What a version says stays as it was said; a change makes the next one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.actions.records import fill, lock, permit, store
from kanal.directory.models import Account, Industry, Partner, Person, ProductFamily, Territory
from kanal.directory.refusal import Conflict, Invalid, Missing, Stale, Text
from kanal.distribution.models import Policy, PolicyPin, PolicyVersion
from kanal.distribution.term_checks import problems
from kanal.distribution.term_words import flat
from kanal.distribution.terms import RULES, Terms
from kanal.opportunities.models import Rating, Source

AREA = "policies"
# A customer and the partner that always gets it: their keys.
Pin = tuple[uuid.UUID, uuid.UUID]
_RECORDS: Mapping[str, Any] = {"territories": Territory, "families": ProductFamily, "industries": Industry}
_CHOICES = {"sources": set(Source.values), "ratings": set(Rating.values)}


def make_policy(
    *, name: str, terms: Terms, by: Person, pins: Sequence[Pin] = (), why: str = ""
) -> PolicyVersion:
    """Make a policy, which is asked after all others; gives its first version.

    Args:
        name: what people call it.
        terms: what it says.
        by: who.
        pins: the customers that always go to one partner.
        why: the reason, if there is one to tell.

    Raises:
        NotAllowed: the person keeps no policies.
        Invalid: the name is taken, or a term or a pin can't be; names each.
    """
    with acting(by):
        permit(by, AREA)
        terms = tidy(terms)
        _check(terms, pins)
        last = Policy.objects.aggregate(last=Max("position"))["last"] or 0
        policy = Policy(name=name.strip(), position=last + 1)
        store(policy, new=True)
        version = PolicyVersion(policy=policy, number=1, data=terms.plain(), why=why, by=by)
        return _write(version, pins)


def save_policy(
    *,
    key: uuid.UUID,
    version: int,
    name: str,
    terms: Terms,
    pins: Sequence[Pin],
    why: str,
    by: Person,
) -> PolicyVersion:
    """Change a policy: its next version holds from now on. Where nothing changes, no version is made.

    Args:
        key: which policy.
        version: the version of the record that the person started from.
        name: what people call it.
        terms: what it shall say.
        pins: the customers that shall always go to one partner.
        why: the reason of the change; a new name alone needs none.
        by: who.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such.
        Conflict: it is archived.
        Stale: somebody changed it meanwhile; names what stands otherwise than is asked for.
        Invalid: a term or a pin can't be taken, or the reason is missing; names each.
    """
    with acting(by):
        permit(by, AREA)
        policy = lock(Policy, key)
        last = policy.versions.order_by("-number")[:1].get()
        terms, wanted = tidy(terms), dict(pins)
        said, pinned = Terms.read(last.data), _pins_of(last)
        if policy.archived_at is not None:
            raise Conflict(_("%(name)s is archived. Restore it to change it.") % {"name": policy})
        if policy.version != version:
            raise _stale(policy, last, name=name, terms=terms, pins=wanted)
        _check(terms, pins)
        renamed = fill(policy, {"name": name})
        changed = terms != said or wanted != pinned
        if changed and not why.strip():
            raise Invalid({"why": _("Say in a few words why: people read it beside this version.")})
        if changed or renamed:
            store(policy, new=False)
        if not changed:
            return last
        following = PolicyVersion(policy=policy, number=last.number + 1, data=terms.plain(), why=why, by=by)
        return _write(following, pins)


def restore_version(*, key: uuid.UUID, number: int, version: int, why: str, by: Person) -> PolicyVersion:
    """Let a policy say again what an older version said, as a new version.

    Args:
        key: which policy.
        number: the older version.
        version: the version of the record that the person started from.
        why: the reason.
        by: who.

    Raises:
        NotAllowed, Missing, Conflict, Stale, Invalid: as with `save_policy`. What no longer exists can't be restored.
    """
    with acting(by):
        permit(by, AREA)
        policy = lock(Policy, key)
        old = policy.versions.filter(number=number).first()
        if old is None:
            raise Missing
        return save_policy(
            key=key,
            version=version,
            name=policy.name,
            terms=Terms.read(old.data),
            pins=list(_pins_of(old).items()),
            why=why,
            by=by,
        )


def move_policy(*, key: uuid.UUID, places: int, by: Person) -> None:
    """Let a policy be asked earlier or later than others.

    Args:
        key: which one.
        places: how many places later; a negative number is earlier. Past an end it stays at the end.
        by: who.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such, or it is archived.
    """
    with acting(by):
        permit(by, AREA)
        rows = list(Policy.objects.current().select_for_update(no_key=True).order_by("pk"))
        order = sorted(rows, key=lambda row: (row.position, row.name, row.pk))
        moved = next((row for row in order if row.pk == key), None)
        if moved is None:
            raise Missing
        place = max(0, order.index(moved) + places)
        order.remove(moved)
        order.insert(place, moved)
        for position, policy in enumerate(order, start=1):
            if fill(policy, {"position": position}):
                # Its place is no part of what a version says: who edits it meanwhile is not disturbed.
                store(policy, new=False, version=False)


def archive_policy(*, key: uuid.UUID, by: Person) -> Policy:
    """Put a policy away: it judges nothing any more, and its versions stay. Again changes nothing.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such.
    """
    return _put(key, away=True, by=by)


def unarchive_policy(*, key: uuid.UUID, by: Person) -> Policy:
    """Let an archived policy judge again, in its old place. Again changes nothing.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such.
    """
    return _put(key, away=False, by=by)


def _put(key: uuid.UUID, *, away: bool, by: Person) -> Policy:
    with acting(by):
        permit(by, AREA)
        policy = lock(Policy, key)
        if (policy.archived_at is not None) != away:
            policy.archived_at = clock.now() if away else None
            store(policy, new=False)
    return policy


def tidy(terms: Terms) -> Terms:
    """Bring what has no order of its own into one, so that the same terms are the same value."""
    takes = terms.takes
    lists: dict[str, Any] = {
        name: tuple(sorted(set(getattr(takes, name)))) for name in (*_RECORDS, *_CHOICES, "countries")
    }
    return replace(
        terms,
        takes=replace(takes, **lists),
        rules=tuple(sorted(set(terms.rules), key=(*RULES, *terms.rules).index)),
        times=tuple(sorted(terms.times)),
    )


def _check(terms: Terms, pins: Sequence[Pin]) -> None:
    errors = problems(terms) | _filter_problems(terms) | _pin_problems(pins)
    if errors:
        raise Invalid(errors)


def _filter_problems(terms: Terms) -> dict[str, Text]:
    """Say what the filter names that there is not; what is archived may stay named."""
    found: dict[str, Text] = {}
    for name, model in _RECORDS.items():
        keys = getattr(terms.takes, name)
        known = {str(key) for key in _known(model, keys)}
        _add_unknown(found, name, set(keys) - known)
    for name, choices in _CHOICES.items():
        _add_unknown(found, name, set(getattr(terms.takes, name)) - choices)
    _add_unknown(found, "countries", {code for code in terms.takes.countries if not _is_country(code)})
    return found


def _add_unknown(found: dict[str, Text], name: str, unknown: set[str]) -> None:
    if unknown:
        text = _("There is no “%(what)s”. Leave it out, or choose another.")
        found[f"takes_{name}"] = text % {"what": ", ".join(sorted(unknown))}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


def _known(model: Any, keys: Sequence[str]) -> list[uuid.UUID]:
    readable = []
    for key in keys:
        try:
            readable.append(uuid.UUID(key))
        except ValueError:
            continue  # no key at all, so it is not known either
    return list(model.objects.filter(pk__in=readable).values_list("pk", flat=True)) if readable else []


def _pin_problems(pins: Sequence[Pin]) -> dict[str, Text]:
    if not pins:
        return {}
    accounts = Account.objects.in_bulk({account for account, _partner in pins})
    partners = set(
        Partner.objects.filter(pk__in={one for _account, one in pins}).values_list("pk", flat=True)
    )
    for key, number in Counter(account for account, _partner in pins).items():
        if key not in accounts:
            return {"pins": _("A pinned customer does not exist. Choose another, or take the line out.")}
        if number > 1:
            text = _("%(name)s is pinned twice. Leave one of the lines out.")
            return {"pins": text % {"name": accounts[key]}}
    if any(partner not in partners for _account, partner in pins):
        return {"pins": _("A partner of a pin does not exist. Choose another, or take the line out.")}
    return {}


def _pins_of(version: PolicyVersion) -> dict[uuid.UUID, uuid.UUID]:
    return dict(version.pins.values_list("account_id", "partner_id"))


def _write(version: PolicyVersion, pins: Sequence[Pin]) -> PolicyVersion:
    version.why = version.why.strip()
    if len(version.why) > 500:
        raise Invalid({"why": _("That is too long: 500 characters are enough to say why.")})
    version.save(force_insert=True)
    PolicyPin.objects.bulk_create(
        PolicyPin(version=version, account_id=account, partner_id=partner) for account, partner in pins
    )
    return version


def _stale(
    policy: Policy, last: PolicyVersion, *, name: str, terms: Terms, pins: Mapping[uuid.UUID, uuid.UUID]
) -> Stale:
    now, asked = flat(Terms.read(last.data)), flat(terms)
    changed: dict[str, object] = {term: now[term] for term in asked if asked[term] != now[term]}
    if name.strip() != policy.name:
        changed["name"] = policy.name
    if pins != _pins_of(last):
        changed["pins"] = _pins_of(last)
    who = last.by.name if last.by else ""
    text = _("%(who)s changed this while you wrote. Nothing of yours is lost: compare, then save again.")
    return Stale(text % {"who": who or _("Somebody")}, changed=changed, by=who)
