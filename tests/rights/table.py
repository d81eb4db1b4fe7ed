"""The table role x verb x situation, as data. `test_rights.py` tries every cell in every way there is.

A cell has a letter for each role: `y` it is done, `n` it is refused with a reason, `.` it does not exist for them.
`tools/rights.py` writes it into docs/rights.md; `script/check` holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

YES, NO, HIDDEN = "y", "n", "."


@dataclass(frozen=True)
class Grid:
    """One side's table.

    Attributes:
        title: whose.
        roles: the askers' roles, a letter of each cell for each, in this order.
        situations: how the opportunity stands, with what that means in words.
        cells: verb, then situation, then letters.
    """

    title: str
    roles: tuple[str, ...]
    situations: dict[str, str]
    cells: dict[str, dict[str, str]]


def _grid(title: str, roles: tuple[str, ...], situations: dict[str, str], text: str) -> Grid:
    cells = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        verb, *letters = line.split()
        assert len(letters) == len(situations), (
            f"{verb}: {len(letters)} cells for {len(situations)} situations"
        )
        assert all(len(cell) == len(roles) for cell in letters), verb
        cells[verb] = dict(zip(situations, letters, strict=True))
    return Grid(title, roles, situations, cells)


PARTNER = _grid(
    "People of a partner",
    ("administrator", "manager", "seller"),
    {
        "offered": "delivered to the company, which has not answered",
        "own": "managed by the company, assigned to whoever asks",
        "colleague": "managed by the company, assigned to a colleague and not shared with a seller who asks",
        "together": "a partner collaboration in which the company takes part, shared with the seller who asks",
        "waiting": "made by the company, shared with the seller who asks; the vendor has not approved it",
        "approved": "made by the company and approved, shared with the seller who asks",
        "paused": "managed by the company, assigned to whoever asks, on hold",
        "won": "managed by the company, assigned to whoever asks, won",
        "foreign": "managed by another partner",
    },
    # offered own colleague together waiting approved paused won foreign
    """
    see          yy. yyy yy. yyy yyy yyy yyy yyy ...
    note         yy. yyy yy. yyy yyy yyy yyy yyy ...
    accept       yy. nnn nn. nnn nnn nnn nnn nnn ...
    decline      yy. nnn nn. nnn nnn nnn nnn nnn ...
    ask          yy. nnn nn. nnn nnn nnn nnn nnn ...
    move_stage   nn. yyy yy. yyy yyy yyy yyy nnn ...
    update       nn. yyy yy. yyy yyy yyy yyy nnn ...
    add_contact  nn. yyy yy. yyy yyy yyy yyy nnn ...
    assign       nn. yyn yy. yyn yyn yyn yyn nnn ...
    extend       nn. yyy yy. nnn nnn yyy nnn nnn ...
    hold         nn. yyy yy. nnn yyy yyy nnn nnn ...
    resume       nn. nnn nn. nnn nnn nnn yyy nnn ...
    win          nn. yyy yy. nnn yyy yyy nnn nnn ...
    lose         nn. yyy yy. nnn yyy yyy nnn nnn ...
    return       nn. yyn yy. nnn nnn nnn nnn nnn ...
    cancel       nn. nnn nn. nnn yyn yyn nnn nnn ...
    deliver      nn. nnn nn. nnn nnn nnn nnn nnn ...
    withdraw     nn. nnn nn. nnn nnn nnn nnn nnn ...
    share        nn. nnn nn. nnn nnn nnn nnn nnn ...
    take_back    nn. nnn nn. nnn nnn nnn nnn nnn ...
    approve      nn. nnn nn. nnn nnn nnn nnn nnn ...
    refuse       nn. nnn nn. nnn nnn nnn nnn nnn ...
    reopen       nn. nnn nn. nnn nnn nnn nnn nnn ...
    edit         nn. nnn nn. nnn nnn nnn nnn nnn ...
    """,
)

VENDOR = _grid(
    "People of the vendor",
    ("administrator", "channel manager", "seller, own", "seller, another’s", "auditor"),
    {
        "new": "in progress; no partner has it",
        "offered": "delivered to a partner, which has not answered",
        "managed": "accepted by a partner",
        "together": "a partner collaboration",
        "waiting": "made by a partner, not approved",
        "approved": "made by a partner and approved",
        "paused": "accepted by a partner, on hold",
        "won": "won by a partner",
    },
    # new offered managed together waiting approved paused won
    """
    see          yyyyy yyyyy yyyyy yyyyy yyyyy yyyyy yyyyy yyyyy
    note         yyyyn yyyyn yyyyn yyyyn yyyyn yyyyn yyyyn yyyyn
    edit         yyynn yyynn yyynn yyynn yyynn yyynn yyynn yyynn
    deliver      yyynn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    withdraw     nnnnn yyynn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    accept       nnnnn yyynn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    decline      nnnnn yyynn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    share        yyynn nnnnn yyynn yyynn nnnnn yyynn nnnnn nnnnn
    take_back    nnnnn nnnnn yyynn yyynn nnnnn nnnnn nnnnn nnnnn
    approve      nnnnn nnnnn nnnnn nnnnn yyynn nnnnn nnnnn nnnnn
    refuse       nnnnn nnnnn nnnnn nnnnn yyynn nnnnn nnnnn nnnnn
    hold         yyynn nnnnn yyynn yyynn yyynn yyynn nnnnn nnnnn
    resume       nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn yyynn nnnnn
    move_stage   yyynn yyynn yyynn yyynn yyynn yyynn yyynn nnnnn
    extend       nnnnn nnnnn yyynn yyynn nnnnn yyynn nnnnn nnnnn
    win          yyynn nnnnn yyynn yyynn yyynn yyynn nnnnn nnnnn
    lose         yyynn nnnnn yyynn yyynn yyynn yyynn nnnnn nnnnn
    cancel       yyynn yyynn yyynn yyynn yyynn yyynn yyynn nnnnn
    reopen       nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn yyynn
    return       nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    update       nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    assign       nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    ask          nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    add_contact  nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn
    """,
)

GRIDS = {"partner": PARTNER, "vendor": VENDOR}
