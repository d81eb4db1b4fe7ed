"""Fields look and speak alike everywhere, and read what people type in their own notation."""

from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from kanal.directory.models import Account
from kanal.web.forms import AmountField, DateField, LookupField
from tests import cast


class Form(forms.Form):
    topic = forms.CharField(label="Topic", help_text="In a few words.")
    currency = forms.ChoiceField(label="Currency", choices=[("DKK", "DKK"), ("EUR", "EUR")])
    amount = AmountField(label="Est. revenue", required=False)
    close = DateField(required=False)
    agreed = forms.BooleanField(required=False, label="Agreed")
    who = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False)


def draw(source: str, **facts) -> str:
    return " ".join(Template(source).render(Context(facts)).split())


def test_a_field_has_its_label_hint_and_class_without_the_form_saying_so():
    html = str(Form()["topic"].as_field_group())
    assert '<label class="form-label" for="id_topic">Topic' in html
    assert 'class="form-control"' in html
    assert 'aria-describedby="id_topic_helptext"' in html
    assert 'id="id_topic_helptext">In a few words.' in html


def test_each_kind_of_field_gets_the_class_of_its_kind():
    form = Form()
    assert 'class="form-select"' in str(form["currency"])
    assert 'class="form-check-input"' in str(form["agreed"])
    assert str(form["who"]).count('class="form-check-input"') == 2
    assert 'type="date"' in str(form["close"])


def test_a_refused_field_says_what_is_wrong_and_is_marked_so():
    html = str(Form({"topic": "", "currency": "DKK"})["topic"].as_field_group())
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_topic_helptext id_topic_error"' in html
    assert 'id="id_topic_error"' in html


def test_the_summary_of_a_refused_form_links_to_its_fields():
    form = Form({"topic": "", "currency": "DKK", "amount": "-3"})
    html = draw("{% form_errors form %}", form=form)
    assert 'href="#id_topic"' in html
    assert "2 things need another look" in html
    assert "data-focus" in html
    assert draw("{% form_errors form %}", form=Form()) == ""


def test_amount_and_currency_are_one_field_with_two_names():
    html = draw("{% money_field form.currency form.amount %}", form=Form())
    assert 'aria-label="Currency"' in html
    assert '<label class="form-label" for="id_amount">Est. revenue' in html


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("en", "1,240,000.00", "1240000.00"),
        ("en", "1240000", "1240000"),
        ("en", "1 240 000.5", "1240000.5"),
        ("da", "1.240.000,00", "1240000.00"),
        ("da", "1240000,5", "1240000.5"),
        ("da", " 12 ", "12"),
    ],
)
def test_an_amount_is_read_in_the_readers_notation(language, typed, read):
    with translation.override(language):
        form = Form({"topic": "x", "currency": "DKK", "amount": typed})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == Decimal(read)


@pytest.mark.parametrize(("language", "shown"), [("en", "1,240,000.50"), ("da", "1.240.000,50")])
def test_an_amount_is_shown_in_the_readers_notation(language, shown):
    with translation.override(language):
        html = str(Form(initial={"amount": Decimal("1240000.50")})["amount"])
    assert f'value="{shown}"' in html
    assert 'inputmode="decimal"' in html


def test_no_amount_is_below_zero():
    assert "amount" in Form({"topic": "x", "currency": "DKK", "amount": "-1"}).errors


class Choosing(forms.Form):
    account = LookupField(Account.objects.all(), url="/lookup/", create_url="/make/")


@pytest.mark.django_db
def test_a_look_up_renders_the_chosen_one_alone(django_assert_num_queries):
    world = cast.make()
    form = Choosing(initial={"account": world.lindholm.pk})
    with django_assert_num_queries(1):
        html = str(form["account"])
    assert html.count("<option") == 2
    assert str(world.lindholm) in html
    assert 'data-url="/lookup/"' in html
    assert 'data-create-url="/make/"' in html


@pytest.mark.django_db
def test_an_empty_look_up_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        str(Choosing()["account"])


@pytest.mark.django_db
def test_a_look_up_takes_a_whole_name_where_scripts_are_off():
    world = cast.make()
    form = Choosing({"account": "", "account_text": world.lindholm.name.upper()})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["account"] == world.lindholm


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["no such name", "00000000-0000-0000-0000-000000000000"])
def test_a_look_up_refuses_what_does_not_exist_and_still_draws(value):
    form = Choosing({"account": value})
    assert not form.is_valid()
    assert "Search for it" in str(form["account"].errors)
    assert "<select" in str(form["account"])


@pytest.mark.django_db
def test_a_look_up_does_not_guess_between_two_of_the_same_name():
    world = cast.make()
    twin = Account.objects.get(pk=world.lindholm.pk)
    twin.pk = None
    twin._state.adding = True
    twin.id = type(twin)._meta.pk.get_default()
    twin.save(force_insert=True)
    assert "Several" in str(Choosing({"account_text": world.lindholm.name}).errors["account"])


def test_a_select_is_drawn_as_django_draws_it_and_hostile_text_stays_text():
    class Choice(forms.Form):
        size = forms.ChoiceField(
            choices=[("", "<b>none</b>"), ("Cloth & wool", [("s", "Small"), ('"><script>', "Large")])],
            initial="s",
        )

    html = "".join(str(Choice()["size"]).split("\n"))
    assert '<option value="">&lt;b&gt;none&lt;/b&gt;</option>' in html
    assert '<optgroup label="Cloth &amp; wool"><option value="s" selected>Small</option>' in html
    assert "<script>" not in html
