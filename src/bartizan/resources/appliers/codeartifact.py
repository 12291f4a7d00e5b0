"""Domains and repositories of CodeArtifact: changing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bartizan.model import Resource
from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.codeartifact import Domain, Repository
from bartizan.resources.reading import Call, Reply

_POLICY = ("permissions_policy_document",)
_REVISION = ("policyRevision",)
"""The revision that a policy must still have when it is changed; a plan does not hold it."""


def _where(resource: Resource) -> dict[str, Any]:
    """How the API names a domain or a repository, from its ARN."""
    owner, path = resource.arn.split(":", 5)[4:]
    _, domain, *repository = path.split("/")
    return {"domain": domain, "domainOwner": owner, **({"repository": repository[0]} if repository else {})}


def _revision(reply: Reply) -> dict[str, Any]:
    return {"policyRevision": reply["policy"]["revision"]} if reply["policy"].get("revision") else {}


def _put_policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.permissions_policy_document)
    return None if text is None else {**_where(edit.after), **(edit.now or {}), "policyDocument": text}


def _delete_policy(edit: Edit) -> Params | None:
    gone = policy_text(edit.after.permissions_policy_document) is None
    return {**_where(edit.after), **(edit.now or {})} if gone else None


def _policies(kind: str) -> tuple[Put, Put]:
    name = f"{kind}PermissionsPolicy"
    look = Look(Call(f"codeartifact:Get{name}"), _where, _revision, ("ResourceNotFoundException",))

    def put(verb: str, params: Callable[[Edit], Params | None]) -> Put:
        return Put(Call(f"codeartifact:{verb}{name}"), params, _POLICY, look=look, unshown=_REVISION)

    return put("Put", _put_policy), put("Delete", _delete_policy)


DOMAIN = ApiWriter(Domain, puts=_policies("Domain"))


def _origins(edit: Edit) -> Iterator[Params]:
    """The controls of each package that is to be closed, or opened again; such as are listed are open both ways."""
    before, after = set(edit.before.open_packages), set(edit.after.open_packages)
    for each in sorted(before ^ after):
        kind, _, path = each.partition(":")
        namespace, _, package = path.rpartition("/")
        yield {
            **_where(edit.after),
            "format": kind,
            **({"namespace": namespace} if namespace else {}),
            "package": package,
            "restrictions": {"publish": "ALLOW", "upstream": "ALLOW" if each in after else "BLOCK"},
        }


REPOSITORY = ApiWriter(
    Repository,
    puts=(
        *_policies("Repository"),
        Put(
            Call("codeartifact:PutPackageOriginConfiguration"),
            lambda edit: list(_origins(edit)),
            ("open_packages",),
            busy=("ConflictException",),
        ),
    ),
)
