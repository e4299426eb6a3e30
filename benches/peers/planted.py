"""A trained model beside the planted probability of a synthetic population, on the same rows.

    lamplight synth --members 200000 --seed N --as-of 2026-06-30 --out past
    lamplight synth --members 200000 --seed N --as-of 2027-02-26 --out later
    lamplight train --config past.toml --model avoid_hosp_90 --learner boosted --out model
    lamplight evaluate --config later.toml --model model --out judged
    python benches/peers/planted.py --predictions judged/predictions.csv --truth past/truth.parquet --day 2026-06-30

The planted probability of an avoidable stay is written for the night of `past` alone, so `--day` is that night, and must be
among the judged snapshots. The one of a return is written for every discharge: `--score readmit30` without a day compares all
rows of the day of discharge. Intervals: 2,000 resamples of members, seeded.

A night holds few events. `expected AUROC` therefore also counts each row as an event by its planted probability and as none by
the rest: what the AUROC would be on average, if the planted probability were the whole truth of the label.
"""

import argparse

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score


def expected(planted, score):
    """AUROC of a score with each row an event in the share its planted probability says."""
    label = np.repeat([1, 0], len(planted))
    return roc_auc_score(label, np.tile(score, 2), sample_weight=np.concatenate([planted, 1 - planted]))


def main():
    """Prints the two rankings and their difference."""
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--predictions", required=True)
    a.add_argument("--truth", required=True)
    a.add_argument("--score", default="avoid_hosp", choices=["avoid_hosp", "readmit30"])
    a.add_argument("--day", help="the night of the planted probability of an avoidable stay")
    args = a.parse_args()
    if (args.score == "avoid_hosp") == (args.day is None):
        a.error("--day goes with avoid_hosp, and with it alone")
    rows = pd.read_csv(args.predictions, dtype={"group": str, "day": str})
    rows["member_id"] = rows.group.str.strip('"')
    if args.score == "avoid_hosp":
        rows = rows[rows.day == args.day]
    else:
        rows = rows[rows.days_passed == 0]
    truth = pd.read_parquet(args.truth)
    truth = truth[truth.score_id == args.score]
    truth = truth.assign(day=truth.day.astype(str))[["member_id", "day", "probability"]]
    judged = len(rows)
    d = rows.merge(truth.drop_duplicates(["member_id", "day"]), on=["member_id", "day"], suffixes=("", "_planted"))
    if len(d) < judged:
        print(f"{judged - len(d):,} of {judged:,} judged rows have no planted probability and are left out")
    y, p, q = d.y.to_numpy(), d.probability.to_numpy(), d.probability_planted.to_numpy()
    tenth = int(np.ceil(len(y) / 10))
    print(f"{len(y):,} rows, {y.sum():,} events\n\n| ranking | AUROC | expected AUROC | top tenth holds | expected / observed |")
    print("|---|---|---|---|---|")
    for name, s in (("planted probability", q), ("trained model", p)):
        held = y[np.argsort(-s, kind="stable")[:tenth]].sum() / y.sum()
        print(f"| {name} | {roc_auc_score(y, s):.4f} | {expected(q, s):.4f} | {held:.3f} | {s.sum() / y.sum():.3f} |")
    rng = np.random.default_rng(1)
    member, names = pd.factorize(d.member_id)
    n = len(names)
    gaps = []
    for _ in range(2000):
        w = np.bincount(rng.integers(0, n, n), minlength=n)[member]
        gaps.append(roc_auc_score(y, q, sample_weight=w) - roc_auc_score(y, p, sample_weight=w))
    low, high = np.percentile(gaps, [2.5, 97.5])
    print(f"\nplanted less trained: {roc_auc_score(y, q) - roc_auc_score(y, p):.4f} ({low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
