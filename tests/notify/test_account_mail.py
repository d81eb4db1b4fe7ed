"""Mails about a person's access look like ours and speak their language."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from kanal.directory.models import Person
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("en", "Choose a new password", "your password stays as it is"),
        ("da", "Vælg en ny adgangskode", "din adgangskode forbliver, som den er"),
    ],
)
def test_the_mail_for_a_new_password_speaks_the_receivers_language(
    cast: Cast, client, language, subject, sentence
) -> None:
    Person.objects.filter(pk=cast.mads.pk).update(language=language)
    client.post("/accounts/password/reset/", {"email": cast.mads.email})
    (message,) = mail.outbox
    assert message.subject == subject
    assert sentence in " ".join(message.body.split())
    html = message.alternatives[0][0]
    assert sentence in html
    assert f'<html lang="{language}">' in html
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)[1]
    assert client.get(link, follow=True).status_code == 200


def test_an_address_that_nobody_has_is_told_so_kindly(cast: Cast, client) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@nordlys.example"})
    (message,) = mail.outbox
    assert message.subject == "There is no access for this mail address"
    assert "sign up" not in message.body.lower()
    assert "nobody@nordlys.example" in message.alternatives[0][0]
