"""A wrong setting is refused in words that name the variable, its value and what it should be."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from kanal.config import env


@pytest.mark.parametrize(
    ("value", "meaning"), [("yes", True), ("1", True), ("ON", True), ("no", False), ("", False)]
)
def test_a_flag_is_read_as_people_write_it(monkeypatch, value, meaning):
    monkeypatch.setenv("KANAL_X", value)
    assert env.flag("KANAL_X") is meaning


def test_a_flag_that_is_neither_is_named(monkeypatch):
    monkeypatch.setenv("KANAL_X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="KANAL_X='maybe' is neither yes nor no"):
        env.flag("KANAL_X")


@pytest.mark.parametrize("value", ["many", "0", "501", "1.5", "--3", ""])
def test_a_number_out_of_range_is_named_with_the_range(monkeypatch, value):
    monkeypatch.setenv("KANAL_X", value)
    with pytest.raises(ImproperlyConfigured, match=f"KANAL_X='{value}' is not a whole number from 1 to 500"):
        env.number("KANAL_X", 20, low=1, high=500)


def test_a_secret_can_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    monkeypatch.setenv("KANAL_X", "from the variable")
    monkeypatch.setenv("KANAL_X_FILE", str(secret))
    assert env.text("KANAL_X") == "from the file"


def test_a_secret_file_that_is_missing_is_named(monkeypatch):
    monkeypatch.setenv("KANAL_X_FILE", "/nowhere/secret")
    with pytest.raises(
        ImproperlyConfigured, match="KANAL_X_FILE=/nowhere/secret can't be read: No such file"
    ):
        env.text("KANAL_X")


def test_words_stand_between_commas(monkeypatch):
    monkeypatch.setenv("KANAL_X", " a.example , ,b.example")
    assert env.words("KANAL_X") == ["a.example", "b.example"]
