"""AWS Organizations, as one account sees it."""

from __future__ import annotations

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply

DESCRIBE_ORGANIZATION = Call("organizations:DescribeOrganization")
LIST_ROOTS = Call("organizations:ListRoots")


@resource("AWS::Organizations::Organization", name="organization_id")
class Organization(Resource):
    """The organization that the account belongs to; there is one for each account, whether it is in one or not."""

    organization_id: str | None = field("Its id; null where the account is in none.", default="o-abcdefghij")
    feature_set: str = field("`ALL`, or `CONSOLIDATED_BILLING` alone.", default="ALL")
    management_account_id: str | None = field("The account that manages it.", default="444455556666")
    enabled_policy_types: tuple[str, ...] | None = field(
        "The kinds of policy that are on; null as members see it.", default=None
    )
    root_features: tuple[str, ...] | None = field(
        "What of the root users' access is central: `RootCredentialsManagement`, `RootSessions`; null to members.",
        default=None,
    )
    trusted_services: tuple[str, ...] | None = field(
        "The services that may work in all accounts; null as members see it.", default=None
    )

    @property
    def managed_here(self) -> bool:
        """Whether this account manages it."""
        return self.management_account_id is not None and self.management_account_id == self.account


def _enabled(reply: Reply) -> tuple[str, ...]:
    types = (each for root in reply["Roots"] for each in root.get("PolicyTypes") or ())
    return tuple(sorted(each["Type"] for each in types if each["Status"] == "ENABLED"))


def _trusted(reply: Reply) -> tuple[str, ...]:
    return tuple(sorted(each["ServicePrincipal"] for each in reply["EnabledServicePrincipals"]))


ORGANIZATIONS = Reader(
    Organization,
    listing=Listing(
        DESCRIBE_ORGANIZATION,
        items=lambda reply: [reply["Organization"]],
        fields={
            "organization_id": lambda item: item.get("Id"),
            "feature_set": lambda item: item.get("FeatureSet", ""),
            "management_account_id": lambda item: item.get("MasterAccountId"),
        },
        absent=("AWSOrganizationsNotInUseException",),
        stand_ins=({},),
    ),
    arn=lambda item, scope: item.get("Arn") or scope.arn("organizations", "organization", region=""),
    where="account",
    details=(
        Detail(
            # AWS says that what DescribeOrganization tells of policy types is not to be relied on.
            LIST_ROOTS,
            params=lambda _: {},
            fields={"enabled_policy_types": _enabled},
            when=lambda made: made.managed_here,
            otherwise={"enabled_policy_types": None},
        ),
        Detail(
            Call("iam:ListOrganizationsFeatures"),
            params=lambda _: {},
            fields={"root_features": lambda reply: tuple(sorted(reply.get("EnabledFeatures") or ()))},
            # Without trusted access for IAM nothing is central.
            absent={
                "ServiceAccessNotEnabledException": {"root_features": ()},
                "OrganizationNotInAllFeaturesModeException": {"root_features": ()},
            },
            when=lambda made: made.managed_here,
            otherwise={"root_features": None},
        ),
        Detail(
            Call("organizations:ListAWSServiceAccessForOrganization"),
            params=lambda _: {},
            fields={"trusted_services": _trusted},
            whole="EnabledServicePrincipals",
            when=lambda made: made.managed_here,
            otherwise={"trusted_services": None},
        ),
    ),
)

TERRAFORM_ORGANIZATION = CodeReader(
    "aws_organizations_organization",
    Organization,
    fields={
        "feature_set": lambda block: block.get("feature_set", "ALL"),
        "enabled_policy_types": lambda block: tuple(sorted(block.get("enabled_policy_types", ()))),
        "trusted_services": lambda block: tuple(sorted(block.get("aws_service_access_principals", ()))),
    },
)

CLOUDFORMATION_ORGANIZATION = CodeReader(
    "AWS::Organizations::Organization",
    Organization,
    # A template cannot turn on a kind of policy.
    fields={"feature_set": lambda block: block.get("FeatureSet", "ALL")},
)
