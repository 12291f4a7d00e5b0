"""Methods that take or make the credentials of another identity."""

from __future__ import annotations

from bartizan.policy.escalation.method import PATHS, RHINO, Method, Need, On, Target

_MFA = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html"
_PROVIDERS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html"


def _of_user(method: str, title: str, *actions: str, source: str = RHINO, prerequisites: str = "") -> Method:
    needs = tuple(Need(each, On.TARGET) for each in actions)
    return Method(id=method, title=title, needs=needs, target=Target.USER, source=source, prerequisites=prerequisites)


def _provided(method: str, title: str, *needs: Need, prerequisites: str = "") -> Method:
    return Method(
        id=method, title=title, needs=needs, target=Target.PROVIDED_ROLE, source=_PROVIDERS, prerequisites=prerequisites
    )


_TRUST = Need("iam:UpdateAssumeRolePolicy", On.TARGET)

CREDENTIALS: tuple[Method, ...] = (
    _of_user(
        "create-access-key",
        "Make an access key for a user",
        "iam:CreateAccessKey",
        prerequisites="the user has fewer than two access keys",
    ),
    _of_user(
        "replace-access-key",
        "Delete an access key of a user and make a new one",
        "iam:DeleteAccessKey",
        "iam:CreateAccessKey",
        source=PATHS,
        prerequisites="the user has two access keys",
    ),
    _of_user(
        "create-login-profile",
        "Set a console password for a user",
        "iam:CreateLoginProfile",
        prerequisites="the user has no console password",
    ),
    _of_user(
        "update-login-profile",
        "Change the console password of a user",
        "iam:UpdateLoginProfile",
        prerequisites="the user has a console password, and no MFA device that the caller lacks",
    ),
    _of_user(
        "change-password-and-drop-mfa",
        "Remove a user's MFA device and change its password",
        "iam:DeactivateMFADevice",
        "iam:UpdateLoginProfile",
        source=_MFA,
        prerequisites="the user has a console password",
    ),
    _of_user(
        "create-password-and-own-mfa",
        "Set a password for a user and enable an MFA device of one's own for it",
        "iam:CreateLoginProfile",
        "iam:EnableMFADevice",
        source=_MFA,
        prerequisites="the user has no console password",
    ),
    _of_user(
        "create-service-specific-credential",
        "Make an Amazon Bedrock or CodeCommit credential for a user",
        "iam:CreateServiceSpecificCredential",
        source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html",
        prerequisites="the user's rights in CodeCommit, Keyspaces or Bedrock are of use",
    ),
    _of_user(
        "reset-service-specific-credential",
        "Reset a user's service-specific credential",
        "iam:ResetServiceSpecificCredential",
        source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResetServiceSpecificCredential.html",
        prerequisites="the user has such a credential",
    ),
    _of_user(
        "upload-ssh-key",
        "Add an SSH key to a user for CodeCommit",
        "iam:UploadSSHPublicKey",
        source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html",
        prerequisites="the user's rights in CodeCommit are of use",
    ),
    _of_user(
        "upload-signing-certificate",
        "Add a signing certificate to a user",
        "iam:UploadSigningCertificate",
        source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSigningCertificate.html",
        prerequisites="the user's rights in services that take certificates are of use",
    ),
    Method(
        id="update-assume-role-policy",
        title="Make a role trust oneself and assume it",
        needs=(_TRUST, Need("sts:AssumeRole", On.TARGET, trusted=True)),
        target=Target.ROLE,
        source=RHINO,
    ),
    _provided(
        "update-saml-provider",
        "Replace the metadata of an identity provider and sign an assertion oneself",
        Need("iam:UpdateSAMLProvider", On.PROVIDER),
        prerequisites="the provider is a SAML provider",
    ),
    _provided(
        "add-oidc-client",
        "Add an audience of one's own to an OpenID Connect provider",
        Need("iam:AddClientIDToOpenIDConnectProvider", On.PROVIDER),
        prerequisites="the role's trust does not pin the audience, and the caller can have tokens issued",
    ),
    _provided(
        "update-oidc-thumbprint",
        "Replace the thumbprint of an OpenID Connect provider",
        Need("iam:UpdateOpenIDConnectProviderThumbprint", On.PROVIDER),
        prerequisites="the caller can answer in place of the provider's host",
    ),
    _provided(
        "recreate-saml-provider",
        "Delete an identity provider and create it anew with metadata of one's own",
        Need("iam:DeleteSAMLProvider", On.PROVIDER),
        Need("iam:CreateSAMLProvider", On.PROVIDER),
        prerequisites="the provider is a SAML provider",
    ),
    Method(
        id="create-saml-provider-and-update-trust",
        title="Create an identity provider of one's own and make a role trust it",
        needs=(Need("iam:CreateSAMLProvider"), _TRUST),
        target=Target.ROLE,
        source=_PROVIDERS,
    ),
    Method(
        id="create-oidc-provider-and-update-trust",
        title="Create an OpenID Connect provider of one's own and make a role trust it",
        needs=(Need("iam:CreateOpenIDConnectProvider"), _TRUST),
        target=Target.ROLE,
        source=_PROVIDERS,
    ),
    Method(
        id="create-roles-anywhere-anchor",
        title="Create a trust anchor and profile of IAM Roles Anywhere for a role",
        needs=(
            Need("iam:PassRole", On.TARGET, (("iam:passedtoservice", ("rolesanywhere.amazonaws.com",)),)),
            Need("rolesanywhere:CreateTrustAnchor"),
            Need("rolesanywhere:CreateProfile"),
        ),
        target=Target.PASSED_ROLE,
        service="rolesanywhere.amazonaws.com",
        source="https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html",
    ),
    Method(
        id="set-identity-pool-roles",
        title="Give a role to guests or users of a Cognito identity pool",
        needs=(
            Need("iam:PassRole", On.TARGET, (("iam:passedtoservice", ("cognito-identity.amazonaws.com",)),)),
            Need("cognito-identity:SetIdentityPoolRoles"),
        ),
        target=Target.PASSED_ROLE,
        service="cognito-identity.amazonaws.com",
        prerequisites="the role's trust lets the pool's identities in",
        source=PATHS + "cognitoidentity-001",
    ),
    Method(
        id="create-eks-pod-identity",
        title="Give a role to a service account of a cluster that one may run pods in",
        needs=(
            Need("iam:PassRole", On.TARGET, (("iam:passedtoservice", ("pods.eks.amazonaws.com",)),)),
            Need("eks:CreatePodIdentityAssociation"),
        ),
        target=Target.PASSED_ROLE,
        service="pods.eks.amazonaws.com",
        prerequisites="the caller may run a pod in the cluster",
        source="https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html",
    ),
)
