# ruff: noqa: E501 - applicants are lists
"""Companies that want to become partners of Havn: one or more in each state, by the real actions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.demo.company import lists
from kanal.demo.company.people import World
from kanal.demo.company.story import before
from kanal.demo.mail import Backend
from kanal.directory.models import Record, Tier
from kanal.distribution.worktime import Calendar
from kanal.joining import actions
from kanal.joining.mail import send
from kanal.joining.models import Application
from kanal.joining.telling import tell_deciders

# Working hours in a day of the calendar: people apply, and answer, while they work.
_WORKED = 8 * 5 / 7


@dataclass(frozen=True)
class Applicant:
    """A company that applied; `company` to `job_title` are what the form asks for.

    Attributes:
        days: how long ago it applied.
        covers: territories, industries and product families, as `lists` names them.
        then: what happened after, each with the days since it applied; a key of `_THEN` and what it needs.
    """

    days: float
    company: str
    domain: str
    number: str
    street: str
    place: tuple[str, str, str]
    employees: int
    name: str
    job_title: str
    language: str
    covers: tuple[str, str, str]
    products: str
    why: str
    confirmed: bool = True
    then: tuple[tuple[float, str, str], ...] = field(default=())


APPLICANTS = [
    Applicant(
        64, "Ringsted Systemhus", "ringstedsystemhus.example", "40771234", "Nørregade 11", ("4100", "Ringsted", "DK"),
        19, "Gitte Friis", "Direktør", "da", ("Zealand", "retail,services", "erp,pay"), "Havn ERP Finance, Havn Payroll",
        "Vi har 60 kunder på et økonomisystem, der udgår om to år, og vi vil helst flytte dem til jeres.",
        then=((1.1, "take_up", ""), (3, "note", "Good references, but Zealand has Fjord and two more already."),
              (5, "reject", "covered Vi har tre partnere på Sjælland, og det er ikke rimeligt over for jer at blive den "
               "fjerde. Skriv igen, hvis I åbner et kontor i Jylland.")),
    ),
    Applicant(
        41, "Weserufer Digital", "weserufer.example", "HRB 31822", "Am Wall 140", ("28195", "Bremen", "DE"),
        34, "Anke Petersen", "Managing director", "en", ("Northern Germany", "logistics,sea", "wh,erp"),
        "Havn Warehouse, Havn Scanning",
        "We run warehouses' IT along the Weser for 40 customers. Six of them asked for Havn Warehouse by name.",
        then=((0.8, "take_up", ""), (2, "ask", "How many of your consultants know warehouse processes, and may we call "
               "two of the six customers?"), (3.2, "answer", "Nine of 34. Yes: the two largest expect your call."),
              (4, "note", "Called both. They would sign with us if Weserufer does the work."), (6, "approve", "Silver")),
    ),
    Applicant(
        22, "Printbutikken Odense", "printbutikken.example", "", "Vestergade 70", ("5000", "Odense", "DK"),
        6, "Jens Ravn", "Ejer", "da", ("Funen", "retail", "erp"), "",
        "Vi sælger printere og vil gerne kunne tilbyde et økonomisystem ved siden af.",
        then=((2, "reject", "no_fit Et økonomisystem kræver rådgivere, som I ikke har i dag. Det ville hverken I eller "
               "kunderne blive glade for."),),
    ),
    Applicant(
        17, "Söderlund Affärssystem", "soderlundaffar.example", "556811-2290", "Hamngatan 3", ("211 22", "Malmö", "SE"),
        12, "Maja Söderlund", "Owner", "en", ("Sweden", "make", "erp,bi"), "Havn ERP Production",
        "We know production companies in Skåne and look for one vendor to build on.",
        then=((6, "withdraw", ""),),
    ),
    Applicant(
        8.2, "Fjellvann Systemer", "fjellvann.example", "914 332 871", "Torggata 15", ("0181", "Oslo", "NO"),
        46, "Ingrid Solbakken", "Chief commercial officer", "en", ("Norway", "energy,sea,public", "erp,field"),
        "Havn ERP Finance, Havn Field",
        "We are 46 people in Oslo and Bergen who do field service for energy companies. Our present vendor leaves Norway "
        "in the spring, and eleven customers have asked us what comes next.",
        then=((0.9, "take_up", ""), (1.5, "note", "Eleven customers at once: Ada, can support carry that in the spring?")),
    ),
    Applicant(
        5.6, "Nyhavn Revision", "nyhavnrevision.example", "", "Kvæsthusgade 5", ("1251", "København K", "DK"),
        175, "Lotte Nyholm", "Partner", "da", ("Copenhagen", "services,retail", "erp,pay,bi"),
        "Havn ERP Finance, Havn Payroll",
        "Vi bruger selv Havn ERP og sætter det op for vores klienter ved siden af. Nu vil vi gøre det ordentligt: med "
        "uddannelse, priser og nogen at ringe til.",
    ),
    Applicant(
        3.3, "Rheinhafen Beratung", "rheinhafen.example", "HRB 90417", "Speicherstraße 8", ("47051", "Duisburg", "DE"),
        15, "Lukas Brandt", "Head of sales", "en", ("Northern Germany,Netherlands", "logistics", "wh"),
        "Havn Yard",
        "We advise inland ports on both sides of the border and want a yard system that we can put in ourselves.",
        then=((0.7, "ask", "Havn Yard is sold with Havn Warehouse. Would you sell and support both?"),),
    ),
    Applicant(
        1.9, "Nordlys I.T. Consult", "nordlys-consult.example", "41220987", "Åboulevarden 22", ("8000", "Aarhus C", "DK"),
        8, "Peter Nordlys", "Indehaver", "da", ("Mid Jutland", "food,make", "erp"), "Havn ERP Supply",
        "Vi er otte konsulenter, der hjælper fødevarevirksomheder i Østjylland, og vil gerne sælge Havn ERP.",
    ),
    Applicant(
        0.4, "Tidewater Business Systems", "tidewater.example", "09882211", "12 Dock Road", ("L3 4AA", "Liverpool", "GB"),
        27, "Hannah Price", "Partner manager", "en", ("United Kingdom", "retail,logistics", "wh,bi"),
        "Havn Warehouse, Havn Analytics",
        "Retailers in the north-west ask us for a warehouse system of a size between a spreadsheet and the giants.",
    ),
    Applicant(
        0.1, "Quick Leads Ltd", "quickleads.example", "", "", ("", "", "GB"),
        2, "Sam", "Sales", "en", ("United Kingdom", "", "erp"), "", "Best leads, call now.", confirmed=False,
    ),
]  # fmt: skip


def enter(world: World, now: datetime) -> None:
    """Let each apply, and let happen what happened."""
    steps: list[tuple[datetime, int, str, str]] = []
    calendar = Calendar(settings.TIME_ZONE, "DK", settings.WORKDAY_START, settings.WORKDAY_END)
    for number, applicant in enumerate(APPLICANTS):
        begin = before(calendar, now, timedelta(hours=applicant.days * _WORKED))
        steps.append((begin, number, "apply", ""))
        if applicant.confirmed:
            steps.append((begin + timedelta(minutes=11), number, "confirm", ""))
        steps += [
            (calendar.add(begin, timedelta(hours=days * _WORKED)), number, do, text)
            for days, do, text in applicant.then
        ]
    scene = _Scene(world)
    for at, number, do, text in sorted(steps, key=lambda step: (step[0], step[1])):
        with clock.frozen(at):
            scene.do(APPLICANTS[number], do, text)


class _Scene:
    """Does the steps, and delivers the mail and the news of each at once."""

    def __init__(self, world: World) -> None:
        self.world, self.backend, self.done = world, Backend(), set[int]()
        self.keys: dict[str, uuid.UUID] = {}

    def do(self, applicant: Applicant, do: str, text: str) -> None:
        chris = self.world.chris
        if do == "apply":
            self._apply(applicant)
        else:
            key = self.keys[applicant.company]
            doings: dict[str, Callable[[], object]] = {
                "confirm": lambda: actions.confirm(key=key),
                "take_up": lambda: actions.take_up(key=key, by=chris),
                "ask": lambda: actions.ask(key=key, text=text, by=chris),
                "answer": lambda: actions.answer(key=key, text=text),
                "note": lambda: actions.note(key=key, text=text, by=chris),
                "withdraw": lambda: actions.withdraw(key=key),
                "reject": lambda: actions.reject(
                    key=key, reason=text.partition(" ")[0], text=text.partition(" ")[2], by=chris
                ),
                "approve": lambda: self._approve(key, applicant, tier=text),
            }
            doings[do]()
        self._deliver()

    def _apply(self, applicant: Applicant) -> None:
        form_key = uuid.uuid5(uuid.NAMESPACE_DNS, applicant.domain)
        postal_code, city, country = applicant.place
        first = applicant.name.split()[0].lower()
        values = {
            "company": applicant.company,
            "domain": applicant.domain,
            "registration_number": applicant.number,
            "street": applicant.street,
            "postal_code": postal_code,
            "city": city,
            "country": country,
            "employees": applicant.employees,
            "name": applicant.name,
            "email": f"{first}@{applicant.domain}",
            "job_title": applicant.job_title,
            "products": applicant.products,
            "why": applicant.why,
        }
        actions.apply(
            form_key=form_key, values=values, related=self._covers(applicant), language=applicant.language
        )
        self.keys[applicant.company] = Application.objects.values_list("pk", flat=True).get(form_key=form_key)

    def _covers(self, applicant: Applicant) -> dict[str, list[Record]]:
        world, (territories, industries, families) = self.world, applicant.covers
        return {
            "territories": [world.territories[name] for name in territories.split(",")],
            "industries": [world.industries[name] for name in industries.split(",") if name],
            "families": [world.families[name] for name in families.split(",")],
        }

    def _approve(self, key: uuid.UUID, applicant: Applicant, *, tier: str) -> None:
        postal_code, city, country = applicant.place
        company = {
            "name": applicant.company,
            "domain": applicant.domain,
            "registration_number": applicant.number,
            "street": applicant.street,
            "postal_code": postal_code,
            "city": city,
            "country": country,
            "employees": applicant.employees,
        }
        values = {
            "tier": Tier.objects.get(name=tier),
            "channel_manager": self.world.chris,
            "capacity": 6,
            "time_zone": lists.ZONE_OF[country],
        }
        first = applicant.name.split()[0].lower()
        administrator = {
            "name": applicant.name,
            "email": f"{first}@{applicant.domain}",
            "job_title": applicant.job_title,
        }
        approval = actions.Approval(company, values, self._covers(applicant), administrator)
        actions.approve(key=key, approval=approval, by=self.world.chris)

    def _deliver(self) -> None:
        for job in ProcrastinateJob.objects.filter(
            task_name__startswith="kanal.joining.tasks.", status="todo"
        ).order_by("id"):
            if job.pk in self.done:
                continue
            self.done.add(job.pk)
            if job.task_name.endswith(".tell"):
                tell_deciders(**job.args)
            else:
                send(**job.args, connection=self.backend)
