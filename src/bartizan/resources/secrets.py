"""Secrets in plain text: which kinds are in a text, and where. Never the secret itself.

The shapes of tokens come from detect-secrets, but for those that it lacks. What a variable's name says of its value,
and what only points to a secret, is decided here.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

_DETECTORS: Mapping[str, tuple[str, str]] = {
    "aws": ("AWSKeyDetector", "AWS access key id"),
    "azure_storage_key": ("AzureStorageKeyDetector", "Azure storage key"),
    "discord": ("DiscordBotTokenDetector", "Discord token"),
    "github_token": ("GitHubTokenDetector", "GitHub token"),
    "gitlab_token": ("GitLabTokenDetector", "GitLab token"),
    "jwt": ("JwtTokenDetector", "JSON web token"),
    "mailchimp": ("MailchimpDetector", "Mailchimp key"),
    "openai": ("OpenAIDetector", "OpenAI key"),
    "private_key": ("PrivateKeyDetector", "private key"),
    "pypi_token": ("PypiTokenDetector", "PyPI token"),
    "sendgrid": ("SendGridDetector", "SendGrid key"),
    "slack": ("SlackDetector", "Slack token"),
    "square_oauth": ("SquareOAuthDetector", "Square secret"),
    "stripe": ("StripeDetector", "Stripe key"),
    "telegram_token": ("TelegramBotTokenDetector", "Telegram token"),
}
"""The detectors of detect-secrets in use, by module, and what their finds are called."""

_MORE: Mapping[str, re.Pattern[str]] = {
    "Anthropic key": re.compile(r"\bsk-ant-[\w-]{20,}"),
    "DigitalOcean token": re.compile(r"\bdo[opr]_v1_[a-f0-9]{64}"),
    "GitHub token": re.compile(r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    "Google API key": re.compile(r"\bAIza[\w-]{35}"),
    "Mailgun key": re.compile(r"\bkey-[0-9a-f]{32}\b"),
    "npm token": re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"),
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    "Shopify token": re.compile(r"\bshp(?:at|ca|pa|ss)_[a-f0-9]{32}"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:(?!\$[{(A-Za-z])[^/\s:@]+@"),
}
# AWS's documentation ends its made-up keys so, and people copy them to where an example is wanted.
_SAMPLE = re.compile(r"^(?:[A-Z0-9]{13}EXAMPLE|[\w/+]{30}EXAMPLEKEY)$")
_WORDS = (
    r"(?:password|passwd|passphrase|pwd|(?<![a-z])pass|secret(?:[_-]?access)?[_-]?key|secret|token|api[_-]?key"
    r"|(?:private|encryption|signing|licen[cs]e)[_-]?key|credential)s?"
)
# The word ends the name: what follows it (PASSWORD_FILE, TOKEN_URL) says where the secret is, or something about it.
_NAMED = re.compile(rf"{_WORDS}$", re.IGNORECASE)
_ASSIGNED = re.compile(rf"""\b([a-z0-9_.-]*{_WORDS})["']?\s*[=:]\s*["']?([^\s"']{{6,}})""", re.IGNORECASE)
# What stands for a secret that is fetched elsewhere: a variable, a reference, an ARN, a path of several parts, a blank,
# or a sample key of AWS's documentation.
_REFERENCE = re.compile(
    r"^(?:\$(?:[{(.]|[A-Z_][A-Z0-9_]*$)|\{\{|<[^>]*>$|arn:|alias/|/[\w.-]+(?:/[\w.-]+)+$|https?://|ssm:|vault:|\d{0,5}$"
    r"|(?i:true|false|null|none|x+)$|\*+$|(?:AKIA|ASIA)[A-Z0-9]{9}EXAMPLE$|[\w/+]{30}EXAMPLEKEY$)"
)
_SHORTEST = 6


@lru_cache(maxsize=1)
def _detectors() -> tuple[tuple[str, Callable[[str], Iterable[str]]], ...]:
    """What finds secrets of a kind in a text; imported once a text is to be looked at, since that takes a while."""
    found = []
    for module, (name, kind) in _DETECTORS.items():
        detector = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()
        found.append((kind, detector.analyze_string))
    return tuple(found)


def kinds_in(value: str) -> tuple[str, ...]:
    """The kinds of secret whose shape is recognised in a text, each once."""
    if len(value) < _SHORTEST:
        return ()
    found = [
        "AWS secret access key" if kind.startswith("AWS") and len(each) == 40 else kind
        for kind, analyze in _detectors()
        for each in analyze(value)
        if not _SAMPLE.match(each)
    ]
    found += (kind for kind, pattern in _MORE.items() if pattern.search(value))
    return tuple(dict.fromkeys(found))


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
