"""Keep the message catalogues complete, without the gettext binaries.

    python tools/messages.py [APP ...]             collect messages from code and templates into the .po files
    python tools/messages.py --compile [APP ...]   write the .mo files that are read at run time
    python tools/messages.py --check [APP ...]     name everything that is missing or wrong; 1 if anything is

With no APP: every app of Kanal. An app is a folder of `src/kanal` with an `apps.py`: Django reads
catalogues of apps only.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "kanal"
LANGUAGES = {"da": "nplurals=2; plural=(n != 1);"}

_PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop")
_PLURAL = ("_n", "ngettext", "ngettext_lazy")
_CONTEXT = ("pgettext", "pgettext_lazy")
_CONTEXT_PLURAL = ("npgettext", "npgettext_lazy")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(_PLAIN),
    **dict.fromkeys(_PLURAL, (1, 2)),
    **dict.fromkeys(_CONTEXT, ((1, "c"), 2)),
    **dict.fromkeys(_CONTEXT_PLURAL, ((1, "c"), 2, 3)),
}
_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?:\((\w+)\))?[#0\-+]*\d*(?:\.\d+)?[sdif]")
_BRACE = re.compile(r"(?<!\{)\{(\w*)(?:![rsa])?(?::[^{}]*)?\}(?!\})")

Key = tuple[str, str]  # context, message


@dataclass
class Message:
    """One message as the sources have it."""

    text: str
    context: str = ""
    plural: str = ""
    files: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        """What tells this message from others of its app."""
        return self.context, self.text


def apps() -> list[str]:
    """List the apps that can have a catalogue."""
    return sorted(path.parent.name for path in SOURCE.glob("*/apps.py"))


def extracted(app: str) -> dict[Key, Message]:
    """Collect the messages of an app from its Python files and templates."""
    found: dict[Key, Message] = {}
    for path in sorted((SOURCE / app).rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and "static" not in path.parts:
            for message in _read(path):
                known = found.setdefault(message.key, message)
                known.plural = known.plural or message.plural
                known.files |= message.files
                known.notes |= message.notes
    return found


def _read(path: Path) -> Iterator[Message]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = _as_python(source, path)
    where = path.relative_to(SOURCE.parent.parent).as_posix()
    code = io.BytesIO(source.encode())
    for _line, found, comments, context in extract("python", code, KEYWORDS, ["Translators:"]):
        parts = (found,) if isinstance(found, str) else tuple(found)
        texts = [part for part in parts if isinstance(part, str)]
        if texts and texts[0]:
            plural = texts[1] if len(texts) > 1 else ""
            yield Message(texts[0], context or "", plural, {where}, set(comments))


def _as_python(source: str, path: Path) -> str:
    """Turn a template into calls of gettext; without indentation, which Python's tokenizer would judge."""
    code = templatize(source, origin=str(path))
    return "\n".join(line.lstrip() for line in code.splitlines())


def catalogue_path(app: str, language: str) -> Path:
    """Say where the catalogue of an app is."""
    return SOURCE / app / "locale" / language / "LC_MESSAGES" / "django.po"


def catalogue(app: str, language: str) -> polib.POFile:
    """Read the catalogue of an app; an empty one where there is none yet."""
    path = catalogue_path(app, language)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=100)
    return polib.POFile(wrapwidth=100)


def merge(app: str, language: str) -> int:
    """Bring a catalogue up to date, keep what is translated, drop what is gone; count what lacks it."""
    old = {_key(entry): entry for entry in catalogue(app, language) if not entry.obsolete}
    found = extracted(app)
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Project-Id-Version": f"kanal {app}",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    for key in sorted(found, key=lambda key: (key[1], key[0])):
        new.append(_entry(found[key], old.get(key)))
    path = catalogue_path(app, language)
    if new or path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new.save(str(path))
    return sum(not entry.translated() for entry in new)


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context or None,
        occurrences=[(file, "") for file in sorted(message.files)],
        comment="\n".join(sorted(message.notes)),
        flags=_flags(message),
    )
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: "", 1: ""}
    if old is not None and bool(old.msgid_plural) == bool(message.plural):
        entry.msgstr, entry.msgstr_plural, entry.tcomment = old.msgstr, old.msgstr_plural, old.tcomment
        entry.flags += ["fuzzy"] if old.fuzzy else []
    return entry


def _flags(message: Message) -> list[str]:
    text = message.text + message.plural
    return [
        name
        for name, pattern in (("python-format", _PERCENT), ("python-brace-format", _BRACE))
        if pattern.search(text)
    ]


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def write_compiled(app: str, language: str) -> None:
    """Write the compiled catalogue beside its source."""
    path = catalogue_path(app, language)
    if path.exists():
        path.with_suffix(".mo").write_bytes(catalogue(app, language).to_binary())


def problems(app: str, language: str) -> list[str]:
    """Name everything that is wrong with the catalogue of an app."""
    found = extracted(app)
    entries = {_key(entry): entry for entry in catalogue(app, language) if not entry.obsolete}
    path = catalogue_path(app, language)
    compiled = path.with_suffix(".mo")
    named = [f"not collected: {_shown(key)}" for key in sorted(found.keys() - entries.keys())]
    named += [f"obsolete: {_shown(key)}" for key in sorted(entries.keys() - found.keys())]
    named += [f"obsolete: {entry.msgid!r}" for entry in catalogue(app, language).obsolete_entries()]
    for key, entry in entries.items():
        if key in found and found[key].plural != (entry.msgid_plural or ""):
            named.append(f"its plural changed: {_shown(key)}")
        named += [f"{fault}: {_shown(key)}" for fault in _faults(entry)]
    if path.exists() and (
        not compiled.exists() or compiled.read_bytes() != catalogue(app, language).to_binary()
    ):
        named.append("the compiled catalogue is stale: run tools/messages.py --compile")
    return [f"{app} ({language}) {line}" for line in named]


def _faults(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    elif not entry.translated():
        yield "not translated"
    elif not _same_placeholders(entry):
        yield "placeholders differ"


def _same_placeholders(entry: polib.POEntry) -> bool:
    """Compare placeholders; the singular may leave out the number, as in "one offer"."""
    if not entry.msgid_plural:
        return _placeholders(entry.msgid) == _placeholders(entry.msgstr)
    one, many = _placeholders(entry.msgid), _placeholders(entry.msgid_plural)
    return _placeholders(entry.msgstr_plural[0]) in (one, many) and all(
        _placeholders(text) == many for index, text in entry.msgstr_plural.items() if index
    )


def _placeholders(text: str) -> list[str]:
    percents = [f"%({name})" for name in _PERCENT.findall(text)]
    return sorted(percents + [f"{{{name}}}" for name in _BRACE.findall(text)])


def _shown(key: Key) -> str:
    context, text = key
    return f"{text!r} [{context}]" if context else repr(text)


def clashes(names: Iterable[str], language: str) -> list[str]:
    """Name messages without context that two apps translate differently: the page would show either."""
    ways: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for app in names:
        for entry in catalogue(app, language):
            if entry.translated() and not entry.msgctxt and not entry.obsolete:
                ways[entry.msgid][entry.msgstr or str(entry.msgstr_plural)].append(app)
    return [
        f"{text!r} is translated in two ways: "
        + "; ".join(f"{', '.join(users)}: {translation!r}" for translation, users in sorted(by_way.items()))
        for text, by_way in sorted(ways.items())
        if len(by_way) > 1
    ]


def all_problems(names: Iterable[str]) -> list[str]:
    """Name everything that is wrong with the catalogues of these apps, and between all apps."""
    named = [line for app in names for language in LANGUAGES for line in problems(app, language)]
    return named + [line for language in LANGUAGES for line in clashes(apps(), language)]


def main(argv: list[str] | None = None) -> int:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("apps", nargs="*", metavar="APP", help="which apps; all when none is named")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--compile", action="store_true", help="write the .mo files")
    mode.add_argument("--check", action="store_true", help="name what is missing or wrong")
    wanted = parser.parse_args(argv)
    unknown = set(wanted.apps) - set(apps())
    if unknown:
        parser.error(f"no such app: {', '.join(sorted(unknown))}. There are: {', '.join(apps())}.")
    names = wanted.apps or apps()
    if wanted.check:
        return _report(all_problems(names))
    for app in names:
        for language in LANGUAGES:
            if wanted.compile:
                write_compiled(app, language)
            else:
                print(f"{app}: {merge(app, language)} without {language} translation")
    return 0


def _report(named: list[str]) -> int:
    for line in named:
        print(line)
    print(f"{len(named)} problems in the message catalogues." if named else "Message catalogues: complete.")
    return 1 if named else 0


if __name__ == "__main__":
    sys.exit(main())
