"""Checks of Amazon SageMaker."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.sagemaker import NotebookInstance


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
