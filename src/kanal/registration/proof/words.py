"""What a check found, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.registration.proof.faults import Fault, FaultKind

SENTENCES: dict[FaultKind, str | Promise] = {
    FaultKind.CONTENT: gettext_lazy("Its content was changed"),
    FaultKind.TIME: gettext_lazy("Its time was changed"),
    FaultKind.ACTOR: gettext_lazy("Who did it was changed"),
    FaultKind.SEALED: gettext_lazy("What is sealed in it was changed"),
    FaultKind.DIGEST: gettext_lazy("Its digest does not fit what it says"),
    FaultKind.GAP: gettext_lazy("Missing from the chain"),
    FaultKind.PREVIOUS: gettext_lazy(
        "It does not follow the link before it: one of the two was changed or put there"
    ),
    FaultKind.LAST_GONE: gettext_lazy("Missing from the end of the chain"),
    FaultKind.HEAD: gettext_lazy("The chain ends otherwise than its record says"),
    FaultKind.REWRITTEN: gettext_lazy(
        "It is not the link that an earlier check noted: the chain was written anew"
    ),
    FaultKind.OWN_GAP: gettext_lazy("Missing from the chain of the registration: step %(detail)s"),
    FaultKind.OWN_PREVIOUS: gettext_lazy(
        "It does not follow the step before it: one of the two was changed or put there"
    ),
    FaultKind.OWN_LAST_GONE: gettext_lazy("Missing from the end of the registration: step %(detail)s"),
    FaultKind.OWN_HEAD: gettext_lazy("The registration ends otherwise than its record says"),
    FaultKind.STATUS: gettext_lazy(
        "The status of the registration is not what its last step says: %(detail)s"
    ),
    FaultKind.END: gettext_lazy("The protection ends otherwise than its last step says: %(detail)s"),
    FaultKind.KEY: gettext_lazy("The key that seals the proof can’t be read: %(detail)s"),
    FaultKind.NOTES: gettext_lazy("The key has signed none of the noted ends of the chain: %(detail)s"),
    FaultKind.SHAPE: gettext_lazy("The file is no proof of a registration: %(detail)s"),
    FaultKind.STATEMENT: gettext_lazy("The statement does not fit the steps: %(detail)s"),
    FaultKind.SIGNATURE: gettext_lazy("The signature does not fit: the statement was changed"),
    FaultKind.OTHER_KEY: gettext_lazy("It was sealed with another key: %(detail)s"),
    FaultKind.NOT_HERE: gettext_lazy("This installation does not hold this step as the file does"),
    FaultKind.PAGES: gettext_lazy("The pages say something else than the record inside the file"),
}


def where(fault: Fault) -> str:
    """Say where a fault is: the link, and the registration with the step."""
    words = []
    if fault.last is not None and fault.number is not None and fault.last > fault.number:
        words.append(_("links %(first)d to %(last)d") % {"first": fault.number, "last": fault.last})
    elif fault.number is not None:
        words.append(_("link %(number)d") % {"number": fault.number})
    if fault.reference and fault.place is not None:
        words.append(_("%(reference)s, step %(step)d") % {"reference": fault.reference, "step": fault.place})
    elif fault.reference:
        words.append(fault.reference)
    return ", ".join(words)


def what(fault: Fault) -> str:
    """Say what is wrong."""
    return str(SENTENCES[fault.kind]) % {"detail": fault.detail}


def sentence(fault: Fault) -> str:
    """Say where a fault is and what is wrong, in one line."""
    place = where(fault)
    return f"{place[0].upper()}{place[1:]}: {what(fault)}" if place else what(fault)
