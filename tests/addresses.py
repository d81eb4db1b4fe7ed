"""The table of addresses: for each, who is let in, by reading (GET) and by writing (POST).

A new address without a row here fails `test_addresses.py`. The rows name people of the cast; everybody else is refused:
a stranger is sent to sign in, people of the other face and those without the right read 403, and what somebody may not
see answers 404.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, get_resolver, reverse

from kanal.directory.actions import certify, invite
from kanal.directory.invitations import issue
from kanal.distribution.actions import assign_partner, make_policy
from kanal.distribution.actions.bulk import start
from kanal.distribution.bulk import Wish
from kanal.distribution.models import BulkVerb, ProfileChange
from kanal.distribution.terms import Terms
from kanal.importing.models import ImportRun
from kanal.joining import links
from kanal.notify.models import Notification
from kanal.opportunities.actions import Upload, add_note
from kanal.registration.actions import register
from tests import cast as casting
from tests.distribution import runs
from tests.joining import made as joining
from tests.registration import made as registering

ANONYMOUS = "anonymous"
DESK = frozenset(["ada", "chris", "sally", "otto"])
PORTAL = frozenset(["anna", "mads", "sofie", "bo", "freja", "stig"])
SIGNED_IN = DESK | PORTAL
EVERYBODY = SIGNED_IN | {ANONYMOUS}
# Who tries each address: every role of the vendor and of a partner, and a rival of that partner.
ASKERS = (ANONYMOUS, "ada", "chris", "sally", "otto", "anna", "mads", "sofie", "bo", "stig")
ADMINISTRATOR = frozenset({"ada"})
READS_APPLICATIONS = frozenset(["ada", "chris", "otto"])
READS_SETTINGS = frozenset(["ada", "otto"])
KEEPS_PARTNERS = frozenset(["ada", "chris"])
KEEPS_ACCOUNTS = frozenset(["ada", "chris", "sally"])
COMPANY = frozenset(["anna", "mads", "sofie"])  # what the whole company sees
NORDLYS = frozenset(["anna", "mads"])  # without its seller, with whom nothing is shared
ADMINISTRATORS = frozenset(["anna", "bo"])  # of partners
NOBODY: frozenset[str] = frozenset()


def _change(cast: casting.Cast) -> ProfileChange:
    return ProfileChange.objects.create(
        partner=cast.nordlys,
        subject="industry",
        industry=cast.food,
        state="asked",
        declined=4,
        answered=5,
        asked_by=cast.anna,
    )


class World:
    """What the addresses point at: opportunities of two rival partners, with a file, and notifications."""

    def __init__(self) -> None:
        self.cast = cast = casting.make()
        self.managed = cast.managed()
        self.offered = cast.delivered()
        self.rival = cast.managed(cast.fjord)
        self.free = cast.opportunity()
        self.bulk = start(
            wish=Wish(BulkVerb.DELIVER, [cast.fjord]), keys=[self.managed.pk, self.rival.pk], by=cast.chris
        )
        self.certificate = certify(
            partner=cast.nordlys.pk,
            family=cast.erp.family_id,
            name="ERP Professional",
            valid_until=None,
            by=cast.ada,
        )
        self.policy = make_policy(name="Nordic default", terms=Terms(), by=cast.chris).policy
        self.decided = assign_partner(key=cast.opportunity().pk, by=cast.chris)
        self.proposal = runs.proposed([(self.free, cast.nordlys), (cast.opportunity(), None)], by=cast.chris)
        self.change = _change(cast)
        self.customer, self.customer_person = cast.customer()
        self.made = cast.made()
        self.registration = register(opportunity=cast.made().pk, by=cast.mads)
        upload = Upload("list.csv", 4, io.BytesIO(b"a;b\n"))
        entry = add_note(key=self.managed.pk, body="see the list", shared=True, by=cast.chris, files=[upload])
        self.file = entry.attachments.get()
        self.imported = ImportRun.objects.create(
            kind="crm-sales", dry_run=True, upload="x.zip", state="failed"
        )
        self.invitation = invite(
            values={"email": "vera@nordlys.example"}, role="seller", partner=cast.nordlys, by=cast.ada
        )
        self.token = issue(self.invitation)
        self.applied = joining.waiting(cast)
        self.unconfirmed = joining.applied(cast, email="per@elsewhere.example")
        self.registered = registering.submitted(cast, cast.mads)
        self.told = {
            name: Notification.objects.create(
                person=person,
                kind="offer_delivered",
                path="/",
                source="test",
                facts={
                    "topic": "ERP",
                    "partner": "Nordlys IT",
                    "reference": "OPP-1",
                    "deadline": "2026-11-27T13:00:00+00:00",
                    "delivered": "2026-11-23T13:00:00+00:00",
                    "amount": "",
                    "currency": "DKK",
                    "customer": "",
                    "city": "",
                    "who": "",
                    "reason": "",
                    "text": "",
                },
            )
            for name, person in cast.people.items()
        }


Arguments = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """Who is let in at one address.

    Attributes:
        get: who may read it; None where it is not read.
        post: who may write by it; None where it is not written.
        args: what its address is made of.
        query: what stands in its address beside that.
        data: what a POST sends; an empty form by default.
        hidden: people of the right face who are not let in read 404 rather than 403.
        seen: people who see what it is about though they are not let in, and so read 403; all others of the face
            read 404.
    """

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    args: Arguments = field(default=lambda world: {})
    query: Arguments = field(default=lambda world: {})
    data: Mapping[str, Any] = field(default_factory=dict)
    hidden: bool = False
    seen: frozenset[str] | None = None

    def address(self, name: str, world: World) -> str:
        """Give the address in a world."""
        query = urlencode(self.query(world))
        return reverse(name, kwargs=dict(self.args(world))) + (f"?{query}" if query else "")


def _key(name: str) -> Arguments:
    return lambda world: {"key": getattr(world, name).pk}


def _of_cast(name: str) -> Arguments:
    def key(world: World) -> Mapping[str, Any]:
        found = world.cast
        for part in name.split("."):
            found = getattr(found, part)
        return {"key": found.pk}

    return key


def _follow(**facts: str) -> Arguments:
    return lambda world: {"secret": links.to_follow(world.applied).rstrip("/").rpartition("/")[2], **facts}


def _token(world: World) -> Mapping[str, Any]:
    return {"token": links.to_confirm(world.unconfirmed).rstrip("/").rpartition("/")[2]}


def _noun(
    name: str, plural: str, example: str, reads: frozenset[str], keeps: frozenset[str]
) -> dict[str, Row]:
    """Give the rows of a noun of the directory: its list, its page, making, archiving, restoring."""
    key = _of_cast(example)
    return {
        f"desk:{plural}": Row(get=reads),
        f"desk:{name}_new": Row(get=keeps, post=keeps),
        f"desk:{name}": Row(get=reads, post=keeps, args=key),
        f"desk:{name}_archive": Row(post=keeps, args=key),
        f"desk:{name}_restore": Row(post=keeps, args=key),
    }


def _setting(name: str, plural: str, example: str) -> dict[str, Row]:
    return _noun(name, plural, example, READS_SETTINGS, ADMINISTRATOR)


ROWS: dict[str, Row] = {
    "web:home": Row(get=SIGNED_IN),
    "web:healthz": Row(get=EVERYBODY),
    "web:preferences": Row(get=EVERYBODY, post=EVERYBODY),
    "web:help": Row(get=EVERYBODY),
    "web:components": Row(get=EVERYBODY),
    "web:components_lookup": Row(get=EVERYBODY),
    # The desk
    "desk:opportunities": Row(get=DESK),
    "desk:opportunities_export": Row(get=DESK, args=lambda world: {"kind": "csv"}),
    "desk:opportunities_bulk": Row(
        get=KEEPS_ACCOUNTS,
        post=KEEPS_ACCOUNTS,
        args=lambda world: {"verb": "deliver"},
        query=lambda world: {"id": str(world.free.pk), "to": "1", "to-partner": str(world.cast.fjord.pk)},
    ),
    "desk:partner_hand_over": Row(get=KEEPS_ACCOUNTS, post=KEEPS_ACCOUNTS, args=_of_cast("nordlys")),
    "desk:bulk_run": Row(
        get=frozenset(["ada", "otto", "chris"]), args=lambda world: {"key": world.bulk.pk}, hidden=True
    ),
    # A seller sees the runs that they asked for; an auditor reads all of them.
    "desk:distribution": Row(get=DESK),
    "desk:distribution_propose": Row(
        get=KEEPS_ACCOUNTS, post=KEEPS_ACCOUNTS, query=lambda world: {"id": str(world.free.pk)}
    ),
    "desk:distribution_run": Row(get=READS_APPLICATIONS, args=_key("proposal"), hidden=True),
    "desk:distribution_deliver": Row(post=KEEPS_PARTNERS, args=_key("proposal"), seen=READS_APPLICATIONS),
    "desk:distribution_discard": Row(post=KEEPS_PARTNERS, args=_key("proposal"), seen=READS_APPLICATIONS),
    "desk:distribution_line": Row(
        get=READS_APPLICATIONS,
        post=KEEPS_PARTNERS,
        args=lambda world: {"key": world.proposal.pk, "line": world.proposal.decisions.first().pk},
        seen=READS_APPLICATIONS,
    ),
    "desk:opportunity_new": Row(get=KEEPS_ACCOUNTS, post=KEEPS_ACCOUNTS),
    "desk:opportunity": Row(get=DESK, post=KEEPS_PARTNERS, args=_key("managed")),
    "desk:opportunity_history": Row(get=DESK, args=_key("managed")),
    "desk:opportunity_offers": Row(get=DESK, args=_key("managed")),
    "desk:opportunity_registrations": Row(get=DESK, args=_key("managed")),
    "desk:opportunity_why": Row(
        get=DESK,
        args=lambda world: {"key": world.decided.opportunity_id, "decision": world.decided.pk},
    ),
    "desk:opportunity_preferred": Row(post=KEEPS_PARTNERS, args=_key("free")),
    "desk:opportunity_note": Row(post=KEEPS_ACCOUNTS, args=_key("managed")),
    "desk:opportunity_stage": Row(post=KEEPS_PARTNERS, args=_key("managed"), data={"stage": "quoting"}),
    "desk:opportunity_verb": Row(
        post=KEEPS_PARTNERS,
        args=lambda world: {"key": world.managed.pk, "verb": "hold"},
        data={"reason": "Budget"},
    ),
    "desk:proof": Row(get=READS_APPLICATIONS),
    "desk:proof_check": Row(post=KEEPS_PARTNERS),
    "desk:registration_proof": Row(get=DESK, args=lambda world: {"key": world.registered.pk, "kind": "json"}),
    "portal:registration_proof": Row(
        get=NORDLYS, args=lambda world: {"key": world.registered.pk, "kind": "pdf"}, hidden=True
    ),
    "desk:file": Row(get=DESK, args=_key("file")),
    **{
        f"desk:lookup_{noun}": Row(get=DESK)
        for noun in [
            *("accounts", "contacts", "partners", "people"),
            *("products", "protected", "similar", "territories"),
        ]
    },
    "desk:notifications": Row(get=DESK),
    "desk:notifications_read": Row(post=DESK),
    "desk:notification": Row(
        get=frozenset({"chris"}), args=lambda w: {"key": w.told["chris"].pk}, hidden=True
    ),
    # Marking somebody else's as read does nothing, and says nothing of whether it exists.
    "desk:notification_read": Row(post=DESK, args=lambda w: {"key": w.told["chris"].pk}),
    **_noun("account", "accounts", "lindholm", DESK, KEEPS_ACCOUNTS),
    **_noun("contact", "contacts", "karen", DESK, KEEPS_ACCOUNTS),
    **_noun("partner", "partners", "nordlys", DESK, KEEPS_PARTNERS),
    "desk:partner_certify": Row(post=KEEPS_PARTNERS, args=_of_cast("nordlys")),
    "desk:partner_certificate_end": Row(
        post=KEEPS_PARTNERS,
        args=lambda world: {"key": world.cast.nordlys.pk, "certificate": world.certificate.pk},
    ),
    **_setting("territory", "territories", "jutland"),
    **_setting("industry", "industries", "food"),
    **_setting("tier", "tiers", "nordlys.tier"),
    **_setting("family", "families", "erp.family"),
    **_setting("product", "products", "erp"),
    **_setting("currency", "currencies", "eur"),
    "desk:currency_rate": Row(post=ADMINISTRATOR, args=_of_cast("eur")),
    "desk:imports": Row(get=READS_SETTINGS),
    "desk:import_new": Row(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "desk:import": Row(get=READS_SETTINGS, args=_key("imported")),
    "desk:import_report": Row(get=READS_SETTINGS, args=_key("imported")),
    "desk:import_keep": Row(post=ADMINISTRATOR, args=_key("imported")),
    "desk:look_start": Row(post=KEEPS_PARTNERS, args=_of_cast("mads")),
    "desk:look_stop": Row(post=DESK),
    "desk:invitations": Row(get=READS_SETTINGS | KEEPS_PARTNERS),
    "desk:invitation_resend": Row(post=KEEPS_PARTNERS, args=_key("invitation")),
    "desk:invitation_revoke": Row(post=KEEPS_PARTNERS, args=_key("invitation")),
    # Whoever has the link: those who are signed in read that they are somebody already.
    "invitation:accept": Row(get=EVERYBODY, post=EVERYBODY, args=lambda world: {"token": world.token}),
    "desk:policies": Row(get=DESK),
    "desk:policies_start": Row(post=KEEPS_PARTNERS),
    "desk:policy_new": Row(get=KEEPS_PARTNERS, post=KEEPS_PARTNERS),
    "desk:policy": Row(get=DESK, post=KEEPS_PARTNERS, args=_key("policy")),
    "desk:policy_move": Row(post=KEEPS_PARTNERS, args=_key("policy")),
    "desk:policy_archive": Row(post=KEEPS_PARTNERS, args=_key("policy")),
    "desk:policy_restore": Row(post=KEEPS_PARTNERS, args=_key("policy")),
    "desk:policy_replay": Row(get=DESK, post=KEEPS_PARTNERS, args=_key("policy")),
    "desk:policy_versions": Row(get=DESK, args=_key("policy")),
    "desk:policy_version_restore": Row(
        post=KEEPS_PARTNERS, args=lambda world: {"key": world.policy.pk, "number": 1}
    ),
    "desk:rules": Row(
        get=READS_SETTINGS,
        post=ADMINISTRATOR,
        data={
            "stalled_days": 14,
            "overdue_days": 1,
            "extension_days": 90,
            "extensions": 2,
            "partners_at_most": 5,
            "share_warning": 25,
            "quiet_warning": 50,
        },
    ),
    "desk:profile_changes": Row(get=DESK),
    "desk:profile_change": Row(
        post=KEEPS_PARTNERS, args=lambda world: {"key": world.change.pk, "verb": "approve"}
    ),
    "desk:reports": Row(get=DESK),
    "desk:leaks": Row(get=DESK),
    "desk:leaks_export": Row(get=DESK, args=lambda world: {"kind": "csv"}),
    "desk:fairness": Row(get=DESK),
    "desk:deal_registrations": Row(get=DESK),
    "desk:deal_holding": Row(get=DESK),
    "desk:deal_conflicts": Row(get=DESK),
    "desk:deal_export": Row(get=DESK, args=lambda world: {"view": "partners", "kind": "csv"}),
    "desk:people": Row(get=READS_SETTINGS),
    "desk:person_new": Row(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "desk:person": Row(get=READS_SETTINGS, post=ADMINISTRATOR, args=_of_cast("sally")),
    "desk:person_verb": Row(
        post=ADMINISTRATOR, args=lambda world: {"key": world.cast.sally.pk, "verb": "deactivate"}
    ),
    # Deal registration: everybody of the vendor reads it, administrators and channel managers decide.
    "desk:registrations": Row(get=DESK),
    "desk:registrations_export": Row(get=DESK, args=lambda world: {"kind": "csv"}),
    "desk:registrations_away": Row(post=KEEPS_PARTNERS),
    "desk:registrations_back": Row(post=DESK),
    "desk:lookup_registrations": Row(get=DESK),
    "desk:registration_policy": Row(get=DESK, post=KEEPS_PARTNERS),
    "desk:registration_policy_versions": Row(get=DESK),
    "desk:registration": Row(get=DESK, args=_key("registered")),
    "desk:registration_verb": Row(
        post=KEEPS_PARTNERS, args=lambda world: {"key": world.registered.pk, "verb": "reject"}
    ),
    # Applications: a seller reads none, an auditor decides on none.
    "desk:applications": Row(get=READS_APPLICATIONS),
    "desk:application": Row(get=READS_APPLICATIONS, args=_key("applied"), hidden=True),
    "desk:application_approve": Row(
        get=KEEPS_PARTNERS, post=KEEPS_PARTNERS, args=_key("applied"), seen=READS_APPLICATIONS
    ),
    "desk:application_verb": Row(
        post=KEEPS_PARTNERS,
        args=lambda world: {"key": world.applied.pk, "verb": "take_up"},
        seen=READS_APPLICATIONS,
    ),
    # Joining is for everybody; a link to one application for whoever has it.
    "join:apply": Row(get=EVERYBODY, post=EVERYBODY),
    "join:sent": Row(get=EVERYBODY),
    "join:confirm": Row(get=EVERYBODY, post=EVERYBODY, args=_token),
    "join:status": Row(get=EVERYBODY, args=_follow()),
    "join:status_verb": Row(post=EVERYBODY, args=_follow(verb="withdraw")),
    # The portal
    "portal:dashboard": Row(get=PORTAL),
    "portal:opportunities": Row(get=PORTAL),
    "portal:export": Row(get=PORTAL, args=lambda world: {"which": "managed", "kind": "csv"}),
    "portal:accept_several": Row(post=PORTAL),
    "portal:decline_several": Row(post=PORTAL),
    "portal:opportunity_new": Row(get=PORTAL, post=PORTAL),
    "portal:opportunity_revise": Row(get=NORDLYS, post=NORDLYS, args=_key("made"), hidden=True),
    "portal:customers": Row(get=PORTAL),
    "portal:customers_similar": Row(get=PORTAL),
    "portal:customer_new": Row(get=PORTAL, post=PORTAL),
    "portal:customer": Row(get=COMPANY, post=COMPANY, args=_key("customer"), hidden=True),
    "portal:customer_archive": Row(post=NORDLYS, args=_key("customer"), seen=frozenset({"sofie"})),
    "portal:customer_restore": Row(post=NORDLYS, args=_key("customer"), seen=frozenset({"sofie"})),
    "portal:contact_new": Row(get=COMPANY, post=COMPANY, args=_key("customer"), hidden=True),
    "portal:contact": Row(get=COMPANY, post=COMPANY, args=_key("customer_person"), hidden=True),
    "portal:contact_archive": Row(post=NORDLYS, args=_key("customer_person"), seen=frozenset({"sofie"})),
    "portal:contact_restore": Row(post=NORDLYS, args=_key("customer_person"), seen=frozenset({"sofie"})),
    **{f"portal:lookup_{noun}": Row(get=PORTAL) for noun in ["customers", "contacts"]},
    "portal:registrations": Row(get=PORTAL),
    "portal:check_customer": Row(get=PORTAL, post=PORTAL),
    "portal:register": Row(post=NORDLYS, args=_key("made"), hidden=True),
    "portal:registration": Row(get=NORDLYS, post=NORDLYS, args=_key("registration"), hidden=True),
    "portal:registration_save": Row(post=NORDLYS, args=_key("registration"), hidden=True),
    "portal:registration_answer": Row(post=NORDLYS, args=_key("registration"), hidden=True),
    "portal:registration_withdraw": Row(post=NORDLYS, args=_key("registration"), hidden=True),
    "portal:registration_extend": Row(post=NORDLYS, args=_key("registration"), hidden=True),
    "portal:opportunity": Row(get=NORDLYS, args=_key("managed"), hidden=True),
    "portal:accept": Row(post=NORDLYS, args=_key("offered"), hidden=True),
    "portal:decline": Row(post=NORDLYS, args=_key("offered"), hidden=True),
    "portal:ask": Row(post=NORDLYS, args=_key("offered"), hidden=True),
    "portal:note": Row(post=NORDLYS, args=_key("managed"), hidden=True),
    "portal:work": Row(
        post=NORDLYS,
        args=lambda world: {"key": world.managed.pk, "what": "hold"},
        data={"hold-reason": "Budget"},
        hidden=True,
    ),
    "portal:work_products": Row(get=PORTAL),
    "portal:file": Row(get=NORDLYS, args=_key("file"), hidden=True),
    "portal:people": Row(get=PORTAL),
    "portal:invite": Row(get=ADMINISTRATORS, post=ADMINISTRATORS),
    "portal:invitation_resend": Row(
        post=frozenset({"anna"}), args=_key("invitation"), seen=NORDLYS | {"sofie"}
    ),
    "portal:invitation_revoke": Row(
        post=frozenset({"anna"}), args=_key("invitation"), seen=NORDLYS | {"sofie"}
    ),
    "portal:person": Row(get=frozenset({"anna"}), args=_of_cast("sofie"), seen=NORDLYS | {"sofie"}),
    "portal:person_role": Row(
        post=frozenset({"anna"}), args=_of_cast("sofie"), data={"role": "manager"}, seen=NORDLYS | {"sofie"}
    ),
    "portal:person_leave": Row(post=frozenset({"anna"}), args=_of_cast("sofie"), seen=NORDLYS | {"sofie"}),
    "portal:person_reactivate": Row(
        post=frozenset({"anna"}), args=_of_cast("sofie"), seen=NORDLYS | {"sofie"}
    ),
    "portal:company": Row(get=PORTAL - {"sofie", "stig"}, post=ADMINISTRATORS),
    "portal:profile_change": Row(
        post=ADMINISTRATORS, args=lambda world: {"subject": "industry", "key": world.cast.food.pk}
    ),
    "portal:me": Row(get=PORTAL, post=PORTAL),
    "portal:notifications": Row(get=PORTAL),
    "portal:notifications_read": Row(post=PORTAL),
    "portal:notification": Row(
        get=frozenset({"mads"}), args=lambda w: {"key": w.told["mads"].pk}, hidden=True
    ),
    "portal:notification_read": Row(post=PORTAL, args=lambda w: {"key": w.told["mads"].pk}),
}

# Addresses whose rule is not ours to test role by role: the sign-in library's, two files for browsers and robots, and
# the demo's own pages, which exist in no real installation.
ELSEWHERE = ("account_", "mfa_", "demo:", "favicon.ico", "robots.txt")


def addresses() -> Iterator[tuple[str, str]]:
    """Give the name and the pattern of every address that the resolver knows."""

    def walk(resolver: Any, prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            where = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield ":".join(part for part in (space, pattern.name) if part), where
            else:
                yield from walk(pattern, where, pattern.namespace or space)

    for name, where in walk(get_resolver(), "", ""):
        yield (name if ":" in name or name.startswith(ELSEWHERE) else where), where
