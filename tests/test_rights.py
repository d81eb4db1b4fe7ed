"""Who may do what: every cell of the table, tried by the action, by hand-made request, and on the page."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.rights import ways
from tests.rights.table import GRIDS, Grid
from tests.rights.world import Scene, partner_scene, vendor_scene

SCENES = {"partner": partner_scene, "vendor": vendor_scene}
CASES = [
    pytest.param(side, role, situation, id=f"{side}-{role}-{situation}")
    for side, grid in GRIDS.items()
    for role in grid.roles
    for situation in grid.situations
]
pytestmark = pytest.mark.django_db


def _expected(grid: Grid, role: str, situation: str) -> dict[str, str]:
    place = grid.roles.index(role)
    return {verb: cells[situation][place] for verb, cells in grid.cells.items()}


def _scene(cast: Cast, side: str, role: str, situation: str) -> Scene:
    return SCENES[side](cast, role, situation)


@pytest.mark.parametrize(("side", "role", "situation"), CASES)
def test_the_action_does_what_the_table_says(cast: Cast, side: str, role: str, situation: str) -> None:
    scene = _scene(cast, side, role, situation)
    expected = _expected(GRIDS[side], role, situation)
    assert {verb: ways.by_action(scene, verb) for verb in expected} == expected


@pytest.mark.parametrize(("side", "role", "situation"), CASES)
def test_a_request_made_by_hand_does_what_the_table_says(
    cast: Cast, side: str, role: str, situation: str
) -> None:
    scene = _scene(cast, side, role, situation)
    expected = _expected(GRIDS[side], role, situation)
    assert {verb: ways.by_request(scene, verb) for verb in expected} == {
        verb: ways.closed(scene, verb) or cell for verb, cell in expected.items()
    }


@pytest.mark.parametrize(("side", "role", "situation"), CASES)
def test_the_page_offers_what_the_table_says_and_nothing_else(
    cast: Cast, side: str, role: str, situation: str
) -> None:
    scene = _scene(cast, side, role, situation)
    expected = _expected(GRIDS[side], role, situation)
    offered = {verb for verb, cell in expected.items() if cell == "y" and not ways.closed(scene, verb)}
    assert ways.on_the_page(scene, set(expected)) == offered
