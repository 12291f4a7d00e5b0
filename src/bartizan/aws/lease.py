"""A lease on an object in S3: one process has it at a time, and it ends by itself when that process is gone.

It is written on condition that nobody else wrote it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
Times are S3's own, so that clocks of machines do not matter.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from botocore import exceptions as aws

LEASE = 60.0
"""After so many seconds without a word of its holder a lease has ended."""

_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "404", "412"})
_GONE = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True, slots=True)
class _Seen:
    """The object as it is: who wrote it, its tag, and how many seconds ago it was written."""

    holder: bytes
    tag: str
    age: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the lease is."""

    client: Any
    bucket: str
    key: str

    def put(self, **condition: str) -> str | None:
        """Write it on a condition, and give its tag; ``None`` where another process wrote it meanwhile."""
        word = uuid.uuid4().hex.encode()
        try:
            return str(self.client.put_object(Bucket=self.bucket, Key=self.key, Body=word, **condition)["ETag"])
        except aws.ClientError as refused:
            if refused.response["Error"].get("Code") not in _CHANGED:
                raise
        # A call that was repeated after its answer was lost meets what it wrote itself.
        seen = self.seen()
        return seen.tag if seen and seen.holder == word else None

    def seen(self) -> _Seen | None:
        """It as it is; ``None`` where there is none."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=self.key)
        except aws.ClientError as refused:
            if refused.response["Error"].get("Code") in _GONE:
                return None
            raise
        now: dt.datetime = parsedate_to_datetime(found["ResponseMetadata"]["HTTPHeaders"]["date"])
        return _Seen(found["Body"].read(), found["ETag"], (now - found["LastModified"]).total_seconds())

    def abandoned(self, seconds: float) -> str | None:
        """The tag of a lease whose holder says nothing for so long; ``None`` as soon as it does, or gives it back."""
        first = seen = self.seen()
        while first and seen and seen.tag == first.tag:
            if seen.age >= seconds:
                return seen.tag
            time.sleep(seconds / 12)
            seen = self.seen()
        return None


class Lease:
    """A lease that is had, and renewed by a thread of its own until it is given back."""

    def __init__(self, place: _Place, tag: str, seconds: float) -> None:
        """Begin to renew it."""
        self._place, self._tag, self._seconds = place, tag, seconds
        self._lost = False
        self._renewing = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def held(self) -> bool:
        """Whether it is still had; raises botocore's errors where S3 cannot be asked."""
        with self._renewing:
            if not self._lost:
                tag = self._place.put(IfMatch=self._tag)
                self._tag, self._lost = tag or "", tag is None
            return not self._lost

    def release(self) -> None:
        """Give it back; where S3 cannot be reached it ends by itself."""
        self._ended.set()
        self._thread.join()
        if not self._lost:
            with suppress(aws.ClientError, aws.BotoCoreError):
                self._place.client.delete_object(Bucket=self._place.bucket, Key=self._place.key, IfMatch=self._tag)

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / 4):
            # What fails is tried again; who is too late finds that another has it.
            with suppress(aws.ClientError, aws.BotoCoreError):
                self.held()


def take(client: Any, bucket: str, key: str, seconds: float) -> Lease | None:
    """Take the lease of an object, or ``None`` where another process has it; raises botocore's errors.

    Of a lease that nobody gave back it takes up to so many seconds to be sure.
    """
    place = _Place(client, bucket, key)
    tag = place.put(IfNoneMatch="*")
    if tag is None:
        left = place.abandoned(seconds)
        tag = place.put(IfMatch=left) if left else None
    return Lease(place, tag, seconds) if tag else None
