"""Files in S3, below a prefix of a bucket: the port that a store of snapshots writes and reads through."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore.session
from botocore import exceptions as aws
from botocore.config import Config

from bartizan.aws.lease import LEASE, Lease, take
from bartizan.model import InputError

_AT_ONCE = 16
_PER_CALL = 1000
"""The most keys that DeleteObjects takes.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

Refused = Callable[[str], InputError]


@dataclass(frozen=True)
class Objects:
    """Objects below a prefix, as files; ``refused`` and ``missing`` make the errors that are raised.

    Credentials are those of the profile, or of the ordinary chain; ``endpoint_url`` is an emulator's. A claim whose
    process is gone ends after ``lease`` seconds.
    """

    bucket: str
    prefix: str
    refused: Refused
    missing: Refused
    profile: str | None = None
    endpoint_url: str | None = None
    credentials: tuple[str, str] | None = None
    lease: float = LEASE

    @property
    def address(self) -> str:
        """Its URL."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        session = botocore.session.Session(profile=self.profile)
        if self.credentials:
            session.set_credentials(*self.credentials)
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 5},
            max_pool_connections=_AT_ONCE,
            s3={"addressing_style": "path"} if self.endpoint_url else None,
            user_agent_extra="bartizan",
        )
        region = session.get_config_variable("region") or "us-east-1"
        return session.create_client("s3", region_name=region, endpoint_url=self.endpoint_url, config=config)

    @cached_property
    def _kept(self) -> tempfile.TemporaryDirectory[str]:
        """Where copies of files lie as long as this lives; what is written once never changes."""
        return tempfile.TemporaryDirectory(prefix="bartizan-")

    def require_writable(self) -> None:
        """Find out whether the bucket is there and may be used."""
        with self._told(""):
            self._client.list_objects_v2(Bucket=self.bucket, Prefix=self._key("snapshots/"), MaxKeys=1)

    def write(self, path: str, data: bytes) -> None:
        """Put an object: S3 shows it whole, or not at all."""
        with self._told(path):
            self._client.put_object(Bucket=self.bucket, Key=self._key(path), Body=data)

    def read(self, path: str) -> bytes:
        """What an object holds."""
        with self._told(path):
            held: bytes = self._client.get_object(Bucket=self.bucket, Key=self._key(path))["Body"].read()
            return held

    def folders(self, path: str) -> list[str]:
        """The next parts of the keys that begin with a folder's."""
        start = self._key(f"{path}/")
        names = []
        for page in self._pages(start, Delimiter="/"):
            names += [each["Prefix"].removeprefix(start).rstrip("/") for each in page.get("CommonPrefixes", ())]
        return sorted(names)

    def sizes(self, path: str) -> dict[str, int]:
        """All objects below a folder."""
        whole = self._key("")
        pages = self._pages(self._key(f"{path}/"))
        return {each["Key"].removeprefix(whole): each["Size"] for page in pages for each in page.get("Contents", ())}

    def remove(self, paths: Iterable[str]) -> None:
        """Delete objects."""
        keys = [{"Key": self._key(each)} for each in paths]
        for start in range(0, len(keys), _PER_CALL):
            with self._told(""):
                some = {"Objects": keys[start : start + _PER_CALL], "Quiet": True}
                failed = self._client.delete_objects(Bucket=self.bucket, Delete=some).get("Errors", ())
            if failed:
                raise self.refused(f"{self.address}/{failed[0]['Key']} cannot be removed: {failed[0].get('Message')}")

    def local(self, paths: Iterable[str]) -> list[Path]:
        """Copies of the objects on this machine."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._copy, paths))

    def claim(self, path: str) -> Claim | None:
        """Take the lease of an object."""
        with self._told(path):
            had = take(self._client, self.bucket, self._key(path), self.lease)
        return Claim(self, path, had) if had else None

    def _copy(self, path: str) -> Path:
        target = Path(self._kept.name) / path
        if not target.exists():
            data = self.read(path)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                # Another thread may ask for the same file, and must not see half of it.
                partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
                partial.write_bytes(data)
                partial.replace(target)
            except OSError as failed:
                why = failed.strerror or failed
                raise self.refused(f"{self.address}/{path} cannot be copied to {target}: {why}") from None
        return target

    def _key(self, path: str) -> str:
        return f"{self.prefix.strip('/')}/{path}".lstrip("/")

    def _pages(self, start: str, **more: str) -> Iterator[Any]:
        with self._told(""):
            yield from self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start, **more)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Tell what S3 refuses, and of what."""
        what = f"{self.address}/{path}" if path else self.address
        try:
            yield
        except aws.ClientError as refused:
            error = refused.response["Error"]
            if error.get("Code") in {"NoSuchKey", "404"}:
                raise self.missing(f"{what} does not exist") from None
            raise self.refused(f"S3 refuses {what}: {error.get('Message') or error.get('Code')}") from None
        except aws.ProfileNotFound as unknown:
            raise self.refused(str(unknown)) from None
        except (aws.BotoCoreError, OSError, ValueError) as failed:
            raise self.refused(f"{what} cannot be reached: {' '.join(str(failed).split())}") from None


@dataclass(frozen=True, slots=True)
class Claim:
    """What this process claims in S3."""

    objects: Objects
    path: str
    lease: Lease

    def held(self) -> bool:
        """Whether no other process has taken it."""
        with self.objects._told(self.path):  # noqa: SLF001 - of this module
            return self.lease.held()

    def release(self) -> None:
        """Give it back."""
        self.lease.release()
