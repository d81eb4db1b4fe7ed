"""Every string that people see has its Danish, and the compiled catalogues are the current ones."""

from pathlib import Path

import polib
import pytest

from tools import messages


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("app", messages.apps())
def test_every_message_of_an_app_is_translated(app, language):
    assert messages.problems(app, language) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_message_means_the_same_in_every_app(language):
    assert messages.clashes(messages.apps(), language) == []


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app of its own, with one message in code and one in a template."""
    folder = tmp_path / "src" / "kanal" / "shop"
    folder.mkdir(parents=True)
    (folder / "apps.py").write_text('label = _("Offer for {name}")\n')
    (folder / "page.html").write_text("  <p>{% translate 'Open' %}</p>\n{% translate 'Done' %}\n")
    monkeypatch.setattr(messages, "SOURCE", folder.parent)
    return folder


def translate(**texts: str) -> None:
    catalogue = messages.catalogue("shop", "da")
    for entry in catalogue:
        entry.msgstr = texts.get(entry.msgid.split()[0], entry.msgstr)
    catalogue.save(str(messages.catalogue_path("shop", "da")))


def test_messages_are_found_in_code_and_in_templates(shop):
    assert {text for _context, text in messages.extracted("shop")} == {"Offer for {name}", "Open", "Done"}


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(shop):
    assert messages.merge("shop", "da") == 3
    translate(Open="Åben", Done="Færdig")
    (shop / "page.html").write_text("{% translate 'Open' %}{% translate 'New' %}")

    assert messages.merge("shop", "da") == 2
    assert {entry.msgid: entry.msgstr for entry in messages.catalogue("shop", "da")} == {
        "New": "",
        "Offer for {name}": "",
        "Open": "Åben",
    }


def test_a_complete_and_compiled_catalogue_has_no_problem(shop):
    messages.merge("shop", "da")
    translate(Offer="Tilbud til {name}", Open="Åben", Done="Færdig")
    assert [line for line in messages.problems("shop", "da") if "stale" not in line] == []
    assert messages.problems("shop", "da") != []

    messages.write_compiled("shop", "da")
    assert messages.problems("shop", "da") == []
    compiled = polib.mofile(str(messages.catalogue_path("shop", "da").with_suffix(".mo")))
    assert {entry.msgid for entry in compiled} == {"Offer for {name}", "Open", "Done"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"Offer": "Tilbud til {navn}"}, "placeholders differ: 'Offer for {name}'"),
        ({"Offer": ""}, "not translated: 'Offer for {name}'"),
    ],
)
def test_a_wrong_translation_is_named(shop, change, complaint):
    messages.merge("shop", "da")
    translate(**{"Offer": "Tilbud til {name}", "Open": "Åben", "Done": "Færdig", **change})
    messages.write_compiled("shop", "da")
    assert messages.problems("shop", "da") == [f"shop (da) {complaint}"]


def test_a_new_string_and_a_gone_one_are_named(shop):
    messages.merge("shop", "da")
    (shop / "page.html").write_text("{% translate 'Open' %}{% translate 'Fresh' %}")
    named = messages.problems("shop", "da")
    assert "shop (da) not collected: 'Fresh'" in named
    assert "shop (da) obsolete: 'Done'" in named


def test_a_per_cent_sign_before_a_word_is_no_placeholder(shop):
    (shop / "apps.py").write_text('label = _("100% sure")\n')
    messages.merge("shop", "da")
    assert not any("python-format" in entry.flags for entry in messages.catalogue("shop", "da"))
