"""All known methods, by theme. To add one is an entry in a file of this folder."""

from bartizan.policy.escalation.method import Method
from bartizan.policy.escalation.methods.code import CODE
from bartizan.policy.escalation.methods.compute import COMPUTE
from bartizan.policy.escalation.methods.credentials import CREDENTIALS
from bartizan.policy.escalation.methods.policies import POLICIES
from bartizan.policy.escalation.methods.workloads import WORKLOADS

METHODS: tuple[Method, ...] = (*POLICIES, *CREDENTIALS, *COMPUTE, *CODE, *WORKLOADS)

__all__ = ["METHODS"]
