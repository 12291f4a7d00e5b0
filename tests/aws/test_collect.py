"""How declared readers are run: listings within what holds the items, and details of several pages."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bartizan.aws.collect import Collection, collect, plan
from bartizan.model import Gap, Reason, Resource, field, resource
from bartizan.resources.reading import Batch, Call, Detail, Failed, Listing, Reader, Reply, Scope, Within

SCOPE = Scope("aws", "111122223333", "eu-west-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


@resource("Test::Shelf::Book", name="title")
class Book(Resource):
    """A book on a shelf."""

    title: str = field("Its title.")
    shelf: str = field("The shelf that it stands on.")
    pages: tuple[int, ...] = field("Its pages.", default=())


BOOKS = Reader(
    Book,
    Listing(
        Call("shelf:ListBooks"),
        items="Books",
        fields={"title": lambda item: item["Title"], "shelf": lambda item: item["Shelf"]},
        within=Within(
            Listing(Call("shelf:ListShelves"), items="Shelves"),
            params=lambda item: {"Shelf": item["Shelf"]},
            keys=("Shelf", "Title"),
            when=lambda item: item["Shelf"] != "empty",
        ),
    ),
    arn=lambda item, scope: scope.arn("shelf", f"{item['Shelf']}/{item['Title']}"),
    details=(
        Detail(
            Call("shelf:GetPages"),
            params=lambda item: {"Book": item["Title"]},
            fields={"pages": lambda reply: tuple(reply["Pages"])},
            whole="Pages",
        ),
    ),
)


class Library:
    """A port to shelves of books, on each page of an answer two of them; the shelf ``locked`` is denied."""

    def __init__(self, shelves: Mapping[str, int]) -> None:
        self.shelves = shelves

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        return await anext(self.pages(call, scope, params))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        if call.operation == "ListShelves":
            yield {"Shelves": [{"Shelf": name, "Title": "of the shelf", "Pages": 9} for name in self.shelves]}
        elif call.operation == "GetPages":
            yield {"Pages": [1, 2]}
            yield {"Pages": [3]}
        elif params["Shelf"] == "empty":
            raise AssertionError("nobody wants to know")
        elif params["Shelf"].startswith("locked"):
            raise Failed("AccessDenied", Gap(Reason.DENIED, needs=call.name))
        else:
            titles = [f"{params['Shelf']}{number}" for number in range(self.shelves[params["Shelf"]])]
            for first in range(0, len(titles), 2):
                yield {"Books": [{"Title": each} for each in titles[first : first + 2]]}


def collected(shelves: Mapping[str, int]) -> Collection:
    return asyncio.run(collect(Library(shelves), plan([BOOKS], SCOPE, [SCOPE]), {Book: None}))


def test_a_listing_is_asked_for_once_for_each_that_holds_items() -> None:
    found = collected({"a": 3, "b": 1, "empty": 5, "c": 0})
    assert sorted((each.title, each.shelf) for each in found.resources) == [
        ("a0", "a"),
        ("a1", "a"),
        ("a2", "a"),
        ("b0", "b"),
    ]
    assert not found.gaps


def test_what_one_holder_keeps_back_is_a_gap_and_the_others_are_read() -> None:
    found = collected({"a": 1, "locked": 1, "locked too": 1, "b": 1})
    assert sorted(each.title for each in found.resources) == ["a0", "b0"]
    assert [(gap.types, gap.call, gap.gap.reason) for gap in found.gaps] == [
        (("Test::Shelf::Book",), "shelf:ListBooks", Reason.DENIED)
    ]


def test_all_the_holders_are_asked_when_there_are_many() -> None:
    assert len(collected({f"{number}-": 1 for number in range(200)}).resources) == 200


def test_a_detail_that_wants_the_whole_list_has_all_its_pages() -> None:
    assert collected({"a": 1}).resources[0].pages == (1, 2, 3)


def test_both_calls_of_a_listing_within_another_are_declared() -> None:
    assert [call.name for call in BOOKS.calls()] == ["shelf:ListShelves", "shelf:ListBooks", "shelf:GetPages"]


@resource("Test::Shelf::Author", name="pen_name")
class Author(Resource):
    """Somebody who writes."""

    pen_name: str = field("The name on the books.")
    born: int | None = field("The year of birth.", default=None)


AUTHORS = Reader(
    Author,
    Listing(Call("shelf:ListAuthors"), items="Authors", fields={"pen_name": lambda item: item["Name"]}),
    arn=lambda item, scope: scope.arn("shelf", item["Name"]),
    batch=Batch(
        Call("shelf:GetLives"),
        size=3,
        params=lambda items: {"Names": [each["Name"] for each in items]},
        items="Lives",
        key=lambda item: item["Name"],
        found=lambda life: life["Of"],
        fields={"born": lambda life: life["Born"]},
        apart=lambda item: item["Name"][0],
        when=lambda item: item["Name"][-1] != "?",
        otherwise={"born": None},
    ),
)


class Register:
    """A port to authors' lives; those in ``unheard`` are not told of, and ``locked`` denies all."""

    def __init__(self, names: list[str], *, unheard: str = "", locked: bool = False) -> None:
        self.names, self.unheard, self.locked = names, unheard, locked
        self.asked: list[list[str]] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.asked.append(params["Names"])
        if self.locked:
            raise Failed("AccessDenied", Gap(Reason.DENIED, needs=call.name))
        return {"Lives": [{"Of": each, "Born": int(each[1:])} for each in params["Names"] if each != self.unheard]}

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        yield {"Authors": [{"Name": each} for each in self.names]}

    def authors(self, fields: frozenset[str] | None = None) -> dict[str, Author]:
        found = asyncio.run(collect(self, plan([AUTHORS], SCOPE, [SCOPE]), {Author: fields}))
        assert not found.gaps
        return {each.name: each for each in found.resources if isinstance(each, Author)}


def test_a_batch_asks_for_several_items_at_once_but_not_for_those_apart() -> None:
    register = Register(["a1", "a2", "b1", "a3", "a4", "b?"])
    born = {name: each.born for name, each in register.authors().items()}
    assert born == {"a1": 1, "a2": 2, "a3": 3, "a4": 4, "b1": 1, "b?": None}
    assert sorted(register.asked) == [["a1", "a2", "a3"], ["a4"], ["b1"]]


def test_what_a_batch_does_not_tell_is_a_gap_of_the_item() -> None:
    found = Register(["a1", "a2"], unheard="a2").authors()
    assert found["a1"].born == 1
    assert found["a2"].gaps["born"].reason is Reason.NOT_READ
    denied = Register(["a1", "a?"], locked=True).authors()
    assert denied["a1"].gaps["born"].needs == "shelf:GetLives"
    assert denied["a?"].born is None


def test_a_batch_that_nobody_needs_is_not_asked_for() -> None:
    register = Register(["a1"])
    assert "born" not in register.authors(frozenset({"pen_name"}))["a1"].known()
    assert register.asked == []
    assert [call.name for call in AUTHORS.calls()] == ["shelf:ListAuthors", "shelf:GetLives"]
