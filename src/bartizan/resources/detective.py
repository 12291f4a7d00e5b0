"""Amazon Detective."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bartizan.model import CoverageGap, Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Api, Call, CustomReader, Scope

_GRAPHS = Call("detective:ListGraphs")
_INVITATIONS = Call("detective:ListInvitations")


@resource("AWS::Detective::Graph")
class Graph(Resource):
    """A behavior graph that the account's events go into; its own, or that of an account which administers it."""

    own: bool = field("Whether the account administers it.", default=True)


async def _read(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    known: set[str] = set()
    async for reply in api.pages(_GRAPHS, scope, {}):
        for each in reply["GraphList"]:
            known.add(each["Arn"])
            yield _graph(each["Arn"], scope, own=True)
    async for reply in api.pages(_INVITATIONS, scope, {}):
        for each in reply["Invitations"]:
            # The administrator counts among the members of its own graph.
            if each["Status"] == "ENABLED" and each["GraphArn"] not in known:
                yield _graph(each["GraphArn"], scope, own=False)


def _graph(arn: str, scope: Scope, *, own: bool) -> Graph:
    base = {"arn": arn, "account": scope.account, "region": scope.region, "read_at": scope.now}
    return Graph.of({"own": own, **base})


GRAPHS = CustomReader((Graph,), declared=(_GRAPHS, _INVITATIONS), read=_read, where="region")

TERRAFORM_GRAPH = CodeReader("aws_detective_graph", Graph, fields={"own": lambda _: True})

TERRAFORM_ACCEPTED = CodeReader("aws_detective_invitation_accepter", Graph, fields={"own": lambda _: False})

CLOUDFORMATION_GRAPH = CodeReader("AWS::Detective::Graph", Graph, fields={"own": lambda _: True})
