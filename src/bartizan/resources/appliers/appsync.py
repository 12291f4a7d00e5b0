"""GraphQL APIs: changing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.appsync import GraphQLApi
from bartizan.resources.reading import Call

_TYPE, _MORE = "authenticationType", "additionalAuthenticationProviders"
_CONFIGS = ("userPoolConfig", "openIDConnectConfig", "lambdaAuthorizerConfig")
_WAYS = (_TYPE, *_CONFIGS, _MORE)
"""How callers prove who they are: the default way with its settings, and the others."""

_OTHERS = (
    "name",
    "logConfig",
    "xrayEnabled",
    "mergedApiExecutionRoleArn",
    "ownerContact",
    "introspectionConfig",
    "queryDepthLimit",
    "resolverCountLimit",
    "enhancedMetricsConfig",
)


def _of(api: GraphQLApi) -> dict[str, Any]:
    return {"apiId": api.arn.rpartition("/")[2]}


def _kept(found: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if found.get(name) is not None}


_API = Look(
    Call("appsync:GetGraphqlApi"),
    _of,
    lambda reply: _kept(reply["graphqlApi"], (*_WAYS, *_OTHERS)),
)


def _whole(edit: Edit) -> Params:
    """The whole API, since an update forgets what it is not given.

    Source: https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateGraphqlApi.html
    """
    ways = _kept(edit.was, _WAYS) if edit.undoing else _without_keys(edit.now, edit.after.authentication_types[0])
    return {**_of(edit.after), **_kept(edit.now, _OTHERS), **ways}


def _without_keys(now: Mapping[str, Any], default: str) -> dict[str, Any]:
    """The ways without API keys; another one takes the place of the default where that was keys."""
    more = [each for each in now.get(_MORE, ()) if each[_TYPE] != "API_KEY"]
    if now[_TYPE] == "API_KEY":
        place = next((place for place, each in enumerate(more) if each[_TYPE] == default), None)
        ways = {_TYPE: default} if place is None else dict(_as_default(more.pop(place)))
    else:
        ways = _kept(now, (_TYPE, *_CONFIGS))
    return {**ways, **({_MORE: more} if more else {})}


def _as_default(way: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in way.items():
        # The default way says too what holds for fields that name no way: as for keys, they are open to it.
        yield name, {**value, "defaultAction": "ALLOW"} if name == "userPoolConfig" else value


API = ApiWriter(
    GraphQLApi,
    puts=(
        Put(
            Call("appsync:UpdateGraphqlApi", ("appsync:UpdateGraphqlApi", "iam:PassRole")),
            _whole,
            ("authentication_types",),
            look=_API,
            busy=("ConcurrentModificationException",),
        ),
    ),
)
