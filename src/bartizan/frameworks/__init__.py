"""Compliance frameworks as data: which control is answered by which rules, and what a person must check.

Each framework is one file in ``data/``. A control names rules, or themes (``@encryption-at-rest``) whose rules stand in
``themes.toml``. What kind a control is follows from what it names, so that coverage cannot be claimed::

    [controls."1.4"]
    title = "Root has no access key"
    rules = ["account.root-access-key"]

    [controls."1.1"]
    title = "Contact details are current"
    rules = ["account.contacts-missing"]
    check = "Somebody reads what is sent to these addresses."
"""

from bartizan.frameworks.load import all_frameworks, controls_of, framework, framework_ids
from bartizan.frameworks.types import Control, Framework, Kind

__all__ = ["Control", "Framework", "Kind", "all_frameworks", "controls_of", "framework", "framework_ids"]
