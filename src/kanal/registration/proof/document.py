"""The file that proves one registration, as a value: reading and checking it. Pure: any machine can do it.

The schema is described in `docs/proof.md`. What the file says of the registration is the *statement*, which the
installation signs. It names the number of links and the digest of the last one, and so every link before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from kanal.registration.proof import keys, links
from kanal.registration.proof.digests import canonical
from kanal.registration.proof.faults import Fault, FaultKind, Report

SCHEMA = "kanal-registration-proof/1"
# No registration has nearly as many steps; a larger file is not read.
MOST_BYTES = 32 * 1024 * 1024

_TEXT, _NUMBER = (str,), (int,)
_LINK: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "registration", "reference", "at", "kind", "status", "until"), _TEXT),
    **dict.fromkeys(("previous", "previous_own", "digest"), _TEXT),
    **dict.fromkeys(("number", "place"), _NUMBER),
    **dict.fromkeys(("actor", "content", "digests"), (dict,)),
    "sealed": (dict, type(None)),
}
_SHAPES: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "": {"schema": _TEXT, "statement": (dict,), "links": (list,), "seal": (dict,), "how_to_verify": (list,)},
    "statement": {
        **dict.fromkeys(("installation", "registration", "last_link", "chain"), (dict,)),
        **dict.fromkeys(("made_at", "reader", "language", "written_by"), _TEXT),
        "links": _NUMBER,
    },
    "statement.installation": dict.fromkeys(("vendor", "address"), _TEXT),
    "statement.registration": dict.fromkeys(
        (
            *("id", "reference", "partner", "customer", "family", "opportunity", "status"),
            *("submitted_at", "protected_from", "protected_until"),
        ),
        _TEXT,
    ),
    "statement.last_link": {"number": _NUMBER, "digest": _TEXT},
    "statement.chain": {"links": _NUMBER, "digest": _TEXT},
    "seal": dict.fromkeys(("algorithm", "public_key", "fingerprint", "signature"), _TEXT),
    "link": _LINK,
    "link.actor": dict.fromkeys(("key", "name", "company"), _TEXT),
    "link.digests": dict.fromkeys(("time", "actor", "content", "sealed"), _TEXT),
}


class NoProof(Exception):  # noqa: N818 - named for what the bytes are
    """The bytes are no proof of a registration; says why."""


def render(document: Mapping[str, Any]) -> bytes:
    """Give a document as the bytes of a file: readable, and the same each time."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read(data: bytes) -> dict[str, Any]:
    """Read the bytes of a file.

    Raises:
        NoProof: they are no JSON that every program reads alike, or not of this schema.
    """
    if len(data) > MOST_BYTES:
        raise NoProof("it is too large")
    try:
        found = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse, parse_float=_refuse
        )
    except (ValueError, RecursionError) as error:
        raise NoProof(str(error)) from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise NoProof(f"its schema is not {SCHEMA}")
    for path, value in _places(found):
        _check_shape(path, value)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: one program would read the first, another the second."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} has no form that every program reads alike")


def _places(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give each place whose shape is known, with its value, the outer one first: it is checked before it is opened."""
    yield "", document
    for name in ("statement", "seal"):
        yield name, document[name]
    for name in ("installation", "registration", "last_link", "chain"):
        yield f"statement.{name}", document["statement"][name]
    for link in document["links"]:
        yield "link", link
        yield "link.actor", link["actor"]
        yield "link.digests", link["digests"]


def _check_shape(path: str, value: Any) -> None:
    shape = _SHAPES[path]
    if not isinstance(value, dict) or set(value) != set(shape):
        names = sorted(set(value) ^ set(shape)) if isinstance(value, dict) else []
        raise NoProof(f"{path or 'it'} does not have the fields of the schema: {', '.join(names)}")
    for name, types in shape.items():
        if type(value[name]) not in types:
            raise NoProof(f"{path}.{name} is of another kind")


def signed_text(document: Mapping[str, Any]) -> bytes:
    """Give what is signed: the statement, with the schema and the words that say how to read it, in canonical form."""
    return canonical({name: document[name] for name in ("schema", "statement", "how_to_verify")})


def verify(document: Mapping[str, Any], *, fingerprint: str = "") -> Report:
    """Check a document that `read` gave: every digest, both chains, the statement and its signature.

    Args:
        document: the values.
        fingerprint: of the key that must have sealed it, in hexadecimal; empty takes the one that it names.
    """
    report = Report(registrations=1)
    _check_links(report, document["links"], document["statement"])
    report.add(*_statement(document["statement"], document["links"]))
    report.add(*_seal(document, fingerprint))
    return report


def _check_links(report: Report, found: Sequence[Mapping[str, Any]], statement: Mapping[str, Any]) -> None:
    own, before = links.own_chain(report), 0
    ends: tuple[str, ...] = ()
    reads_all = statement["reader"] == "vendor"
    for link in found:
        judged = links.judge(link, withheld=link["sealed"] is None and not reads_all)
        links.note(report, link, judged)
        own.step(link, judged.ends)
        # Where two of its links follow each other in the whole chain too, that is proved beside.
        if link["number"] == before + 1 and before and link["previous"] not in ends:
            report.add(Fault(FaultKind.PREVIOUS, link["number"], None, link["reference"], link["place"]))
        elif link["number"] <= before:
            report.add(Fault(FaultKind.DIGEST, link["number"], None, link["reference"], link["place"]))
        before, ends = link["number"], judged.ends
        report.links, report.digest = report.links + 1, link["digest"]
    count, reference = statement["links"], statement["registration"]["reference"]
    if own.last < count:
        detail = f"{own.last + 1}–{count}" if count > own.last + 1 else str(count)
        report.add(Fault(FaultKind.OWN_LAST_GONE, None, None, reference, detail=detail))


def _statement(said: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Compare what the statement says with what the links say; one fault for each that differs."""
    registration = said["registration"]
    if not found:
        yield Fault(FaultKind.STATEMENT, reference=registration["reference"], detail="links")
        return
    for name, one, other in _compared(said, registration, found):
        if one != other:
            yield Fault(
                FaultKind.STATEMENT, reference=registration["reference"], detail=f"{name}: {one} ≠ {other}"
            )


def _compared(
    said: Mapping[str, Any], registration: Mapping[str, Any], found: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Any, Any]]:
    """Give pairs of what must be the same, with the name of each."""
    last = found[-1]
    yield "links", said["links"], max(len(found), said["links"])  # fewer is said as a missing step
    if said["links"] <= len(found):
        yield "last_link.number", said["last_link"]["number"], last["number"]
        yield "last_link.digest", said["last_link"]["digest"], last["digest"]
        yield "status", registration["status"], last["status"]
        yield "protected_until", registration["protected_until"], last["until"]
        yield "protected_from", registration["protected_from"], begins_of(found)
    for link in found:
        yield "id", registration["id"], link["registration"]
        yield "reference", registration["reference"], link["reference"]
    chain, end = said["chain"], said["last_link"]
    yield "chain.links", chain["links"], max(chain["links"], end["number"])
    if chain["links"] == end["number"]:
        yield "chain.digest", chain["digest"], end["digest"]
    first = found[0]
    if first["kind"] == "submitted":
        yield "submitted_at", registration["submitted_at"], first["at"]
        latest = _latest(found)
        for name, key in (("partner", "partner"), ("family", "family"), ("opportunity", "opportunity")):
            yield name, registration[name], first["content"].get(key, "")
        yield "customer", registration["customer"], latest


def begins_of(found: Sequence[Mapping[str, Any]]) -> str:
    """Give since when links say that the customer is protected; empty where they grant nothing."""
    begun = (str(one["content"].get("begins", "")) for one in found if one["until"])
    return next((text for text in begun if text), "")


def _latest(found: Sequence[Mapping[str, Any]]) -> str:
    """Give the customer's name as the partner wrote it last: an answer may have mended it."""
    names = [one["content"]["company"] for one in found if "company" in one["content"]]
    return str(names[-1]) if names else ""


def _seal(document: Mapping[str, Any], fingerprint: str) -> Iterator[Fault]:
    seal = document["seal"]
    try:
        text, own = signed_text(document), keys.fingerprint_of(seal["public_key"])
    except (TypeError, ValueError, RecursionError):
        yield Fault(FaultKind.SIGNATURE)
        return
    if (
        seal["algorithm"] != keys.ALGORITHM
        or seal["fingerprint"] != own
        or not keys.fits(seal["public_key"], seal["signature"], text)
    ):
        yield Fault(FaultKind.SIGNATURE)
    if fingerprint and fingerprint != own:
        yield Fault(FaultKind.OTHER_KEY, detail=keys.in_groups(own))
