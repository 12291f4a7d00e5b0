"""Amazon RDS and Aurora, with the clusters and instances of Amazon DocumentDB and Neptune, which share RDS's API."""

from bartizan.resources.rds.types import (
    DbCluster,
    DbClusterParameterGroup,
    DbClusterSnapshot,
    DbInstance,
    DbParameterGroup,
    DbSnapshot,
)

__all__ = [
    "DbCluster",
    "DbClusterParameterGroup",
    "DbClusterSnapshot",
    "DbInstance",
    "DbParameterGroup",
    "DbSnapshot",
]
