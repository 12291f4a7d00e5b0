"""Sessions: credentials from the ordinary chain or an assumed role, and one shared client per service and region."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioDeferredRefreshableCredentials, create_assume_role_refresher
from aiobotocore.session import AioSession
from botocore import exceptions as aws
from botocore.loaders import Loader

from bartizan.aws.errors import understand
from bartizan.aws.models import models
from bartizan.aws.sharing import Connections, Methods
from bartizan.model import Gap, InputError
from bartizan.resources.reading import Call

CONNECTIONS = 256
"""The most connections that are open at once."""

MAIN_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region in which a partition's global services answer."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach an account: a profile, a role to assume, another endpoint (an emulator's); all may be left out.

    ``credentials`` are an emulator's access key and secret; for AWS itself they come from the ordinary chain.
    ``through`` are roles to assume first, one from the other, each with its external id.
    """

    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    endpoint_url: str | None = None
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    connect_timeout: float = 10
    read_timeout: float = 60
    through: tuple[tuple[str, str | None], ...] = ()

    def into(self, role_arn: str, external_id: str | None = None) -> Access:
        """How to reach the account of another role, which is assumed from here."""
        before = (*self.through, (self.role_arn, self.external_id)) if self.role_arn else self.through
        return replace(self, role_arn=role_arn, external_id=external_id, through=before)

    @property
    def roles(self) -> tuple[tuple[str, str | None], ...]:
        """All roles that are assumed, one from the other, each with its external id."""
        return (*self.through, (self.role_arn, self.external_id)) if self.role_arn else self.through


class UnreachableError(InputError):
    """An account that cannot be reached with what was given; ``gap`` says the same as what is not known for it."""

    def __init__(self, message: str, gap: Gap) -> None:
        super().__init__(message)
        self.gap = gap


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose credentials they are."""

    partition: str
    account: str
    arn: str

    @property
    def main_region(self) -> str:
        """The region in which the partition's global services answer."""
        return MAIN_REGIONS.get(self.partition, "us-east-1")


_TOKENS = ("NextToken", "nextToken")
_STS_ATTEMPTS = 5


class Session:
    """Clients of one account, made once per service and region; an asynchronous context that closes them."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._open = AsyncExitStack()
        self._connections = Connections(self._open)
        self._methods = _methods()
        self._session = self._sharing(_base_session(access))
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = asyncio.Lock()
        self._pagers: dict[tuple[str, str], Any] = {}

    async def __aenter__(self) -> Self:
        # What a library warns of is told by our own errors; without a handler Python prints it, with a traceback.
        if not logging.getLogger().handlers:
            logging.getLogger().addHandler(logging.NullHandler())
        for role_arn, external_id in self.access.roles:
            with _told(self.access):
                sts = await self.client("sts", self._session.get_config_variable("region") or "us-east-1")
            wanted = {"RoleArn": role_arn, "RoleSessionName": "bartizan"}
            if external_id:
                wanted["ExternalId"] = external_id
            assumed = AioSession(profile=self.access.profile)
            # botocore has no public way to hand a session credentials that refresh themselves.
            assumed._credentials = AioDeferredRefreshableCredentials(  # noqa: SLF001
                refresh_using=create_assume_role_refresher(sts, wanted), method="sts-assume-role"
            )
            self._clients.clear()
            self._session = self._sharing(assumed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def client(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        key = (service, region)
        if key not in self._clients:
            async with self._making:
                if key not in self._clients:
                    self._clients[key] = await self._open.enter_async_context(self._create(service, region))
        return self._clients[key]

    def pager(self, service: str, operation: str) -> Any:
        """Botocore's description of how an operation is paged, or ``None`` where it is not."""
        key = (service, operation)
        if key not in self._pagers:
            try:
                self._pagers[key] = self._session.get_paginator_model(service).get_paginator(operation)
            except (ValueError, aws.UnknownServiceError, aws.DataNotFoundError):
                self._pagers[key] = self._by_token(service, operation)
        return self._pagers[key]

    def _by_token(self, service: str, operation: str) -> Any:
        """How an operation is paged of which botocore does not say it: by a token that it both takes and gives."""
        loader: Loader = self._session.get_component("data_loader")
        model = loader.load_service_model(service, "service-2")
        described = model["operations"].get(operation, {})
        taken, given = (
            model["shapes"].get(described.get(way, {}).get("shape"), {}).get("members", {})
            for way in ("input", "output")
        )
        token = next((each for each in _TOKENS if each in taken and each in given), None)
        return {"input_token": token, "output_token": token} if token else None

    async def offers(self, service: str, region: str, partition: str) -> bool:
        """Whether botocore's endpoint data know the service in the region; ``True`` for global services."""
        known = await self._session.get_available_regions(service, partition_name=partition)
        return not known or region in known

    async def regions_of(self, partition: str) -> list[str]:
        """The regions of a partition that botocore knows, enabled or not."""
        regions: list[str] = await self._session.get_available_regions("ec2", partition_name=partition)
        return regions

    async def identity(self) -> Identity:
        """Whose credentials these are; raises ``InputError`` where there are none or AWS does not accept them."""
        with _told(self.access):
            sts = await self.client("sts", self._session.get_config_variable("region") or "us-east-1")
            reply = await sts.get_caller_identity()
        partition = reply["Arn"].split(":")[1]
        return Identity(partition=partition, account=reply["Account"], arn=reply["Arn"])

    def _sharing(self, session: AioSession) -> AioSession:
        session.register_component("data_loader", models(session.get_config_variable("data_path")))
        session.register("creating-client-class", self._methods.share)
        if self.access.endpoint_url:
            session.register("before-sign", self._to_emulator)
        return session

    def _to_emulator(self, request: Any, **_: Any) -> None:
        """Take out what botocore puts before the host, such as the account's number: an emulator has one address."""
        emulator = urlsplit(self.access.endpoint_url or "")
        request.url = urlsplit(request.url)._replace(netloc=emulator.netloc).geturl()

    def _create(self, service: str, region: str) -> Any:
        emulated = self.access.endpoint_url is not None
        config = AioConfig(
            connect_timeout=self.access.connect_timeout,
            read_timeout=self.access.read_timeout,
            max_pool_connections=CONNECTIONS,
            http_session_cls=self._connections,
            # Retries are ours, since only we know the limits; see bartizan.aws.client. STS is not called through it.
            retries={"total_max_attempts": _STS_ATTEMPTS if service == "sts" else 1},
            s3={"addressing_style": "path"} if emulated else None,
            inject_host_prefix=not emulated,
            user_agent_extra="bartizan",
        )
        return self._session.create_client(
            service, region_name=region, endpoint_url=self.access.endpoint_url, config=config
        )


_ASSUME = Call("sts:AssumeRole")
_WHO = Call("sts:GetCallerIdentity")


@cache
def _methods() -> Methods:
    """The methods of clients, made once for all sessions; they hold nothing of the account."""
    return Methods()


@contextmanager
def _told(access: Access) -> Iterator[None]:
    """Tell the user, by an ``InputError``, what keeps the first call from AWS."""
    try:
        yield
    except aws.NoCredentialsError:
        raise InputError(
            "there are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or log in with `aws sso login`"
        ) from None
    except aws.ClientError as refused:
        what = f"assume {access.role_arn}" if access.role_arn else "accept the credentials"
        message = f"AWS did not {what}: {refused.response['Error'].get('Message') or refused}"
        raise UnreachableError(message, _gap(refused, access)) from None
    except aws.ParamValidationError as wrong:
        raise InputError(f"{access.role_arn!r} is no ARN of a role to assume: {_on_one_line(wrong)}") from None
    except (aws.BotoCoreError, OSError, TimeoutError) as failed:
        raise UnreachableError(f"AWS cannot be reached: {_on_one_line(failed)}", _gap(failed, access)) from None
    except ValueError as wrong:
        # So botocore tells of an endpoint that is no URL.
        raise InputError(
            f"AWS cannot be reached: {_on_one_line(wrong)}; an endpoint is a URL with http(s)://"
        ) from None


def _gap(error: Exception, access: Access) -> Gap:
    call = _ASSUME if access.role_arn else _WHO
    return understand(error, call, in_region=True).failure.gap


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _base_session(access: Access) -> AioSession:
    session = AioSession(profile=access.profile)
    if access.credentials:
        session.set_credentials(*access.credentials)
    try:
        session.get_scoped_config()
    except aws.ProfileNotFound:
        known = ", ".join(session.available_profiles) or "none"
        named = access.profile or session.get_config_variable("profile")
        raise InputError(f"there is no AWS profile {named!r}; the configuration has {known}") from None
    except aws.ConfigParseError as broken:
        raise InputError(f"the AWS configuration cannot be read: {broken}") from None
    return session
