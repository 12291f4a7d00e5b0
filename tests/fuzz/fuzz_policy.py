"""Feeds the parser of policies with what libFuzzer makes up, guided by the branches that it reaches.

Not part of the tests, since Atheris is no dependency of ours. Run it with
``pip install atheris && python tests/fuzz/fuzz_policy.py -max_total_time=120``; it ends with an error at the first
input that is neither a policy nor ``MalformedPolicy``.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["bartizan.policy"]):
    from bartizan.policy import MalformedPolicy, parse_policy

SEEDS = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":["*"]}]}',
    '{"Statement":{"Effect":"Deny","NotAction":[],"Principal":{"AWS":"*"},"Condition":{"Bool":{"a":[true]}}}}',
)


def one(data: bytes) -> None:
    """Parse one input, as text."""
    made = atheris.FuzzedDataProvider(data)
    text = made.ConsumeUnicode(len(data))
    if made.ConsumeBool():
        seed = SEEDS[len(text) % len(SEEDS)]
        cut = len(text) * 7 % len(seed)
        text = seed[:cut] + text[:20] + seed[cut + len(text) % 5 :]
    try:
        parse_policy(text)
    except MalformedPolicy as wrong:
        if not str(wrong).isprintable():
            raise ValueError(f"a message that cannot be printed: {str(wrong)!r}") from wrong


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
