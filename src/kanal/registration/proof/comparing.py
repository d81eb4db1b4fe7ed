"""Whether this installation's chain holds what a file says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from kanal.registration.models import Link
from kanal.registration.proof.faults import Fault, FaultKind, Report


def compare(report: Report, record: Mapping[str, Any]) -> int:
    """Look for each link of a record, and for the end of the chain that it names, in the database.

    A chain that was written anew after the file was made has other digests there.

    Args:
        report: takes what is missing or other.
        record: a document that `document.read` gave.

    Gives how many further steps of the registration the database holds.
    """
    statement = record["statement"]
    reference = statement["registration"]["reference"]
    try:
        key = uuid.UUID(statement["registration"]["id"])
    except ValueError:
        report.add(Fault(FaultKind.NOT_HERE, reference=reference))
        return 0
    here = dict(Link.objects.filter(registration=key).values_list("place", "digest"))
    for link in record["links"]:
        if here.get(link["place"]) != link["digest"]:
            report.add(Fault(FaultKind.NOT_HERE, link["number"], None, reference, link["place"]))
    end = statement["chain"]
    if not Link.objects.filter(number=end["links"], digest=end["digest"]).exists():
        report.add(Fault(FaultKind.NOT_HERE, end["links"]))
    return max(0, len(here) - len(record["links"]))
