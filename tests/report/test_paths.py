"""Paths as text, JSON, Graphviz and Mermaid: whole, and harmless whatever things are called."""

from __future__ import annotations

import json
import re

import pytest

from bartizan.policy import Estate, Principal, PrincipalKind
from bartizan.policy.escalation import Answer, Paths, build_graph
from bartizan.policy.estate import Identity
from bartizan.report.paths import path_dot, path_facts, path_mermaid, path_text
from policy.escalation_samples import EVERYTHING, OTHER, OWN, SHAPES, allow, policy, role, trust, user

HOSTILE = 'x"]; n1 --> n2 <script>alert(1)</script> \\" \x1b[31m `%%{init}%%` \u202e#quot; |end|'
LAMBDA = {"Service": "lambda.amazonaws.com"}


@pytest.fixture(scope="module")
def answer() -> Answer:
    run = policy(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]), name="run")
    mfa = policy(allow("sts:AssumeRole", Bool={"aws:MultiFactorAuthPresent": "true"}), name="far")
    estate = Estate(
        [
            user("ann", run),
            user("bob", mfa),
            user("cat", unread=("Hidden",)),
            role("fn", trust(LAMBDA), EVERYTHING),
            role("far", trust({"AWS": OWN}), EVERYTHING, account=OTHER),
        ],
        workloads=(),
    )
    return Paths(build_graph(estate, shapes=SHAPES)).ask()


@pytest.fixture(scope="module")
def hostile() -> Answer:
    principal = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OWN}:user/{HOSTILE}", account=OWN)
    caller = Identity(principal=principal, policies=(policy(allow("sts:AssumeRole"), name=HOSTILE),))
    estate = Estate([caller, role("ops", trust({"AWS": OWN}), EVERYTHING)], workloads=())
    return Paths(build_graph(estate, shapes=SHAPES)).ask()


def test_the_text_tells_who_how_by_what_and_under_which_conditions(answer: Answer) -> None:
    text = path_text(answer)
    assert f"arn:aws:iam::{OWN}:user/ann -> arn:aws:iam::{OWN}:role/fn" in text
    assert "Create a function with a role and invoke it: reaches" in text
    assert "iam:PassRole on arn:aws:iam::111122223333:role/fn" in text
    assert "allowed by statement 1 of run (identity-based policy)" in text
    assert "needs aws:multifactorauthpresent = true" in text
    assert "in another account" in text
    assert "Possible paths: something is not known (1)" in text
    assert "Not read: Hidden of" in text
    assert "Change first" in text
    assert f"held by arn:aws:iam::{OWN}:user/ann" in text


def test_the_facts_are_plain_and_complete(answer: Answer) -> None:
    facts = json.loads(json.dumps(path_facts(answer)))
    ways = {path["source"].rpartition("/")[2]: path for path in facts["paths"]}
    assert set(ways) == {"ann", "bob"}
    assert ways["bob"]["conditions"] == {"aws:multifactorauthpresent": ["true"]}
    assert ways["bob"]["hops"][0]["crosses_accounts"] is True
    assert ways["ann"]["hops"][0]["method"] == "lambda-create-and-invoke"
    assert ways["ann"]["hops"][0]["source"].startswith("https://")
    assert [step["action"] for step in ways["ann"]["hops"][0]["steps"]][-1] == "iam:PassRole"
    assert [path["source"] for path in facts["possible"]] == [f"arn:aws:iam::{OWN}:user/cat"]
    assert facts["unread"] == {f"arn:aws:iam::{OWN}:user/cat": ["Hidden"]}
    assert {each["arn"] for each in facts["administrators"]} == {
        f"arn:aws:iam::{OWN}:role/fn",
        f"arn:aws:iam::{OTHER}:role/far",
    }
    assert sum(cut["ends"] for cut in facts["cuts"]) == 2


def test_drawings_have_an_edge_for_each_hop_and_dash_what_is_not_certain(answer: Answer) -> None:
    dot, mermaid = path_dot(answer), path_mermaid(answer)
    assert dot.count(" -> ") == mermaid.count("--> ") + mermaid.count("-->|") + mermaid.count("-.->") == 3
    assert dot.count("style=dashed") == mermaid.count("-.->") == 1
    assert dot.startswith("digraph paths {")
    assert mermaid.startswith("flowchart LR")


def test_names_cannot_steer_a_terminal(hostile: Answer) -> None:
    text = path_text(hostile)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m" in text


def test_names_stay_within_their_quotes_in_graphviz(hostile: Answer) -> None:
    dot = path_dot(hostile)
    line = r'  n\d+( -> n\d+)? \[label="([^"\\]|\\.)*"(, style=dashed)?\];'
    assert all(re.fullmatch(line, each) for each in dot.split("\n")[3:-1])
    assert "\x1b" not in dot


def test_names_stay_within_their_quotes_in_mermaid(hostile: Answer) -> None:
    mermaid = path_mermaid(hostile)
    label = r"(?:[\w :/.,+=@-]|#\d+;)*"
    line = rf'  n\d+(\["{label}"\]| (-->|-\.->)\|"{label}"\| n\d+)'
    assert all(re.fullmatch(line, each) for each in mermaid.split("\n")[1:])
    assert mermaid.count("\n") == 3


def test_a_long_list_of_possibilities_is_cut_in_the_text_only() -> None:
    people = [user(f"u{number}", unread=("Hidden",)) for number in range(30)]
    answer = Paths(build_graph(Estate(people, workloads=()), shapes=SHAPES)).ask()
    assert len(path_facts(answer)["possible"]) == 30
    text = path_text(answer)
    assert "20 more are possible" in text
    assert "No path to admin was found." in text
