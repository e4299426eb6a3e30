"""Compares the expected files of ../cases and ./random with what oracle.py says today.

    python3 check_cases.py --reference DIR

Prints every difference and ends with status 1 when there is one. A cell `*` is not judged.
"""

import argparse
import os
import sys

import oracle

HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = ("eligibility", "medical_claim", "admission")
EXPECTED = ("expected_stays", "expected_ed_visits", "expected_indices")
KEYS = ("member_id", "admit_date", "visit_date", "facility_npi", "claim_ids", "admission_ids")


def in_order(rows):
    return sorted(rows, key=lambda row: [row.get(key, "") for key in KEYS])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--as-of", default="2026-06-30")
    args = parser.parse_args()
    ref, as_of = oracle.Reference(args.reference), oracle.day(args.as_of)
    cases = os.path.join(os.path.dirname(HERE), "cases")
    folders = [os.path.join(cases, name) for name in sorted(os.listdir(cases))] + [os.path.join(HERE, "random")]
    folders = [folder for folder in folders if os.path.isdir(folder)]
    differences = 0
    for folder in folders:
        inputs = [oracle.table(os.path.join(folder, name + ".csv")) for name in INPUTS]
        for name, got in zip(EXPECTED, oracle.expected(*inputs, ref, as_of)):
            want = oracle.table(os.path.join(folder, name + ".csv"))
            found = [] if len(want) == len(got) else [f"{len(want)} rows expected, {len(got)} computed"]
            for left, right in zip(in_order(want), in_order(got)):
                found += [
                    f"{left['member_id']} {column}: '{left[column]}' expected, '{right[column]}' computed"
                    for column in left
                    if left[column] not in ("*", right[column])
                ]
            for text in found:
                print(f"{os.path.basename(folder)} {name}: {text}")
            differences += len(found)
    print(f"{len(folders)} folders, {differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
