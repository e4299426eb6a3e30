#!/usr/bin/env python3
"""Writes expected.csv beside this file: 2,000 random code lists scored by comorbidipy.

usage: python3 tests/oracle/comorbidity/make_expected.py     (needs `pip install comorbidipy==0.5.0`)

Lists are drawn by a fixed seed from the ICD-10-CM codes of this repository: families of Quan's lists, of the
frailty score, and any others. Charlson is Quan's 2005 coding with the original and the 2011 weights, the
milder of two forms set to 0, no age points; HFRS is the 2018 score. Two things are known: comorbidipy weighs
HIV/AIDS 2 in the 2011 weights, where Quan's table says 4 (the test adds the 2); and C4A (Merkel cell, ICD-10-CM
only, not in Quan's WHO codes) is left out of the draw.
"""
import csv, os, random, warnings
import pandas as pd, pandas.core.common
# comorbidipy 0.5.0 asks pandas for a name that later versions moved.
if not hasattr(pandas.core.common, "SettingWithCopyWarning"):
    pandas.core.common.SettingWithCopyWarning = Warning
warnings.simplefilter("ignore")
from comorbidipy import comorbidity, hfrs

HERE = os.path.dirname(os.path.abspath(__file__))
SETS = os.path.join(HERE, "..", "..", "..", "config", "code-sets")

def column(path, at):
    with open(os.path.join(SETS, path), newline="") as f:
        return [row[at] for row in list(csv.reader(f))[1:]]

def main():
    draw = random.Random(20260630)
    codes = sorted(c for c in column("icd10cm/fy2024-fy2026.csv", 0) if not c.startswith("C4A"))
    prefixes = tuple(column("charlson/quan2005.csv", 1))
    frail = set(column("hfrs/2018.csv", 0))
    families = [[c for c in codes if c.startswith(p)] for p in prefixes]
    families = [f for f in families if f]
    old = [c for c in codes if c[:3] in frail]
    lists = []
    for n in range(2000):
        some = {draw.choice(draw.choice(families)) for _ in range(draw.choice([0, 1, 2, 4, 7]))}
        some |= {draw.choice(old) for _ in range(draw.choice([0, 1, 3, 8]))} | {draw.choice(codes) for _ in range(2)}
        lists.append(sorted(some))
    rows = pd.DataFrame([(n, c) for n, some in enumerate(lists) for c in some], columns=["id", "code"])
    score = lambda weighting: comorbidity(rows.copy(), age=None, weighting=weighting).set_index("id")["comorbidity_score"]
    original, newer, frailty = score("charlson"), score("quan"), hfrs(rows.copy()).set_index("id")["hfrs"]
    with open(os.path.join(HERE, "expected.csv"), "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["codes", "charlson", "charlson_quan2011", "hfrs"])
        for n, some in enumerate(lists):
            out.writerow(["|".join(some), int(original[n]), int(newer[n]), "%.1f" % float(frailty[n])])

if __name__ == "__main__":
    main()
