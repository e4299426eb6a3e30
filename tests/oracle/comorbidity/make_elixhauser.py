#!/usr/bin/env python3
"""Writes elixhauser.csv beside this file: 2,000 random code lists scored by two packages that nobody here wrote.

usage: python3 tests/oracle/comorbidity/make_elixhauser.py
       (needs `pip install pycomorb==1.20261001.1 elixhauser-ahrq==2026.1.3`; Python 3.10 or later)

Both implement the AHRQ Elixhauser Comorbidity Software Refined for ICD-10-CM v2026.1, the version of this
repository: all 38 measures can be compared. They know different parts of it:

- pycomorb (CUB-CORR; a table of prefixes of its own) gives the measures of a list after the
  hierarchy and the mortality index, without present-on-admission flags: `measures`, `mortality`.
- elixhauser-ahrq (Episodes of Care Solutions; AHRQ's workbook and a port of the SAS programs) gives measures and
  both indices with the flags: `changed` (the measures in which it then differs from `measures`, one lost or one
  gained), `flagged_readmission`, `flagged_mortality`. Its principal diagnosis is never counted, so a code that maps to
  nothing (Z00.00) is put first; where Lamplight counts every position is not compared.

This repository's map comes from the workbook that elixhauser-ahrq carries, so the map is checked by pycomorb alone;
the readmission weights are checked by elixhauser-ahrq alone.

Every code that either maps is dealt into some list once, in a random order of a fixed seed; added are further codes
of random measures, both codes of a hierarchy row, an acute and a sequela cerebrovascular code, two codes of one
measure (their flags differ), unmapped neighbours of mapped codes (of one 3- or 4-character family: N18.1, E66.3) and
any codes. A quarter of the lists is flagged Y throughout; the others draw Y, W, N and U, which is where a measure
that asks for presence falls away. Left out of the draw:

- Codes that AHRQ's program exempts from flags (and Z, Q and P codes, in which such families lie) carry 1, as UB-04
  says: given N, that program would count them, elixhauser-ahrq would not.
- Blank flags: AHRQ's program takes a blank of a code that is not exempt as absent, Lamplight by its own rule (see
  the measure's text) as present.
- Headers that are not codes for billing: pycomorb's prefixes C18, C67, C71, J67, M45 and Z683 would match them.

Known to be wrong, by AHRQ's mapping program v2026.1, and named in the column `known` of the rows they touch; the
right answer is then pycomorb's for the cancers and, for the sequela codes, that program's rule as read here:

- CMR_CANCER_METS = 1 sets CMR_CANCER_SOLID and CMR_CANCER_NSITU to 0 and nothing else: beside metastatic cancer
  elixhauser-ahrq drops leukemia and lymphoma, and keeps in-situ tumors. pycomorb follows AHRQ.
- A sequela code sets CMR_CBVD unless CMR_CBVD_NPOA is 1, that is unless an acute code is flagged N or U (an acute
  code that was present sets it all the same): elixhauser-ahrq clears the acute code before it asks, so that its
  CBVD_NPOA is never 1 and the sequela code counts.

Without an absent flag, every difference of the two packages that is not the first of these stops this program. No
single code is wrong in either: one at a time, all 74,867 codes of ICD-10-CM FY2024 to FY2026 and of AHRQ's map agree.
"""
import csv, os, random
from collections import Counter, defaultdict

import polars as pl
from elixhauser_ahrq import ElixhauserMapper, ElixhauserScorer
from pycomorb import comorbidity

HERE = os.path.dirname(os.path.abspath(__file__))
SETS = os.path.join(HERE, "..", "..", "..", "config", "code-sets")
SCORE = "Elixhauser Comorbidity Index"
# AHRQ's element names (CMR_...) of pycomorb's categories.
NAMES = {
    "Acquired immune deficiency syndrome": "aids", "Alcohol abuse": "alcohol", "Autoimmune conditions": "autoimmune",
    "Anemias due to other nutritional deficiencies": "anemdef", "Leukemia": "cancer_leuk", "Lymphoma": "cancer_lymph",
    "Chronic blood loss anemia (iron deficiency)": "bldloss", "Metastatic cancer": "cancer_mets",
    "Solid tumor without metastasis, in situ": "cancer_nsitu", "Cerebrovascular disease": "cbvd",
    "Solid tumor without metastasis, malignant": "cancer_solid", "Coagulopathy": "coag", "Dementia": "dementia",
    "Depression": "depress", "Diabetes with chronic complications": "diab_cx", "Drug abuse": "drug_abuse",
    "Diabetes without chronic complications": "diab_uncx", "Heart failure": "hf", "Obesity": "obese",
    "Hypertension, complicated": "htn_cx", "Hypertension, uncomplicated": "htn_uncx", "Paralysis": "paralysis",
    "Liver disease, mild": "liver_mld", "Liver disease, moderate to severe": "liver_sev", "Psychoses": "psychoses",
    "Chronic pulmonary disease": "lung_chronic", "Neurological disorders affecting movement": "neuro_movt",
    "Other neurological disorders": "neuro_oth", "Seizures and epilepsy": "neuro_seiz", "Valvular disease": "valve",
    "Peripheral vascular disease": "perivasc", "Pulmonary circulation disease": "pulmcirc", "Weight loss": "wghtloss",
    "Renal failure, moderate": "renlfl_mod", "Renal failure, severe": "renlfl_sev", "Hypothyroidism": "thyroid_hypo",
    "Other thyroid disorders": "thyroid_oth", "Peptic ulcer disease": "ulcer_peptic",
}
PAIRS = [("diab_cx", "diab_uncx"), ("htn_cx", "htn_uncx"), ("cancer_mets", "cancer_solid"),
         ("cancer_mets", "cancer_nsitu"), ("cancer_solid", "cancer_nsitu"), ("liver_sev", "liver_mld"),
         ("renlfl_sev", "renlfl_mod")]
METS_WRONG = {"cancer_leuk", "cancer_lymph", "cancer_nsitu"}


def by_pycomorb(lists):
    """Per list the measures after the hierarchy and the mortality index."""
    rows = [(n, c, 2026) for n, some in enumerate(lists) for c in some]
    found = comorbidity(score="elixhauser", df=pl.DataFrame(rows, schema=["id", "code", "year"], orient="row"),
                        id_col="id", code_col="code", year_col="year", icd_version="icd10",
                        implementation="ahrq_icd10", weights="ahrq", return_categories=True)
    assert set(found.columns) == {"id", SCORE, *NAMES}, found.columns
    answer = {r["id"]: ({NAMES[c] for c in NAMES if r[c]}, int(r[SCORE])) for r in found.iter_rows(named=True)}
    return [answer[n] for n in range(len(lists))]


MAPPER, READMISSION, MORTALITY = ElixhauserMapper(), ElixhauserScorer("readmission"), ElixhauserScorer("mortality")


def by_elixhauser_ahrq(codes, flags):
    """The measures after the hierarchy, the readmission and the mortality index."""
    found = MAPPER.map_patient_diagnoses(["Z0000", *codes], ["Y", *flags])
    measures = {m.lower() for m, present in found.items() if present}
    return measures, int(READMISSION.calculate_score(found)), int(MORTALITY.calculate_score(found))


def cancers_wrong(raw):
    """What elixhauser-ahrq has wrong of a list with these measures before the hierarchy."""
    return METS_WRONG & raw if "cancer_mets" in raw else set()


def cbvd_wrong(codes, flags):
    """Whether elixhauser-ahrq counts a sequela code beside acute ones that all arose in hospital."""
    of = lambda kind: [f for c, f in zip(codes, flags) if MAPPER.lookup.get(c, {}).get(kind)]
    acute = of("CBVD_POA")
    return bool(of("CBVD_SQLA") and acute and not set(acute) & set("YW1"))


def main():
    draw = random.Random(20260630)
    with open(os.path.join(SETS, "icd10cm", "fy2024-fy2026.csv"), newline="") as f:
        billable = [row[0] for row in list(csv.reader(f))[1:]]
    # Older codes that AHRQ still maps (N18.3, I27.2) are no longer billable, but occur in old claims.
    codes = sorted(set(billable) | set(MAPPER.lookup))
    single = {c: measures for c, (measures, _) in zip(codes, by_pycomorb([[c] for c in codes]))}
    for c in codes:  # one code at a time, over all of ICD-10-CM
        assert single[c] == by_elixhauser_ahrq([c], ["Y"])[0], c
    families = defaultdict(list)
    for c in codes:
        for measure in single[c]:
            families[measure].append(c)
    assert len(families) == 38
    mapped = [c for c in codes if single[c]]
    around = {c[:n] for c in mapped for n in (3, 4)}
    border = [c for c in codes if not single[c] and (c[:3] in around or c[:4] in around)]
    sequela = [c for c in families["cbvd"] if MAPPER.lookup[c]["CBVD_SQLA"]]
    acute = [c for c in families["cbvd"] if MAPPER.lookup[c]["CBVD_POA"]]
    measures = sorted(families)

    dealt = mapped[:]
    draw.shuffle(dealt)
    lists = []
    for n in range(2000):
        some = dealt[n::2000]
        some += [draw.choice(families[draw.choice(measures)]) for _ in range(draw.choice([0, 0, 1, 2, 4, 8]))]
        kind = draw.randrange(6)
        if kind == 0:
            some += [draw.choice(families[m]) for m in draw.choice(PAIRS)]
        elif kind == 1:
            some += [draw.choice(sequela), draw.choice(acute)][: draw.choice([1, 2, 2])]
        elif kind == 2:
            some += draw.choices(families[draw.choice(measures)], k=2)
        elif kind == 3:
            some += [draw.choice(families[m]) for m in ("cancer_mets", *draw.sample(sorted(METS_WRONG), 1))]
        some += [draw.choice(border) for _ in range(draw.choice([0, 1, 1, 2]))] + [draw.choice(codes)]
        some = sorted(set(some))
        draw.shuffle(some)
        lists.append(some)

    seen, parted, known = Counter(), Counter(), Counter()
    with open(os.path.join(HERE, "elixhauser.csv"), "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["codes", "flags", "measures", "mortality", "changed", "known", "flagged_readmission",
                      "flagged_mortality"])
        for n, (some, (plain, mortality)) in enumerate(zip(lists, by_pycomorb(lists))):
            raw = set().union(*(single[c] for c in some))
            wrong = cancers_wrong(raw)
            # Without any absent flag the two packages may differ by what is known only.
            theirs, _, their_mortality = by_elixhauser_ahrq(some, ["Y"] * len(some))
            assert theirs ^ plain == wrong, (some, theirs ^ plain)
            weights = ElixhauserScorer.MORTALITY_WEIGHTS
            assert their_mortality + sum(weights[m.upper()] for m in wrong) == mortality, some
            flags = ["1" if c[0] in "PQZ" or c[:3] == "I69" or c == "E640" else
                     "Y" if n % 4 == 0 else draw.choices("YWNU", (5, 1, 3, 1))[0] for c in some]
            flagged, readmission, mortality_flagged = by_elixhauser_ahrq(some, flags)
            if cbvd_wrong(some, flags):
                assert "cbvd" in flagged, some
                wrong.add("cbvd")
            out.writerow(["|".join(some), "".join(flags), "|".join(sorted(plain)), mortality,
                          "|".join(sorted(plain ^ flagged)), "|".join(sorted(wrong)), readmission, mortality_flagged])
            seen.update(plain)
            parted.update(pair for pair in PAIRS if set(pair) <= raw)
            parted.update("without " + m for m in plain - (flagged ^ wrong))
            known.update(wrong)
    assert len(seen) == 38 and min(seen.values()) >= 30, seen.most_common()[-3:]
    assert min(parted[p] for p in PAIRS) >= 30, parted
    print(f"{len(mapped)} mapped codes, all dealt; known differences: {dict(known)};",
          f"rarest measure {seen.most_common()[-1]};",
          f"measures lost for a flag: {sorted(m[8:] for m in parted if m[:8] == 'without ')};",
          f"hierarchy rows: {[(p, parted[p]) for p in PAIRS]}", sep="\n")


if __name__ == "__main__":
    main()
