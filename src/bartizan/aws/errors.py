"""What a failed call means: from botocore's exceptions and AWS's error codes to a ``Gap``.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/CommonErrors.html and each service's API reference.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from bartizan.model import Gap, Reason
from bartizan.resources.reading import Call, Failed

_DENIED = {
    "403", "AccessDenied", "AccessDeniedException", "AccessDeniedFault", "AuthorizationError",
    "AuthorizationErrorException", "Client.UnauthorizedOperation", "Forbidden", "ForbiddenException",
    "KMS.AccessDeniedException", "NotAuthorized", "NotAuthorizedException", "UnauthorizedAccess",
    "UnauthorizedException", "UnauthorizedOperation",
}  # fmt: skip
_EXPIRED = {
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
    "InvalidToken", "RequestExpired", "TokenRefreshRequired", "UnrecognizedClientException",
}  # fmt: skip
_THROTTLED = {
    "BandwidthLimitExceeded", "EC2ThrottledException", "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "SlowDown", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "TransactionInProgressException",
}  # fmt: skip
_UNSUPPORTED = {
    "InvalidAction", "NotImplemented", "OperationNotSupportedException", "SubscriptionRequiredException",
    "UnknownEndpoint", "UnknownOperationException", "UnsupportedOperation", "UnsupportedOperationException",
}  # fmt: skip
_ACCOUNT = {"AccountProblem", "AllAccessDisabled", "Blocked", "NotSignedUp", "OptInRequired", "PendingVerification"}
"""AWS does not serve the account, as when it is suspended: no permission helps, and what it holds is not known.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html.
"""
_MEANINGS = (
    (_THROTTLED, Reason.THROTTLED),
    (_DENIED, Reason.DENIED),
    (_EXPIRED, Reason.EXPIRED),
    (_ACCOUNT, Reason.FAILED),
)
_ASSUME = Call("sts:AssumeRole")
_TRANSIENT = {"InternalError", "InternalFailure", "InternalServerError", "RequestTimeout", "ServiceUnavailable"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failed attempt: what it means, AWS's code for it, and whether another attempt may go better."""

    failure: Failed
    retry: bool

    @property
    def throttled(self) -> bool:
        """Whether AWS asked for fewer calls."""
        return self.failure.gap.reason is Reason.THROTTLED


def understand(error: Exception, call: Call, *, in_region: bool) -> Trouble:
    """What the error of an attempt means; ``in_region`` says whether the service is known to exist in the region."""
    if isinstance(error, aws.ClientError):
        return _of_reply(error, call)
    if isinstance(error, (aws.NoCredentialsError, aws.CredentialRetrievalError, aws.TokenRetrievalError)):
        return _trouble(type(error).__name__, Reason.EXPIRED, call, str(error), retry=False)
    if isinstance(error, (TimeoutError, asyncio.TimeoutError, aws.ReadTimeoutError, aws.ConnectTimeoutError)):
        return _trouble("Timeout", Reason.TIMED_OUT, call, str(error), retry=True)
    if isinstance(error, aws.EndpointConnectionError) and not in_region:
        return _trouble("NoEndpoint", Reason.UNSUPPORTED, call, str(error), retry=False)
    if isinstance(error, (aws.ConnectionError, aws.HTTPClientError, ResponseParserError, OSError)):
        return _trouble(type(error).__name__, Reason.FAILED, call, str(error), retry=True)
    return _trouble(type(error).__name__, Reason.FAILED, call, str(error), retry=False)


def _of_reply(error: aws.ClientError, call: Call) -> Trouble:
    if error.operation_name == _ASSUME.operation:
        # The credentials were renewed on the way: it is not the call that failed.
        call = _ASSUME
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    detail = f"{code}: {message}" if message else code
    for codes, reason in _MEANINGS:
        if code in codes:
            return _trouble(code, reason, call, detail, retry=reason is Reason.THROTTLED)
    if status == 429:
        return _trouble(code, Reason.THROTTLED, call, detail, retry=True)
    if code in _UNSUPPORTED or status == 501:
        return _trouble(code, Reason.UNSUPPORTED, call, detail, retry=False)
    if code in _TRANSIENT or status >= 500:
        return _trouble(code, Reason.FAILED, call, detail, retry=True)
    if status == 403:
        return _trouble(code, Reason.DENIED, call, detail, retry=False)
    return _trouble(code, Reason.FAILED, call, detail, retry=False)


def _trouble(code: str, reason: Reason, call: Call, detail: str, *, retry: bool) -> Trouble:
    needs = ", ".join(call.actions) if reason is Reason.DENIED else ""
    return Trouble(Failed(code, Gap(reason, needs=needs, detail=f"{call.name}: {detail}")), retry)
