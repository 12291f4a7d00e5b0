"""An emulated account beside the demo's company that holds most of what the emulator knows, well and badly set.

Every name says what is different about the thing, so that a table of disagreements can be read without the code. Every
secret in here is made up.
"""

from __future__ import annotations

from variety import compute, data, edge, identity, network, storage, watch
from variety.cloud import Cloud


def build(address: str) -> None:
    """Fill the emulated account at ``address``."""
    cloud = Cloud(address)
    for part in (identity, network, compute, storage, data, edge, watch):
        part.build(cloud)
