"""Where the database is: said by an address, and refused in words that name the mend."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from kanal.config import database, embedded
from kanal.config.embedded.cluster import Cluster
from kanal.config.embedded.files import LONGEST_SOCKET_FOLDER


def test_an_address_is_split_into_its_parts():
    found = database.parse(
        "postgresql://kan%40al:s%2Fcret@db.internal:6432/sales?sslmode=require&connect_timeout=5"
    )
    assert found == {
        "NAME": "sales",
        "USER": "kan@al",
        "PASSWORD": "s/cret",
        "HOST": "db.internal",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "5"},
    }


def test_a_socket_folder_is_named_as_host():
    found = database.parse("postgres://kanal@/kanal?host=/run/postgresql")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("mysql://kanal:secret@db/kanal", "begins with 'mysql'"),
        ("postgresql://kanal:secret@db:5432", "names no database"),
        ("postgresql://kanal:secret@db:port/kanal", "is no address"),
        ("kanal", "begins with ''"),
    ],
)
def test_a_wrong_address_is_refused_with_the_right_form_and_without_the_password(url, what):
    with pytest.raises(ImproperlyConfigured) as refusal:
        database.parse(url)
    assert what in str(refusal.value)
    assert "postgresql://user:password@host:5432/name" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_without_an_address_the_embedded_server_is_used(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = database.settings(tmp_path)
    assert database.is_embedded(found)
    assert found["HOST"].startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == [], "reading the settings starts nothing"


def test_an_address_wins_over_the_embedded_server(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/kanal")
    assert not database.is_embedded(database.settings(tmp_path))


def test_a_socket_in_a_deep_folder_gets_a_short_path(tmp_path):
    deep = tmp_path.joinpath(*["a-rather-long-name"] * 6)
    socket_folder = embedded.settings(deep)["HOST"]
    assert len(socket_folder) <= LONGEST_SOCKET_FOLDER
    assert socket_folder != embedded.settings(deep.with_name("other"))["HOST"]


def test_files_of_another_release_are_refused_with_the_mend(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(ImproperlyConfigured, match="written by PostgreSQL 17; the embedded one is 18"):
        Cluster(tmp_path / "postgres").start()
