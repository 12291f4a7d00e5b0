"""How fast all rules judge synthetic resources of mixed types: 10k, 100k, 1M, on one core.

    python bench/engine.py [--sizes 10000 100000 1000000]

The resources are those of the rules' samples, each with an ARN of its own, in equal numbers.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.model import Resource, Snapshot, judged


def resources(catalog: Catalog, size: int) -> list[Resource]:
    """``size`` resources, made from the samples in turn."""
    samples = [each for rule in catalog for sample in (*rule.passes, *rule.fails) for each in judged(sample)[1]]
    made: list[Resource] = []
    for number in range(size):
        sample = samples[number % len(samples)]
        service = sample.cfn_type.split("::")[1].lower()
        # Each account holds every sample once, so that what belongs together in a sample stays among itself.
        account = f"{number // len(samples):012}"
        arn = f"arn:aws:{service}:eu-west-1:{account}:{number}"
        made.append(type(sample).of({**sample.known(), "arn": arn, "account": account, "region": "eu-west-1"}))
    return made


_FEW = 4
"""A rule that reads more types than this judges the account as a whole."""


def memory() -> int:
    """The most memory that this process has used, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    catalog = Catalog.load()
    # What is worked out from all policies of an account at once is measured by escalation.py. Rules about an
    # organization judge its tree, of which there is one, while this world has a root in each account.
    alone = catalog.of_one_account()
    rules = [each for each in alone if len(each.reads) <= _FEW and each.service != "organizations"]
    print(f"{len(rules)} of {len(catalog)} rules")
    print(f"{'resources':>10} {'evaluations':>12} {'CPU s':>8} {'us/evaluation':>14} {'bytes/resource':>15}")
    for size in parser.parse_args().sizes:
        before = memory()
        made = resources(catalog, size)
        gc.collect()
        gc.freeze()  # as a scan's own process would after reading: the resources live to its end
        started = time.process_time()
        evaluation = evaluate(rules, Snapshot(made))
        seconds = time.process_time() - started
        count = sum(evaluation.count().values())
        each = (memory() - before) / size
        print(f"{size:>10,} {count:>12,} {seconds:>8.2f} {seconds / count * 1e6:>14.2f} {each:>15,.0f}")


if __name__ == "__main__":
    main()
