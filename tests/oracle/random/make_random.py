"""Writes the random members of this folder: dense, adversarial timelines.

    python3 make_random.py --reference DIR [--members 600] [--seed 20260630]

The answers come from ../oracle.py. A member whose answer hangs on one of the
open readings in oracle.READINGS is left out and drawn anew; a single cell that
hangs on one is written as `*`, which the test skips.
"""

import argparse
import copy
import datetime as dt
import os
import random
import sys
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import oracle  # noqa: E402

AS_OF = dt.date(2026, 6, 30)
FACILITIES = ["1000011119", "1000022223", "1000033337"]
CELL_READINGS = ("poa_counted", "poa_bills", "no_codes", "ed_icd9", "ed_no_code", "unjudged_source")
ICD9 = ["4280", "25000", "496", "486", "5990", "V5811", "29620", "57420", "4019", "43491"]
DX, POA, PX = 6, 5, 2
CLAIM = (
    "claim_id claim_line_number claim_type member_id claim_start_date claim_end_date admission_date discharge_date "
    "admit_source_code admit_type_code discharge_disposition_code place_of_service_code bill_type_code drg_code "
    "revenue_center_code facility_npi paid_date received_date claim_version reversal_of_claim_id diagnosis_code_type"
).split()
CLAIM += [f"diagnosis_code_{i}" for i in range(1, DX + 1)] + [f"diagnosis_poa_{i}" for i in range(1, POA + 1)]
CLAIM += [f"procedure_code_{i}" for i in range(1, PX + 1)]
ADT = (
    "admission_id member_id admission_date discharge_date patient_class facility_npi admit_source_code "
    "admit_type_code discharge_disposition_code received_date"
).split() + [f"diagnosis_code_{i}" for i in range(1, 4)]
ELIGIBILITY = "member_id birth_date gender enrollment_start_date enrollment_end_date death_date".split()


class Pools:
    """Codes that touch every table the rules name; diagnoses valid in FY2024-2026 only."""

    def __init__(self, root, ref):
        valid = {oracle.icd(r["code"]) for r in oracle.table(os.path.join(root, "icd10cm", "icd10cm_codes_fy2024_fy2026.csv"))}
        pick = lambda codes: sorted(c for c in codes if c in valid)
        ccs = {}
        for code, category in ref.ccs_dx.items():
            if code in valid:
                ccs.setdefault(category, []).append(code)
        px = {}
        for code, category in ref.ccs_px.items():
            px.setdefault(category, []).append(code)
        sets = ref.pqi
        self.pqi_principal = [pick(sets[s]) for s in "acdiasd acdiald accopdd acsastd acshypd mrtchfd acsbacd acsutid acdiaud".split()]
        self.pqi_other = [pick(sets[s]) for s in "respan acshy2d acsba2d immunid kidney acslead aclea2d mdc14prindx".split()]
        self.spoilers = [pick(sets[s]) for s in "respan acsba2d immunid kidney aclea2d mdc14prindx".split()]
        self.kidney_stage = pick(sets["acshy2d"])
        self.counted_in_pqi = {code for codes in self.pqi_principal for code in codes}
        self.pqi_px = [sorted(sets[s]) for s in "acscarp dialy2p immunip acsleap".split()]
        self.excluded = [sorted(ccs[c]) for c in sorted(ref.hwr_excluded) if c in ccs]
        self.pr2 = [sorted(ccs[c]) for c in sorted(ref.pr2)]
        self.acute = [sorted(ccs[c]) for c in sorted(ref.pr4_ccs) if c in ccs] + [pick(ref.pr4_dx)]
        self.elective = [sorted(ccs[c]) for c in sorted(ccs) if c not in ref.pr4_ccs and c not in ref.hwr_excluded and c not in ref.pr2]
        self.new = pick(valid - set(ref.ccs_dx))
        self.pr1 = [sorted(px[c]) for c in sorted(ref.pr1)]
        self.pr3 = [sorted(px[c]) for c in sorted(ref.pr3_ccs)] + [sorted(ref.pr3_pcs)]
        self.charlson = [
            found for found in (pick(c for c in valid if c.startswith(prefix)) for prefix, _ in ref.charlson) if found
        ]
        measures = {}
        for code, names in ref.elix.items():
            for name in names:
                if code in valid:
                    measures.setdefault(name, []).append(code)
        self.elix = [sorted(measures[m]) for m in sorted(measures)]
        self.sequela = set(measures["cbvd_sqla"])
        self.hfrs = [found for found in (pick(c for c in valid if c[:3] == three) for three in sorted(ref.hfrs)) if found]

    def principal(self, rnd):
        group = rnd.choices(
            [self.pqi_principal, self.excluded, self.pr2, self.acute, self.elective, [self.new], self.elix],
            [30, 8, 5, 20, 20, 6, 11],
        )[0]
        return rnd.choice(rnd.choice(group))

    def secondary(self, rnd):
        group = rnd.choices([self.pqi_other, self.charlson, self.elix, self.hfrs, self.pqi_principal], [15, 30, 30, 20, 5])[0]
        return rnd.choice(rnd.choice(group))

    def procedure(self, rnd):
        group = rnd.choices([self.pqi_px, self.pr1, self.pr3], [45, 15, 40])[0]
        return rnd.choice(rnd.choice(group))


class Timeline:
    """One member's rows. `rnd` alone decides everything."""

    def __init__(self, member_id, rnd, pools):
        self.id, self.rnd, self.pools = member_id, rnd, pools
        self.claims, self.adts, self.count, self.last_principal = [], [], 0, None
        self.old = rnd.random() < 0.06
        self.icd9_share = 0.3 if rnd.random() < 0.06 else 0.0
        self.now = (
            dt.date(2015, 7, 1) + dt.timedelta(rnd.randrange(60))
            if self.old
            else AS_OF - dt.timedelta(rnd.choice([40, 80, 150, 300, 400, 760, 790]) + rnd.randrange(30))
        )
        self.last_day = self.now

    def chance(self, p):
        return self.rnd.random() < p

    def next_id(self, letter):
        self.count += 1
        return f"{self.id}{letter}{self.count}"

    def principal(self, icd9):
        if icd9:
            return self.rnd.choice(ICD9)
        if self.last_principal and self.chance(0.3):
            family = [c for c in self.pools_family() if c[:3] == self.last_principal[:3]]
            return self.rnd.choice(family or [self.last_principal])
        self.last_principal = self.pools.principal(self.rnd)
        return self.last_principal

    def pools_family(self):
        return [c for group in self.pools.pqi_principal + self.pools.elective[:5] for c in group]

    def codes(self, row, icd9, share=0.55, count=4):
        if not self.chance(0.04):
            row["diagnosis_code_1"] = self.principal(icd9)
        for p in range(2, count + 1):
            if self.chance(share):
                row[f"diagnosis_code_{p}"] = self.rnd.choice(ICD9) if icd9 else self.secondary(row)

    def secondary(self, row):
        """Beside a PQI principal often a diagnosis that excludes it."""
        if row.get("diagnosis_code_1") in self.pools.counted_in_pqi and self.chance(0.25):
            return self.rnd.choice(self.rnd.choice(self.pools.spoilers + [self.pools.kidney_stage]))
        return self.pools.secondary(self.rnd)

    def disguise(self, row):
        """The same code in another dress."""
        for p in range(1, DX + 1):
            code = row.get(f"diagnosis_code_{p}")
            if code and len(code) > 3 and code[0].isalpha() and self.chance(0.15):
                row[f"diagnosis_code_{p}"] = self.rnd.choice([code[:3] + "." + code[3:], code.lower(), " " + code])

    def arrival(self, row, end):
        if self.chance(0.3):
            row["received_date"] = (end + dt.timedelta(self.rnd.choice([0, 3, 20, 60]))).isoformat()
        elif self.chance(0.15):
            row["paid_date"] = (end + dt.timedelta(self.rnd.choice([5, 30]))).isoformat()

    def disposition(self):
        return self.rnd.choices(
            ["01", "1", "06", "02", "2", "43", "65", "30", "20", "41", "07", "7", "61", "62", "63", "90", "03", ""],
            [30, 4, 4, 9, 2, 2, 2, 5, 3, 1, 3, 1, 5, 11, 5, 2, 5, 5],
        )[0]

    def facility(self):
        return self.rnd.choices(FACILITIES + [""], [45, 28, 18, 9])[0]

    def stay(self):
        rnd = self.rnd
        admit = self.now
        end = min(AS_OF, admit + dt.timedelta(rnd.choice([0, 1, 1, 2, 3, 4, 6, 7, 13, 14, 30])))
        facility, disposition = self.facility(), self.disposition()
        kind = rnd.choices(["claim", "adt", "both"], [68, 14, 18])[0]
        if kind != "adt":
            self.inpatient_claim(admit, end, facility, disposition)
        if kind != "claim":
            shift = (lambda d: d) if kind == "adt" else (lambda d: d + dt.timedelta(rnd.choice([0, 0, 0, -1, 1, 2])))
            start = min(AS_OF, shift(admit))
            self.adt("inpatient", start, max(start, shift(end)), facility if self.chance(0.8) else self.facility(), disposition)
        self.now = end
        self.last_day = max(self.last_day, end)

    def inpatient_claim(self, admit, end, facility, disposition):
        rnd = self.rnd
        is_open = self.chance(0.06)
        row = dict(
            claim_id=self.next_id("c"), claim_line_number="1", claim_type="institutional", member_id=self.id,
            claim_start_date=admit.isoformat(), claim_end_date=end.isoformat(), admission_date=admit.isoformat(),
            discharge_date="" if is_open else end.isoformat(),
            admit_source_code=rnd.choices(["1", "2", "4", "5", "6", ""], [60, 12, 8, 5, 4, 8])[0],
            admit_type_code=rnd.choices(["1", "2", "3", "5", ""], [45, 20, 25, 4, 6])[0],
            discharge_disposition_code=disposition, drg_code=rnd.choices(["418", "65", "999", ""], [75, 10, 4, 11])[0],
            bill_type_code=rnd.choices(
                ["111", "0111", "112", "113", "114", "0114", "117", "110", "115", "118", "121", "131"],
                [64, 5, 7, 5, 5, 1, 4, 1, 1, 2, 2, 2],
            )[0],
            revenue_center_code=rnd.choice(["0120", "0450", ""]), facility_npi=facility,
        )  # fmt: skip
        if self.chance(0.05):
            row["admission_date"] = ""
        icd9 = self.icd9_share and self.chance(self.icd9_share)
        if icd9 or (self.old and end < dt.date(2015, 10, 1)):
            icd9 = True
            if not self.old:
                row["diagnosis_code_type"] = "icd-9-cm"
        elif not self.old and self.chance(0.5):
            row["diagnosis_code_type"] = "icd-10-cm"
        self.codes(row, icd9)
        poa = rnd.choice(["none", "none", "full", "partial"])
        for p in range(1, POA + 1):
            if row.get(f"diagnosis_code_{p}") and (poa == "full" or (poa == "partial" and self.chance(0.6))):
                sequela = row[f"diagnosis_code_{p}"] in self.pools.sequela
                row[f"diagnosis_poa_{p}"] = "1" if sequela else rnd.choices(["Y", "N", "U", "W", "1"], [60, 22, 8, 5, 5])[0]
        if not icd9 and row.get("diagnosis_code_1", "") + row.get("diagnosis_code_2", ""):
            for p in range(1, PX + 1):
                if row.get("diagnosis_code_1") in self.pools.counted_in_pqi and self.chance(0.22):
                    row[f"procedure_code_{p}"] = rnd.choice(rnd.choice(self.pools.pqi_px))
                elif self.chance(0.12):
                    row[f"procedure_code_{p}"] = self.pools.procedure(rnd)
        self.disguise(row)
        self.arrival(row, end)
        lines = [row]
        if self.chance(0.2):
            second = {k: v for k, v in row.items() if not k.startswith(("diagnosis_code_1", "diagnosis_code_2", "diagnosis_poa", "procedure"))}
            second["claim_line_number"] = rnd.choice(["2", "10"])
            if not icd9:
                second["diagnosis_code_5"] = self.pools.secondary(rnd)
            if self.chance(0.4):
                row["discharge_disposition_code"] = ""
            if self.chance(0.3):
                row["facility_npi"] = ""
            lines.append(second)
        self.claims += lines
        fate = rnd.random()
        if fate < 0.07:
            self.new_version(lines, end, rnd.choice([("1", "2"), ("", "1"), ("9", "10")]))
        elif fate < 0.12:
            self.reversal(row, end)
        elif fate < 0.15:
            self.claims.append(dict(row))

    def new_version(self, lines, end, versions):
        for line in list(lines):
            newer = dict(line, claim_version=versions[1])
            line["claim_version"] = versions[0]
            if line["discharge_date"] and end < AS_OF:
                newer["discharge_date"] = newer["claim_end_date"] = (end + dt.timedelta(1)).isoformat()
            if "received_date" in line and self.chance(0.5):
                newer["received_date"] = (end + dt.timedelta(90)).isoformat()
            if line["claim_line_number"] == "1" and line.get("diagnosis_code_1", "0")[0].isalpha():
                newer["diagnosis_code_1"] = self.pools.principal(self.rnd)
            self.claims.append(newer)

    def reversal(self, row, end):
        void = dict(row, claim_id=self.next_id("r"), bill_type_code=self.rnd.choice(["118", "111"]), reversal_of_claim_id=row["claim_id"])
        if self.chance(0.3):
            void["received_date"] = (AS_OF + dt.timedelta(5)).isoformat()
        self.claims.append(void)
        if self.chance(0.5):
            self.claims.append(dict(row, claim_id=self.next_id("c")))

    def adt(self, patient_class, admit, end, facility, disposition):
        rnd = self.rnd
        is_open = self.chance(0.1)
        row = dict(
            admission_id=self.next_id("a"), member_id=self.id, admission_date=admit.isoformat(),
            discharge_date="" if is_open else end.isoformat(), patient_class=patient_class, facility_npi=facility,
            admit_source_code=rnd.choice(["1", "1", "4", ""]), admit_type_code=rnd.choice(["1", "3", ""]),
            discharge_disposition_code="" if is_open or end > AS_OF else disposition,
        )  # fmt: skip
        self.codes(row, self.old and admit < dt.date(2015, 10, 1), 0.4, 3)
        self.disguise(row)
        if self.chance(0.15):
            row["received_date"] = (admit + dt.timedelta(rnd.choice([0, 1, 30]))).isoformat()
        self.adts.append(row)

    def emergency(self):
        rnd = self.rnd
        day = min(AS_OF, self.now + dt.timedelta(rnd.choice([-2, -1, 0, 0, 1, 3])))
        facility = rnd.choice(FACILITIES[:2] + [FACILITIES[0], ""])
        for _ in range(rnd.choice([1, 1, 2, 3])):
            if self.chance(0.2):
                self.adt("emergency", day, day, facility, "01")
                continue
            hospital = self.chance(0.6)
            row = dict(
                claim_id=self.next_id("e"), claim_line_number="1", member_id=self.id, facility_npi=facility,
                claim_type="institutional" if hospital else "professional",
                claim_start_date=day.isoformat(), claim_end_date=day.isoformat(),
            )  # fmt: skip
            if hospital:
                row["bill_type_code"] = rnd.choice(["131", "0131", "851"])
                row["revenue_center_code"] = rnd.choice(["0450", "450", "0459", "0981", "0456", "0460", "0510"])
            else:
                row["place_of_service_code"] = rnd.choice(["23", "23", "11", "22"])
            self.codes(row, self.old and day < dt.date(2015, 10, 1), 0.3, 3)
            self.disguise(row)
            self.arrival(row, day)
            self.claims.append(row)
            if self.chance(0.3):
                facility = ""
        self.last_day = max(self.last_day, day)

    def office(self):
        edge = dt.date(2024, 6, 30) + dt.timedelta(self.rnd.choice([-1, 0, 1, 2]))
        day = edge if self.chance(0.3) and not self.old else min(AS_OF, self.now)
        row = dict(
            claim_id=self.next_id("o"), claim_line_number="1", claim_type="professional", member_id=self.id,
            claim_start_date=day.isoformat(), claim_end_date=day.isoformat(), place_of_service_code="11", facility_npi="",
        )  # fmt: skip
        self.codes(row, self.old and day < dt.date(2015, 10, 1), 0.6, 4)
        self.disguise(row)
        self.claims.append(row)
        self.last_day = max(self.last_day, day)

    def build(self):
        rnd = self.rnd
        for _ in range(rnd.choice([2, 3, 4, 5, 6, 7])):
            self.now += dt.timedelta(
                rnd.choices([-2, -1, 0, 1, 2, 5, 12, 28, 29, 30, 31, 32, 60, 178, 183], [4, 5, 24, 20, 5, 8, 8, 4, 3, 4, 4, 2, 5, 2, 2])[0]
            )
            if self.now > AS_OF:
                break
            rnd.choices([self.stay, self.emergency, self.office], [66, 24, 10])[0]()
        return self

    def eligibility(self):
        rnd = self.rnd
        age = rnd.choice([17, 18, 18, 39, 40, 40, 40, 55, 66, 66, 75, 85, 92])
        anchor = self.now if self.chance(0.5) else self.last_day
        anchor += dt.timedelta(rnd.choice([-1, 0, 0, 1, 40]))
        birth = dt.date(anchor.year - age, anchor.month, min(anchor.day, 28))
        death = None
        if self.chance(0.06) and self.last_day < AS_OF:
            death = min(AS_OF, self.last_day + dt.timedelta(rnd.choice([0, 0, 5, 29])))
        spans = [(dt.date(2010, 1, 1), dt.date(9999, 12, 31))]
        if self.chance(0.3):
            cut = self.last_day + dt.timedelta(rnd.choice([-20, -3, -1, 0, 10, 29, 30, 31]))
            if self.chance(0.5):
                spans = [(dt.date(2010, 1, 1), cut)]
                if cut > AS_OF:
                    spans = [(dt.date(2010, 1, 1), dt.date(9999, 12, 31))]
            else:
                spans = [(dt.date(2010, 1, 1), cut), (cut + dt.timedelta(rnd.choice([0, 1, 1, 2, 15])), dt.date(9999, 12, 31))]
                if spans[1][0] > AS_OF:
                    spans = spans[:1] if cut <= AS_OF else [(dt.date(2010, 1, 1), dt.date(9999, 12, 31))]
        sex = rnd.choices(["male", "female", "unknown"], [48, 49, 3])[0]
        return [
            dict(
                member_id=self.id, birth_date=birth.isoformat(), gender=sex, enrollment_start_date=a.isoformat(),
                enrollment_end_date=b.isoformat(), death_date=death.isoformat() if death else "",
            )
            for a, b in spans
        ]  # fmt: skip


def answer(rows, ref, tally):
    """The expected rows of one member, or None when they hang on an open reading."""
    readings = oracle.default_readings()
    chosen = oracle.expected(*rows, ref, AS_OF, readings)
    marked = copy.deepcopy(chosen)
    for name, (_, others) in oracle.READINGS.items():
        for other in others:
            result = oracle.expected(*rows, ref, AS_OF, dict(readings, **{name: other}))
            if result == chosen:
                continue
            if name not in CELL_READINGS or [len(part) for part in result] != [len(part) for part in chosen]:
                tally[name] += 1
                return None
            for part, (left, right) in enumerate(zip(chosen, result)):
                for i, (a, b) in enumerate(zip(left, right)):
                    for column in a:
                        if a[column] != b[column]:
                            marked[part][i][column] = "*"
    return marked


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--members", type=int, default=600)
    parser.add_argument("--seed", type=int, default=20260630)
    parser.add_argument("--out", default=HERE)
    args = parser.parse_args()
    ref = oracle.Reference(args.reference)
    pools = Pools(args.reference, ref)
    rnd, tally = random.Random(args.seed), Counter()
    tables, expected, drawn = [[], [], []], [[], [], []], 0
    while drawn < args.members:
        line = Timeline(f"R{drawn:03d}", rnd, pools).build()
        rows = [line.eligibility(), line.claims, line.adts]
        result = answer(rows, ref, tally)
        if result is None:
            continue
        drawn += 1
        for whole, part in zip(tables + expected, rows + list(result)):
            whole.extend(part)
    for rows in tables:
        rnd.shuffle(rows)
    for name, columns, rows in zip(("eligibility", "medical_claim", "admission"), (ELIGIBILITY, CLAIM, ADT), tables):
        oracle.write(os.path.join(args.out, name + ".csv"), columns, rows)
    names = ("expected_stays", "expected_ed_visits", "expected_indices")
    for name, columns, rows in zip(names, (oracle.STAY_COLUMNS, oracle.ED_COLUMNS, oracle.INDEX_COLUMNS), expected):
        oracle.write(os.path.join(args.out, name + ".csv"), columns, rows)
    print("left out, by open reading:", dict(tally.most_common()))
    print("rows:", [len(rows) for rows in tables], "expected:", [len(rows) for rows in expected])


if __name__ == "__main__":
    main()
