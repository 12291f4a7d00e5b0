"""Checks of Amazon SageMaker."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.sagemaker import Domain, EndpointConfig, Model, NotebookInstance


@rule(
    "high",
    passes=[NotebookInstance()],
    fails=[
        NotebookInstance(direct_internet_access=True),
        NotebookInstance(subnet_id=None, direct_internet_access=True),
    ],
)
def notebook_on_internet(notebook: NotebookInstance) -> Problems:
    """Notebook instance reaches the internet past your network.

    ## Why it matters
    Data leave and packages come in where no endpoint, firewall or flow log of yours sees them.

    ## How to fix
    Make it in a subnet of yours without direct internet access; one that exists cannot be changed.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    """
    if notebook.direct_internet_access:
        yield "direct internet access is on" + ("" if notebook.subnet_id else ", and it is in no subnet of yours")


@rule("medium", passes=[NotebookInstance()], fails=[NotebookInstance(root_access=True)])
def root_on_notebook(notebook: NotebookInstance) -> Problems:
    """Notebook instance makes its users root.

    ## Why it matters
    They can read the files of all others on it, turn its guards off and stay on it unseen.

    ## How to fix
    Turn root access off; set the machine up by a lifecycle configuration, which still runs as root.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html
    """
    if notebook.root_access:
        yield "root access is on"


@root_on_notebook.risky_fix("users cannot install system packages any more; it must be stopped for the change")
def take_root_away(notebook: NotebookInstance) -> NotebookInstance:
    """Turn root access off."""
    return replace(notebook, root_access=False)


@rule("low", passes=[NotebookInstance()], fails=[NotebookInstance(kms_key_id=None)], advice=True)
def notebook_under_key_of_aws(notebook: NotebookInstance) -> Problems:
    """Notebook instance's volume is encrypted with a key that AWS manages.

    ## Why it matters
    The data are encrypted, but nobody can restrict the key's use or withdraw it.

    ## How to fix
    Make it with a customer managed key where the data call for that control.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html
    """
    if notebook.kms_key_id is None:
        yield "no key of the account encrypts its volume"


@rule(
    "medium",
    passes=[NotebookInstance(), NotebookInstance(platform_identifier="notebook-al2-v3")],
    fails=[NotebookInstance(platform_identifier="notebook-al2-v1")],
)
def notebook_on_old_platform(notebook: NotebookInstance) -> Problems:
    """Notebook instance runs a platform that is no longer patched.

    ## Why it matters
    Known holes in its system, Jupyter and libraries stay open, on a machine with a role and data.

    ## How to fix
    Stop it and move it to a current platform; what was installed by hand must be installed again.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-jl.html
    """
    if notebook.platform_identifier in {"notebook-al1-v1", "notebook-al2-v1", "notebook-al2-v2"}:
        yield f"its platform is {notebook.platform_identifier}"


@rule("medium", passes=[NotebookInstance()], fails=[NotebookInstance(metadata_version=1)])
def imdsv1_on_notebook(notebook: NotebookInstance) -> Problems:
    """Notebook instance answers old metadata requests.

    ## Why it matters
    Code in a notebook that can be made to fetch an address gives away the credentials of its role.

    ## How to fix
    Set the minimum version of the instance metadata service to 2, while the instance is stopped.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstanceMetadataServiceConfiguration.html
    """
    if notebook.metadata_version < 2:
        yield "IMDSv1 is allowed"


@imdsv1_on_notebook.risky_fix(
    "old tools that know only IMDSv1 lose their credentials; it must be stopped for the change"
)
def require_imdsv2(notebook: NotebookInstance) -> NotebookInstance:
    """Allow version 2 of the instance metadata service only."""
    return replace(notebook, metadata_version=2)


@rule("medium", passes=[Domain()], fails=[Domain(vpc_only=False)])
def domain_on_internet(domain: Domain) -> Problems:
    """SageMaker domain reaches the internet past your network.

    ## Why it matters
    Data leave Studio and packages come in where no endpoint, firewall or flow log of yours sees them.

    ## How to fix
    Let all traffic go through the VPC, with endpoints for the services in use, once no app of the domain runs.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/studio-notebooks-and-internet-access.html
    """
    if not domain.vpc_only:
        yield "its network access is PublicInternetOnly"


@domain_on_internet.risky_fix("apps must be deleted first, and reach only what the VPC has endpoints or gateways for")
def keep_in_vpc(domain: Domain) -> Domain:
    """Let all traffic go through the VPC."""
    return replace(domain, vpc_only=True)


@rule("info", advice=True, passes=[Domain()], fails=[Domain(auth_mode="IAM")])
def domain_without_identity_center(domain: Domain) -> Problems:
    """Sign-in by IAM: people come into the domain by roles or users, not by Identity Center.

    ## Why it matters
    Who may open which profile is decided by policies in the account, and does not end when a person leaves.

    ## How to fix
    Make a domain that signs people in by IAM Identity Center; of one that exists that cannot be changed.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/onboard-custom.html
    """
    if domain.auth_mode != "SSO":
        yield f"people sign in by {domain.auth_mode}"


@rule("low", advice=True, passes=[Domain()], fails=[Domain(kms_key_id=None)])
def domain_under_key_of_aws(domain: Domain) -> Problems:
    """SageMaker domain's volumes are encrypted with a key that AWS manages.

    ## Why it matters
    The data are encrypted, but nobody can restrict the key's use or withdraw it.

    ## How to fix
    Make it with a customer managed key where the data call for that control.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-studio.html
    """
    if domain.kms_key_id is None:
        yield "no key of the account encrypts its volumes"


@rule("medium", passes=[Model()], fails=[Model(network_isolation=False), Model(network_isolation=False, in_vpc=True)])
def model_not_isolated(model: Model) -> Problems:
    """SageMaker model's containers have a network.

    ## Why it matters
    A model file may run code when it is loaded; with a network it sends away what it is asked, and its role's keys.

    ## How to fix
    Make the model with network isolation, unless its containers must call other services.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    """
    if not model.network_isolation:
        yield "network isolation is off"


@rule(
    "low",
    passes=[Model(), Model(network_isolation=False, in_vpc=True)],
    fails=[Model(network_isolation=False)],
)
def model_outside_of_vpc(model: Model) -> Problems:
    """SageMaker model's containers reach the network past your VPC.

    ## Why it matters
    What they call, and whom they send data to, no endpoint policy, security group or flow log of yours sees.

    ## How to fix
    Make the model with subnets and security groups of yours, or with network isolation.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    """
    if not model.network_isolation and not model.in_vpc:
        yield "it has neither network isolation nor a VPC"


@rule("high", passes=[Model()], fails=[Model(secret_variables=("API_TOKEN (value of a secret's name)",))])
def secret_in_model_environment(model: Model) -> Problems:
    """SageMaker model holds secrets in its containers' environment.

    ## Why it matters
    Everyone who may describe the model reads them, and they end up in templates and logs.

    ## How to fix
    Keep them in Secrets Manager, read them at run time, and replace those that stood here.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    for variable in model.secret_variables:
        yield f"variable {variable} looks like a secret"


@rule(
    "low",
    advice=True,
    passes=[EndpointConfig(), EndpointConfig(smallest_variant=None)],
    fails=[EndpointConfig(smallest_variant=1)],
)
def single_instance_endpoint(config: EndpointConfig) -> Problems:
    """SageMaker endpoint begins with one machine.

    ## Why it matters
    It does not answer while that machine or its availability zone is gone.

    ## How to fix
    Begin each variant with two machines, which SageMaker puts into different zones, where callers cannot wait.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
    """
    if config.smallest_variant == 1:
        yield "a variant begins with one machine"


@rule(
    "low",
    advice=True,
    passes=[EndpointConfig(), EndpointConfig(kms_key_id=None, smallest_variant=None)],
    fails=[EndpointConfig(kms_key_id=None)],
)
def endpoint_under_key_of_aws(config: EndpointConfig) -> Problems:
    """SageMaker endpoint's volumes are encrypted with a key of AWS.

    ## Why it matters
    Model and captured data are encrypted, but nobody can restrict the key's use or withdraw it.

    ## How to fix
    Name a customer managed key in a new configuration. Machines with disks of their own take none.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    """
    if config.smallest_variant is not None and config.kms_key_id is None:
        yield "no key of the account encrypts the volumes"
