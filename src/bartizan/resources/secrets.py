"""Secrets in plain text: which kinds are in a text, and where. Never the secret itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_KINDS: Mapping[str, re.Pattern[str]] = {
    # AWS's documentation ends its made-up keys in EXAMPLE, and people copy them to where an example is wanted.
    "AWS access key id": re.compile(r"\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)[A-Z0-9]{16}\b"),
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"),
    "GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "Stripe key": re.compile(r"\b[sr]k_live_[A-Za-z0-9]{20,}"),
    "JSON web token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:(?!\$[{(A-Za-z])[^/\s:@]+@"),
}
_WORDS = (
    r"(?:password|passwd|passphrase|pwd|secret(?:[_-]?access)?[_-]?key|secret|token|api[_-]?key|private[_-]?key"
    r"|credential)s?"
)
# The word ends the name: what follows it (PASSWORD_FILE, TOKEN_URL) says where the secret is, or something about it.
_NAMED = re.compile(rf"{_WORDS}$", re.IGNORECASE)
_ASSIGNED = re.compile(rf"""\b([a-z0-9_.-]*{_WORDS})\s*[=:]\s*["']?([^\s"']{{6,}})""", re.IGNORECASE)
# What stands for a secret that is fetched elsewhere: a variable, a reference, an ARN, a path of several parts, a blank,
# or a sample key of AWS's documentation.
_REFERENCE = re.compile(
    r"^(?:\$(?:[{(]|[A-Z_][A-Z0-9_]*$)|\{\{|<[^>]*>$|arn:|/[\w.-]+(?:/[\w.-]+)+$|https?://|ssm:|vault:|\d{0,5}$"
    r"|(?i:true|false|null|none|x+)$|\*+$|(?:AKIA|ASIA)[A-Z0-9]{9}EXAMPLE$|[\w/+]{30}EXAMPLEKEY$)"
)
_SHORTEST = 6


def kinds_in(value: str) -> tuple[str, ...]:
    """The kinds of secret whose shape is recognised in a text, in order."""
    return tuple(kind for kind, pattern in _KINDS.items() if pattern.search(value))


def in_script(text: str) -> tuple[str, ...]:
    """The secrets in a script, each as kind and line (``"AWS access key id in line 3"``)."""
    return tuple(
        f"{kind} in line {number}" for number, line in enumerate(text.splitlines(), 1) for kind in _of_line(line)
    )


def in_variables(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that hold a secret, each as name and kind (``"DB_PASSWORD (value of a secret's name)"``)."""
    found = []
    for name, value in sorted(variables.items()):
        kinds = kinds_in(value)
        if not kinds and _NAMED.search(name) and len(value) >= _SHORTEST and not _REFERENCE.match(value):
            kinds = ("value of a secret's name",)
        if kinds:
            found.append(f"{name} ({', '.join(kinds)})")
    return tuple(found)


def _of_line(line: str) -> Iterator[str]:
    yield from kinds_in(line)
    for name, value in _ASSIGNED.findall(line):
        if not _REFERENCE.match(value):
            yield f"value assigned to {name}"
