"""What this room holds about people: who is on a roll, never how one voted."""

from __future__ import annotations

from shanzhi.kernel.personal import Category, Erase, Ground, Retention, describe

describe("voting.RollEntry", "person_id", ("person", Category.LINK, Erase.KEEP), ("area", Category.HOME, Erase.KEEP),
         purpose="who may vote, once", ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe("voting.Upload", "owner_id", ("owner", Category.LINK, Erase.KEEP), purpose="who brought in an election",
         ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
