"""The typed model that everything else turns around: resources, the world, rules, findings. Pure."""

from bartizan.model.errors import BartizanError, DeclarationError, Gap, InputError, Reason, Unknown
from bartizan.model.finding import CoverageGap, Finding, Severity, Status
from bartizan.model.plain import plain
from bartizan.model.resource import SAMPLE_TIME, Place, Resource, field, field_docs, replace, resource, without
from bartizan.model.rule import Doc, Family, Fix, Problems, Rule, Sample, family, judged, rule
from bartizan.model.suppression import Suppression
from bartizan.model.words import counted
from bartizan.model.world import Question, Snapshot, View, World, touches

__all__ = [
    "SAMPLE_TIME",
    "BartizanError",
    "CoverageGap",
    "DeclarationError",
    "Doc",
    "Family",
    "Finding",
    "Fix",
    "Gap",
    "InputError",
    "Place",
    "Problems",
    "Question",
    "Reason",
    "Resource",
    "Rule",
    "Sample",
    "Severity",
    "Snapshot",
    "Status",
    "Suppression",
    "Unknown",
    "View",
    "World",
    "counted",
    "family",
    "field",
    "field_docs",
    "judged",
    "plain",
    "replace",
    "resource",
    "rule",
    "touches",
    "without",
]
