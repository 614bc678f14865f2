"""Help beside each field of a proposal: what is asked for, and an example to read; other examples for some themes.

The forms take their help from here, so that all of it is read, and translated, in one place. Themes are free words of
each round; `kind_of` finds what they are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# Words in a theme, in either language, and what it is then about. The first that fits is taken.
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "elders": ("老", "助餐", "elder", "senior"),
    "children": ("儿童", "少年", "亲子", "孩", "child", "youth"),
    "green": ("绿", "环境", "环保", "垃圾", "花园", "green", "garden", "waste"),
    "safety": ("安全", "消防", "照明", "safety", "fire"),
}


@dataclass(frozen=True, slots=True)
class Guide:
    """The help of one field; `kinds` are examples for what a theme is about, instead of the usual one."""

    words: Any
    example: Any
    kinds: Mapping[str, Any] = field(default_factory=dict)

    def example_for(self, theme: str) -> Any:
        """Give the example that fits a theme best."""
        return self.kinds.get(kind_of(theme), self.example)


def kind_of(theme: str) -> str:
    """Say what a theme is about, or nothing where no known word stands in it."""
    low = theme.casefold()
    return next((kind for kind, words in KINDS.items() if any(word in low for word in words)), "")


GUIDES: Final[dict[str, Guide]] = {
    "title": Guide(
        _("Short and telling. At most 60 characters."),
        _("A bench and a lamp for entrance 3"),
        {
            "elders": _("Hot lunch at the door for elders who live alone"),
            "children": _("A homework hour after school in the activity room"),
            "green": _("A kitchen garden in the empty corner behind building 5"),
            "safety": _("Lamps and handrails for the dark stairs of building 2"),
        },
    ),
    "summary": Guide(
        _("What you plan, in two or three sentences. Neighbours read this first."),
        _(
            "Twelve neighbours set up a bench and a lamp at entrance 3, where elders wait for the bus in the dark. We "
            "buy the parts, neighbours with tools put them up on one weekend, and the entrance group looks after them."
        ),
    ),
    "community": Guide(_("Where the project happens."), _("Type a part of the name, then choose from the list.")),
    "theme": Guide(
        _("What the project is about. Examples beside the other fields follow it."),
        _("A project that helps elders and also plants trees goes where most of its work is."),
    ),
    "need": Guide(
        _("What is missing, for whom, and how do you know?"),
        _(
            "We asked at 86 doors in March: 31 said that they fell or nearly fell at the entrance last winter. The "
            "nearest lamp is 40 metres away. The property office has no money for it this year."
        ),
        {
            "elders": _(
                "In buildings 2 to 6 live 43 elders alone. We talked to 40 of them: 17 cook only once a day, 9 have "
                "not been downstairs for a week."
            ),
            "children": _(
                "Of the 58 pupils in our courtyard, 22 are alone at home until seven; their parents told us so at the "
                "meeting of 12 April."
            ),
            "green": _(
                "The corner behind building 5 has been a dump for two years: 14 complaints to the hotline, and the "
                "committee cleared it three times."
            ),
            "safety": _("Two falls on the stairs of building 2 since January; five of the eight lamps do not work."),
        },
    ),
    "aims": Guide(
        _("What will be different when it is done? Name something one can see or count."),
        _("By the end of October the bench and the lamp stand, and 12 neighbours take turns at looking after them."),
        {
            "elders": _(
                "For ten weeks, 20 elders have a hot lunch on workdays, and each is seen by a neighbour daily."
            ),
            "children": _("In one school term, 20 children do their homework in company on 60 afternoons."),
            "green": _("By June 40 square metres are planted, and 15 households have a bed that they care for."),
            "safety": _("By the end of May all eight lamps work, and 30 metres of handrail are fixed."),
        },
    ),
    "people_reached": Guide(_("A rough number, without counting anybody twice."), "120"),
    "people_note": Guide(
        _("Who has something of it?"),
        _("Those who live at entrances 1 to 4, and whoever waits for the bus"),
        {
            "elders": _("Elders who live alone in buildings 2 to 6"),
            "children": _("Pupils of six to twelve years whose parents work until the evening"),
        },
    ),
    "team_kind": Guide(
        _("You need no organisation to propose."), _("Five neighbours who know each other are a team already.")
    ),
    "team_name": Guide(_("Any name the neighbours know you by."), _("The bench group of entrance 3")),
    "organization": Guide(
        _("Only where an organisation in which you hold a role proposes; leave it open otherwise."),
        _("The community's choir, whose team leader you are."),
    ),
    "starts_on": Guide(_("The first day of work, after the award."), "2026-09-01"),
    "ends_on": Guide(_("The day on which the last thing is done and the accounts are open."), "2026-11-30"),
    "risks": Guide(
        _("What could go wrong, and what do you do then?"),
        _("Rain on the building weekend: we wait a week. The lamp is damaged: the entrance group keeps a spare bulb."),
        {
            "elders": _(
                "An elder does not open the door: the volunteer calls the family, then the committee. Spoiled food: "
                "only from the licensed canteen, eaten the same day."
            ),
            "children": _(
                "A child is fetched late: two adults stay until it is. Every helper is known to the committee."
            ),
            "green": _("The plants dry up in August: a watering list of 15 households, two for each day."),
            "safety": _(
                "Work on ladders: only two together, and an electrician of the property office does the wiring."
            ),
        },
    ),
}
# Above a table, for all of its rows.
TABLES: Final[dict[str, Guide]] = {
    "activities": Guide(
        _("One entry for each thing that happens, in the order of the days."),
        _("Putting up the bench · entrance 3 · 12 September · 12 people · sand, set, paint; tea for the helpers"),
        {
            "elders": _(
                "Lunch round · buildings 2 to 6 · every workday from 1 September · 6 people · fetch, carry, talk"
            ),
            "children": _(
                "Homework hour · activity room · Monday to Thursday at four · 20 people · two adults each day"
            ),
            "green": _("Planting day · behind building 5 · 12 April · 30 people · dig, plant, share out the beds"),
        },
    ),
    "budget": Guide(
        _("One line for each thing, with the price of one. Ask two shops, and note the offer in the remark."),
        _(
            "Item: garden bench · unit: piece · quantity: 2 · price of one: 480.00 · paid from the call · remark: "
            "offer A"
        ),
        {
            "elders": _("Item: lunch · unit: meal · quantity: 1000 · price of one: 4.00 · paid from the call"),
            "children": _("Item: exercise books · unit: set · quantity: 20 · price of one: 18.50 · paid from the call"),
        },
    ),
    "members": Guide(_("Who does what."), _("Wang Fang · keeps the accounts")),
}
