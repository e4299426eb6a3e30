#!/usr/bin/env python3
"""Rewrites the public code sets into the compact tables this folder holds, and index.toml beside them.

usage: python3 config/code-sets/rebuild.py REFERENCE_DIR

REFERENCE_DIR holds the public tables as their agencies publish them (one folder a set). Standard
library only; the same input gives the same bytes. Descriptions under copyright are left out.
"""
import csv, hashlib, os, sys

HERE = os.path.dirname(os.path.abspath(__file__))
INDEX = []

def read(root, path):
    with open(os.path.join(root, path), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))

def code(text):
    return text.replace(".", "").replace(" ", "").upper()

def write(set_id, version, header, rows, agency, publication, effective, source_rows, licence, note=""):
    rows = sorted(set(tuple(str(c) for c in r) for r in rows))
    folder = os.path.join(HERE, set_id)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, version + ".csv")
    text = ",".join(header) + "\n" + "".join(",".join(r) + "\n" for r in rows)
    assert '"' not in text, set_id
    with open(path, "w", newline="\n", encoding="utf-8") as f:
        f.write(text)
    INDEX.append(dict(id=set_id, version=version, file=f"{set_id}/{version}.csv", agency=agency, publication=publication,
        effective_from=effective[0], effective_to=effective[1], rows=len(rows), source_rows=source_rows,
        sha256=hashlib.sha256(text.encode()).hexdigest(), licence=licence, note=note))

def main(root):
    pd = "US Government work (public domain, 17 USC 105)"
    fy = ("2023-10-01", "2026-09-30")
    r = read(root, "icd10cm/icd10cm_codes_fy2024_fy2026.csv")
    write("icd10cm", "fy2024-fy2026", ["code"], [(code(x["code"]),) for x in r], "CMS/NCHS", "ICD-10-CM order files FY2024, FY2025, FY2026 (October)", fy, len(r), pd, "billable codes valid in any of the three years")
    r = read(root, "icd10cm/icd10cm_headers.csv")
    write("icd10cm_headers", "fy2026", ["code"], [(code(x["code"]),) for x in r], "CMS/NCHS", "ICD-10-CM order file FY2026", fy, len(r), pd, "category headers: not billable")
    r = read(root, "ccs/icd10cm_to_ccs_2019_1.csv")
    write("ccs_dx", "2019.1", ["code", "ccs"], [(code(x["icd10cm"]), x["ccs_dx"]) for x in r], "AHRQ HCUP", "Clinical Classifications Software for ICD-10-CM (beta)", ("2015-10-01", "2019-09-30"), len(r), pd, "codes after FY2019 fall back to the unique CCS of their longest prefix family")
    r = read(root, "ccs/icd10pcs_to_ccs_2019_1.csv")
    write("ccs_px", "2019.1", ["code", "ccs"], [(code(x["icd10pcs"]), x["ccs_px"]) for x in r], "AHRQ HCUP", "Clinical Classifications Software for ICD-10-PCS (beta)", ("2015-10-01", "2019-09-30"), len(r), pd)
    rows, n = [], 0
    for rule, kind, path, column in [
        ("PR1", "ccs_px", "pr1_always_planned_ccs_px.csv", "ccs_px"), ("PR2", "ccs_dx", "pr2_always_planned_ccs_dx.csv", "ccs_dx"),
        ("PR3", "ccs_px", "pr3_potentially_planned_ccs_px.csv", "ccs_px"), ("PR3", "icd10pcs", "pr3_potentially_planned_icd10pcs.csv", "icd10pcs"),
        ("PR4", "ccs_dx", "pr4_acute_ccs_dx.csv", "ccs_dx"), ("PR4", "icd10cm", "pr4_acute_icd10cm.csv", "icd10cm")]:
        r = read(root, "cms_planned_readmission/" + path); n += len(r)
        rows += [(rule, kind, code(x[column])) for x in r]
    write("cms_planned_readmission", "v4.0", ["rule", "kind", "code"], rows, "CMS / Yale CORE", "Planned Readmission Algorithm v4.0, HWR 2021-22 specifications", ("2015-10-01", ""), n, pd, "code lists of about 2021-22; later yearly updates are not public offline")
    r = read(root, "cms_hwr/index_exclusion_ccs_dx.csv")
    write("cms_hwr_exclusions", "2021-22", ["ccs", "category"], [(x["ccs_dx"], x["exclusion_category"].lower().replace(" ", "_")) for x in r], "CMS / Yale CORE", "Hospital-Wide Readmission measure, index exclusions", ("2015-10-01", ""), len(r), pd)
    r = read(root, "charlson/charlson_quan2005_icd10_prefixes.csv")
    write("charlson", "quan2005", ["condition", "prefix"], [(x["condition"], code(x["icd10_prefix"])) for x in r], "Quan et al.", "Med Care 2005;43:1130-9, ICD-10 coding algorithms", ("2015-10-01", ""), len(r), "published facts")
    w = read(root, "charlson/charlson_weights.csv")
    write("charlson_weights", "1987-2011", ["condition", "original", "quan2011"], [(x["condition"], x["weight_original"], x["weight_quan2011"]) for x in w], "Charlson et al.; Quan et al.", "J Chronic Dis 1987;40:373; Am J Epidemiol 2011;173:676", ("", ""), len(w), "published facts")
    r = read(root, "elixhauser_ahrq/elixhauser_dx_map_v2026_1.csv")
    write("elixhauser", "2026.1", ["measure", "code"], [(x["measure"], code(x["icd10cm"])) for x in r], "AHRQ HCUP", "Elixhauser Comorbidity Software Refined for ICD-10-CM v2026.1", ("2015-10-01", "2026-09-30"), len(r), pd)
    w = read(root, "elixhauser_ahrq/elixhauser_measures_v2026_1.csv")
    write("elixhauser_weights", "2026.1", ["measure", "requires_poa", "readmission", "mortality"], [(x["measure"], x["requires_poa"], x["readmission_weight"], x["mortality_weight"]) for x in w], "AHRQ HCUP", "Elixhauser index program v2026.1", ("", ""), len(w), pd)
    r = read(root, "hfrs/hfrs_points.csv")
    write("hfrs", "2018", ["prefix", "points"], [(code(x["icd10_3char"]), x["points"]) for x in r], "Gilbert et al.", "Lancet 2018;391:1775-82, supplementary table", ("", ""), len(r), "published weights")
    r = read(root, "nyu_ed/johnston_ed_icd10.csv")
    cols = ["emergent_not_preventable", "emergent_preventable", "emergent_primary_care_treatable", "non_emergent", "injury", "psych", "alcohol", "drug"]
    # The 47,132 codes share few distinct fraction rows: one line a distinct row, its codes joined by |.
    groups = {}
    for x in r:
        groups.setdefault(tuple(x[c] for c in cols), []).append(code(x["icd10cm"]))
    write("nyu_ed", "johnston-2017", ["codes"] + cols, [("|".join(sorted(v)),) + k for k, v in groups.items()], "NYU Wagner; Johnston et al.", "Health Serv Res 2017;52:1263, ICD-10 update", ("2015-10-01", ""), len(r), "published algorithm, free use with citation", "rows are distinct fraction vectors; codes not listed are unclassified")
    r = read(root, "ahrq_pqi/pqi_code_sets_v2024.csv")
    write("ahrq_pqi_sets", "v2024", ["set", "code"], [(x["set_id"], code(x["code"])) for x in r], "AHRQ", "Quality Indicators SAS v2024, PQI area formats", ("2015-10-01", "2024-09-30"), len(r), pd)
    r = read(root, "ahrq_pqi/pqi_risk_coefficients_v2024.csv")
    write("ahrq_pqi_coefficients", "v2024", ["pqi", "model", "variable", "estimate"], [(x["pqi"], x["model"], x["variable"], x["estimate"]) for x in r], "AHRQ", "PQI v2024 area risk-adjustment parameters (HCUP 2021)", ("", ""), len(r), pd)
    r = read(root, "ahrq_pqi/county_poverty_decile_v2024.csv")
    write("county_poverty", "v2024", ["county_fips", "decile"], [(x["county_fips"], x["poverty_decile"]) for x in r], "AHRQ", "PQI v2024 county poverty deciles (1 least poor, 10 poorest)", ("", ""), len(r), pd)
    r = read(root, "ahrq_pqe/pqe_code_sets_v2024.csv")
    write("ahrq_pqe_sets", "v2024", ["set", "code"], [(x["set_id"], code(x["code"])) for x in r], "AHRQ", "ED Prevention Quality Indicators v2024 (beta), PQE area formats", ("2015-10-01", "2024-09-30"), len(r), pd)
    r = read(root, "ahrq_pqe/pqe_risk_coefficients_v2024.csv")
    write("ahrq_pqe_coefficients", "v2024", ["pqe", "model", "variable", "estimate"], [(x["pqe"], x["model"], x["variable"], x["estimate"]) for x in r], "AHRQ", "PQE v2024 (beta) area risk-adjustment parameters (HCUP 2021)", ("", ""), len(r), pd)
    r = read(root, "readmission_scores/lace_expected_risk.csv")
    write("lace_expected_risk", "2010", ["score", "percent", "verified"], [(x["lace_score"], x["recalled_table_pct"], x["verified_in_source"]) for x in r], "van Walraven et al.", "CMAJ 2010;182:551-7, expected risk of death or unplanned readmission in 30 days", ("", ""), len(r), "published facts", "the anchors at 0 and 19 are verified, the rest within 0.1 points of logit interpolation")
    r = read(root, "readmission_scores/lace_points.csv")
    write("lace_points", "2010", ["component", "min", "max", "points"], [(x["component"], x["min_value"], x["max_value"], x["points"]) for x in r], "van Walraven et al.", "CMAJ 2010;182:551-7, table 3", ("", ""), len(r), "published facts")
    r = read(root, "readmission_scores/hospital_score_points.csv")
    write("hospital_points", "2013-2017", ["version", "item", "level", "points"], [(x["version"], x["item"], x["level"], x["points"]) for x in r], "Donze et al.; Aubert et al.", "JAMA Intern Med 2013;173:632 and 2016;176:496; BMJ Qual Saf 2017;26:799", ("", ""), len(r), "published facts")
    r = read(root, "sdoh/icd10cm_z55_z65.csv")
    write("sdoh_z_codes", "fy2026", ["code", "domain"], [(code(x["icd10cm"]), x["domain"]) for x in r], "CMS/NCHS; own grouping", "ICD-10-CM Z55-Z65 FY2024-FY2026, grouped into screening domains by code family", fy, len(r), pd)
    r = read(root, "sdoh/icd10cm_sdoh_adjacent.csv")
    write("sdoh_adjacent", "fy2026", ["code", "group"], [(code(x["icd10cm"]), x["group"]) for x in r], "CMS/NCHS; own grouping", "ICD-10-CM codes of abuse, neglect, underdosing and dependence on care", fy, len(r), pd)
    r = read(root, "drug_classes/ingredient_classes.csv")
    write("ingredient_classes", "2026", ["class", "ingredient"], [(x["drug_class"], x["ingredient"].lower()) for x in r], "own list", "ingredients by adherence class, by name (not the licensed PQA value sets)", ("", ""), len(r), "own work")
    # Sensitive families (42 CFR Part 2, HIV, psychiatric, abuse): our own prefix list, reviewed by hand.
    sens = [("substance_use", p) for p in ["F10", "F11", "F12", "F13", "F14", "F15", "F16", "F18", "F19", "T40", "O9931", "O9932", "K70", "G621", "I426", "Z7141", "Z7151", "K292", "K852", "K860", "P961", "P0441", "P043", "R780", "Z715", "Z714"]]
    sens += [("hiv", p) for p in ["B20", "Z21", "O987", "B9735", "R75", "Z114", "Z206", "Z717"]]
    sens += [("psychiatric", "F%d" % n) for n in list(range(20, 70)) + list(range(80, 100))] + [("psychiatric", p) for p in ["T1491", "R45851", "X71", "X72", "X73", "X74", "X75", "X76", "X77", "X78", "X79", "X80", "X81", "X82", "X83", "Z915", "O9934"]]
    sens += [("abuse", p) for p in ["T74", "T76", "Y07", "Z69", "Z6281", "Z6141", "Z6142", "Z6143", "Z630", "Z654", "Z655", "Z914", "Z0441", "Z0442", "Z0471", "Z0472", "Z0481", "O9A3", "O9A4", "O9A5"]]
    write("sensitive", "1", ["category", "prefix"], sens, "own list", "code families masked outside the sensitive roles: substance use (42 CFR Part 2), HIV, psychiatric, abuse", ("", ""), len(sens), "own work", "reviewed by hand; longest prefix wins")
    with open(os.path.join(HERE, "index.toml"), "w", newline="\n", encoding="utf-8") as f:
        f.write("# Made by rebuild.py: what every code set is, whose it is, and its hash.\n")
        for s in INDEX:
            f.write("\n[[set]]\n")
            for k, v in s.items():
                f.write(f"{k} = {v}\n" if isinstance(v, int) else f'{k} = "{v}"\n')

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
