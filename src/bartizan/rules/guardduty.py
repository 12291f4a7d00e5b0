"""Checks of Amazon GuardDuty.

What an administrator account decides for its members, it is judged for there: the pace of findings and their export.
"""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.guardduty import Detector
from bartizan.rules.organizations.services import administered_elsewhere, new_accounts_left_out

_SLOW = {"ONE_HOUR": "an hour", "SIX_HOURS": "six hours"}


@rule("high", passes=[Detector()], fails=[Detector(enabled=False), Detector(detector_id=None, enabled=False)])
def detector_off(detector: Detector) -> Problems:
    """GuardDuty is off in a Region.

    ## Why it matters
    Nothing looks for intruders there: for keys used from strange places, machines that mine coins, data that leaves.
    Regions that nobody uses are where intruders like to work.

    ## How to fix
    Turn it on in every Region, best for the whole organization from its administrator account.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html
    """
    if not detector.enabled:
        yield "GuardDuty is suspended" if detector.detector_id else "GuardDuty was never turned on"


@detector_off.fix
def enable_detector(detector: Detector) -> Detector:
    """Turn GuardDuty on."""
    return replace(detector, enabled=True)


def _without(detector: Detector, feature: str) -> Detector:
    return replace(detector, disabled_features=tuple(each for each in detector.disabled_features if each != feature))


@rule(
    "medium",
    passes=[Detector(), Detector(enabled=False, disabled_features=("S3_DATA_EVENTS",))],
    fails=[Detector(disabled_features=("S3_DATA_EVENTS",))],
)
def s3_unwatched(detector: Detector) -> Problems:
    """GuardDuty does not watch the use of S3 objects.

    ## Why it matters
    Data that is copied out of buckets, with keys that leaked, shows only in these events.

    ## How to fix
    Turn on `S3_DATA_EVENTS`. It is billed by volume, and free for the first 30 days.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/s3-protection.html
    """
    if detector.enabled and "S3_DATA_EVENTS" in detector.disabled_features:
        yield "S3_DATA_EVENTS is off"


@s3_unwatched.fix
def watch_s3(detector: Detector) -> Detector:
    """Let GuardDuty watch data events of S3."""
    return _without(detector, "S3_DATA_EVENTS")


@rule(
    "medium",
    passes=[Detector(), Detector(enabled=False, disabled_features=("EKS_AUDIT_LOGS",))],
    fails=[Detector(disabled_features=("EKS_AUDIT_LOGS",))],
)
def eks_audit_unwatched(detector: Detector) -> Problems:
    """GuardDuty does not watch the audit logs of EKS clusters.

    ## Why it matters
    An intruder in a cluster works through its API, which CloudTrail does not see.

    ## How to fix
    Turn on `EKS_AUDIT_LOGS`. It is billed by volume, and free for the first 30 days.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/kubernetes-protection.html
    """
    if detector.enabled and "EKS_AUDIT_LOGS" in detector.disabled_features:
        yield "EKS_AUDIT_LOGS is off"


@eks_audit_unwatched.fix
def watch_eks_audit(detector: Detector) -> Detector:
    """Let GuardDuty watch audit logs of EKS."""
    return _without(detector, "EKS_AUDIT_LOGS")


@rule(
    "low",
    passes=[Detector(), Detector(enabled=False, disabled_features=("EBS_MALWARE_PROTECTION",))],
    fails=[Detector(disabled_features=("EBS_MALWARE_PROTECTION",))],
)
def malware_unwatched(detector: Detector) -> Problems:
    """GuardDuty does not look for malware on the disks of suspicious instances.

    ## Why it matters
    A finding about an instance stays a suspicion until somebody looks at its disk.

    ## How to fix
    Turn on `EBS_MALWARE_PROTECTION`. It is billed by volume, and free for the first 30 days.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection.html
    """
    if detector.enabled and "EBS_MALWARE_PROTECTION" in detector.disabled_features:
        yield "EBS_MALWARE_PROTECTION is off"


@malware_unwatched.fix
def watch_malware(detector: Detector) -> Detector:
    """Let GuardDuty watch malware scans of volumes."""
    return _without(detector, "EBS_MALWARE_PROTECTION")


@rule(
    "medium",
    passes=[Detector(), Detector(enabled=False, disabled_features=("RDS_LOGIN_EVENTS",))],
    fails=[Detector(disabled_features=("RDS_LOGIN_EVENTS",))],
)
def rds_unwatched(detector: Detector) -> Problems:
    """GuardDuty does not watch logins to databases.

    ## Why it matters
    Guessed passwords and logins from strange places go unnoticed.

    ## How to fix
    Turn on `RDS_LOGIN_EVENTS`. It is billed by volume, and free for the first 30 days.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/rds-protection.html
    """
    if detector.enabled and "RDS_LOGIN_EVENTS" in detector.disabled_features:
        yield "RDS_LOGIN_EVENTS is off"


@rds_unwatched.fix
def watch_rds(detector: Detector) -> Detector:
    """Let GuardDuty watch logins to Aurora and RDS."""
    return _without(detector, "RDS_LOGIN_EVENTS")


@rule(
    "low",
    passes=[Detector(), Detector(enabled=False, disabled_features=("LAMBDA_NETWORK_LOGS",))],
    fails=[Detector(disabled_features=("LAMBDA_NETWORK_LOGS",))],
)
def lambda_unwatched(detector: Detector) -> Problems:
    """GuardDuty does not watch the network traffic of functions.

    ## Why it matters
    A function that was made to mine coins, or to send data out, is not seen.

    ## How to fix
    Turn on `LAMBDA_NETWORK_LOGS`. It is billed by volume, and free for the first 30 days.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/lambda-protection.html
    """
    if detector.enabled and "LAMBDA_NETWORK_LOGS" in detector.disabled_features:
        yield "LAMBDA_NETWORK_LOGS is off"


@lambda_unwatched.fix
def watch_lambda(detector: Detector) -> Detector:
    """Let GuardDuty watch network traffic of functions."""
    return _without(detector, "LAMBDA_NETWORK_LOGS")


@rule(
    "low",
    passes=[Detector(), Detector(enabled=False, disabled_features=("RUNTIME_MONITORING",))],
    fails=[Detector(disabled_features=("RUNTIME_MONITORING",))],
)
def runtime_unwatched(detector: Detector) -> Problems:
    """GuardDuty does not watch what runs on instances and containers.

    ## Why it matters
    What an intruder starts on a machine shows in no log of AWS.

    ## How to fix
    Turn on `RUNTIME_MONITORING`. It is billed by volume, and free for the first 30 days.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring.html
    """
    if detector.enabled and "RUNTIME_MONITORING" in detector.disabled_features:
        yield "RUNTIME_MONITORING is off"


@runtime_unwatched.fix
def watch_runtime(detector: Detector) -> Detector:
    """Let GuardDuty watch processes on EC2, ECS and EKS."""
    return _without(detector, "RUNTIME_MONITORING")


@rule(
    "low",
    passes=[
        Detector(),
        Detector(enabled=False, finding_publishing_frequency="SIX_HOURS"),
        Detector(administrator="444455556666", finding_publishing_frequency="SIX_HOURS"),
    ],
    fails=[Detector(finding_publishing_frequency="SIX_HOURS"), Detector(finding_publishing_frequency="ONE_HOUR")],
)
def findings_come_late(detector: Detector) -> Problems:
    """GuardDuty tells only after hours that a finding has come up again.

    ## Why it matters
    An attack that goes on looks as if it had ended, and alarms on EventBridge stay quiet.

    ## How to fix
    Publish updated findings every 15 minutes. It costs nothing.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
    """
    if detector.enabled and detector.administrator is None:
        late = _SLOW.get(detector.finding_publishing_frequency)
        if late:
            yield f"repeated findings are published after up to {late}"


@findings_come_late.fix
def publish_sooner(detector: Detector) -> Detector:
    """Publish updated findings every 15 minutes."""
    return replace(detector, finding_publishing_frequency="FIFTEEN_MINUTES")


@rule(
    "low",
    passes=[
        Detector(),
        Detector(enabled=False, destinations=()),
        Detector(administrator="444455556666", destinations=()),
    ],
    fails=[Detector(destinations=()), Detector(destinations=("S3 UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY",))],
)
def findings_not_exported(detector: Detector) -> Problems:
    """GuardDuty findings are not exported.

    ## Why it matters
    GuardDuty keeps a finding for 90 days. Intruders are often found later than that.

    ## How to fix
    Export the findings to a bucket of the logging account, under a KMS key that lets GuardDuty use it.

    ## References
    - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html
    """
    if not detector.enabled or detector.administrator is not None:
        return
    if not detector.destinations:
        yield "no destination is set, so findings are gone after 90 days"
    elif "S3 PUBLISHING" not in detector.destinations:
        yield f"no destination works: {', '.join(detector.destinations)}"


apart = administered_elsewhere.of(Detector, "GuardDuty")
new_accounts = new_accounts_left_out.of(Detector, "GuardDuty")
