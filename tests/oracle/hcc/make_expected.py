#!/usr/bin/env python3
"""Writes expected.csv beside this file: 2,000 random members scored by hccinfhir.

usage: python3 tests/oracle/hcc/make_expected.py          (needs `pip install hccinfhir==0.4.0`)
       python3 tests/oracle/hcc/make_expected.py --time   (scores the file's members fifty times)

Members are drawn by a fixed seed over every segment, age 0 to 100, dual status and entitlement, with 0 to
14 codes: mostly mapped ones, some with an age or sex edit, some without any HCC. Three things hccinfhir does
otherwise than CMS are kept out of the draw, and tested by hand: a new enrollee in an institution; dual codes
07, 09 and 10; and an edited code of two HCCs, of which hccinfhir drops one or the other by the order of a set
of texts, while CMS's edit drops the code.
"""
import csv, os, random, sys, time
from hccinfhir.defaults import dx_to_cc_default, edits_default
from hccinfhir.model_calculate import calculate_raf

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = ["CMS-HCC Model V24", "CMS-HCC Model V28"]

def main():
    draw = random.Random(20260630)
    twice = {key for key, hccs in dx_to_cc_default.items() if len(hccs) > 1 and key in edits_default}
    apart = {code for code, _ in twice}
    mapped = sorted({code for code, model in dx_to_cc_default if model in MODELS} - apart)
    edited = sorted({code for code, model in edits_default if model in MODELS} - apart)
    by_hcc = {}
    for (code, model), hccs in sorted(dx_to_cc_default.items()):
        if model in MODELS and code not in apart:
            for hcc in hccs:
                by_hcc.setdefault((model, hcc), []).append(code)
    hccs = sorted(by_hcc)
    plain = ["I10", "E785", "Z0000", "R51", "M545", "K219"]
    with open(os.path.join(HERE, "expected.csv"), "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow("age,sex,dual,orec,institutional,new_enrollee,codes,raf_v24,raf_v28,hccs_v24,hccs_v28".split(","))
        for n in range(2000):
            age = draw.choice([draw.randint(0, 64), draw.randint(60, 72), draw.randint(65, 100)])
            sex = draw.choice("FM")
            dual = draw.choice(["00", "00", "00", "01", "02", "03", "04", "05", "06", "08"])
            orec = draw.choice("001") if age >= 65 else draw.choice("0111")
            state = draw.choice(["community"] * 4 + ["institutional", "new"])
            codes = {draw.choice(by_hcc[draw.choice(hccs)]) for _ in range(draw.choice([0, 1, 2, 3, 5, 8, 14]))}
            codes |= {draw.choice(mapped) for _ in range(draw.randint(0, 2))} | {draw.choice(plain)}
            if n % 4 == 0:
                codes.add(draw.choice(edited))
            row = [age, sex, dual, orec, int(state == "institutional"), int(state == "new"), "|".join(sorted(codes))]
            results = [calculate_raf(sorted(codes), model_name=m, age=age, sex=sex, dual_elgbl_cd=dual, orec=orec,
                crec=orec, new_enrollee=state == "new", lti=state == "institutional") for m in MODELS]
            row += ["%.3f" % r.risk_score for r in results]
            row += ["|".join(sorted(r.hcc_list, key=int)) for r in results]
            out.writerow(row)

def clock(times):
    with open(os.path.join(HERE, "expected.csv"), newline="") as f:
        rows = [(r["codes"].split("|"), int(r["age"]), r["sex"], r["dual"], r["orec"], r["new_enrollee"] == "1", r["institutional"] == "1") for r in csv.DictReader(f)]
    start, total = time.perf_counter(), 0.0
    for _ in range(times):
        for codes, age, sex, dual, orec, new, lti in rows:
            for m in MODELS:
                total += calculate_raf(codes, model_name=m, age=age, sex=sex, dual_elgbl_cd=dual, orec=orec, crec=orec, new_enrollee=new, lti=lti).risk_score
    print(f"{times * len(rows)} members, both versions: {time.perf_counter() - start:.2f} s, sum {total:.3f}")

if __name__ == "__main__":
    clock(50) if sys.argv[1:] == ["--time"] else main()
