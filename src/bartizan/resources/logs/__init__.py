"""Amazon CloudWatch Logs: its types, and the language of its filter patterns."""

from bartizan.resources.logs.types import SPANS, LogGroup, Metric, MetricFilter, ResourcePolicy, group_of

__all__ = ["SPANS", "LogGroup", "Metric", "MetricFilter", "ResourcePolicy", "group_of"]
