#!/usr/bin/env python3
"""Rewrites the public code sets into the compact tables this folder holds, and index.toml beside them.

usage: python3 config/code-sets/rebuild.py REFERENCE_DIR

REFERENCE_DIR holds the public tables as their agencies publish them (one folder a set). Standard
library only; the same input gives the same bytes. Descriptions under copyright are left out.
"""
import csv, hashlib, os, re, sys

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

# Our own lists: the table in this folder is the source, only the index is written.
OWN = [
    ('diagnosis_families', '2026', 'own list', 'families of ICD-10-CM FY2026 codes by beginning: diseases, kinds of them (Young et al. 2008), signs of frailty (Festa et al. 2020), what a care manager asks about', '2015-10-01', 'own grouping; a code can be of several families'),
    ('services', '2026', 'own list', 'services by CMS place of service, NUBC type of bill and revenue centre, HCPCS level II and CPT numbers', '', 'numbers alone; bills by two, revenue centres by three or four characters; mobility_aid takes more wheelchairs than the frailty marker, which keeps the published range'),
    ('care_lists', '2026', 'own list', 'UB-04 dispositions, admission types and sources, CMS specialties, dual status codes, LOINC codes of laboratory tests', '', 'own selection of published codes'),
    ('frailty_markers', '2015-2026', 'Faurot et al.; own list', 'Pharmacoepidemiol Drug Saf 2015;24:59, predictors of dependency, carried over to ICD-10-CM; falls and debility added', '2015-10-01', 'W16, a dive into water, is no fall'),
    ('ingredient_classes', '2026', 'own list', 'ingredients by adherence, treatment and risk class, by name (not the licensed PQA value sets; risk classes after AGS Beers 2023 and FDA labels)', '', 'names of one to three words; a text names every ingredient that its words hold'),
]

def own(set_id, version, agency, publication, effective_from, note):
    """Indexes a list that is kept by hand in this folder; its rows are sorted and distinct."""
    with open(os.path.join(HERE, set_id, version + ".csv"), newline="", encoding="utf-8") as f:
        lines = f.read().splitlines()
    rows = [tuple(line.split(",")) for line in lines[1:] if line]
    write(set_id, version, lines[0].split(","), rows, agency, publication, (effective_from, ""), len(set(rows)), "own work", note)

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
    for row in OWN:
        own(*row)
    hcc(root, pd)
    groupers(root, pd)
    # Sensitive families (42 CFR Part 2, HIV, psychiatric, abuse): our own prefix list, reviewed by hand.
    sens = [("substance_use", p) for p in ["F10", "F11", "F12", "F13", "F14", "F15", "F16", "F18", "F19", "T40", "O9931", "O9932", "K70", "G621", "I426", "Z7141", "Z7151", "K292", "K852", "K860", "P961", "P0441", "P043", "R780", "Z715", "Z714"]]
    sens += [("hiv", p) for p in ["B20", "Z21", "O987", "B9735", "R75", "Z114", "Z206", "Z717"]]
    sens += [("psychiatric", "F%d" % n) for n in list(range(20, 70)) + list(range(80, 100))] + [("psychiatric", p) for p in ["T1491", "R45851", "X71", "X72", "X73", "X74", "X75", "X76", "X77", "X78", "X79", "X80", "X81", "X82", "X83", "Z915", "O9934"]]
    sens += [("abuse", p) for p in ["T74", "T76", "Y07", "Z69", "Z6281", "Z6141", "Z6142", "Z6143", "Z630", "Z654", "Z655", "Z914", "Z0441", "Z0442", "Z0471", "Z0472", "Z0481", "O9A3", "O9A4", "O9A5"]]
    write("sensitive", "1", ["category", "prefix"], sens, "own list", "code families masked outside the sensitive roles: substance use (42 CFR Part 2), HIV, psychiatric, abuse", ("", ""), len(sens), "own work", "reviewed by hand; longest prefix wins")
    care(root, pd)
    with open(os.path.join(HERE, "index.toml"), "w", newline="\n", encoding="utf-8") as f:
        f.write("# Made by rebuild.py: what every code set is, whose it is, and its hash.\n")
        for s in INDEX:
            f.write("\n[[set]]\n")
            for k, v in s.items():
                f.write(f"{k} = {v}\n" if isinstance(v, int) else f'{k} = "{v}"\n')

# Procedure numbers by which a person was seen after a discharge (numbers alone; CPT descriptors are the AMA's).
# Institutional lines count by their own short list: clinics and FQHC bill encounters, rural clinics revenue 0521 and 0522.
VISITS = [
    ("office", "hcpcs", ["99202", "99203", "99204", "99205", "99211", "99212", "99213", "99214", "99215", "99242", "99243", "99244", "99245", "G0463"]),
    ("home", "hcpcs", ["99341", "99342", "99344", "99345", "99347", "99348", "99349", "99350"]),
    ("preventive", "hcpcs", [str(n) for n in list(range(99381, 99388)) + list(range(99391, 99398))]),
    ("wellness", "hcpcs", ["G0402", "G0438", "G0439"]),
    ("telehealth", "hcpcs", [str(n) for n in range(98000, 98016)] + ["99441", "99442", "99443"]),
    ("psychiatric", "hcpcs", ["90791", "90792", "90832", "90833", "90834", "90836", "90837", "90838", "90839", "90845", "90847", "90849", "90853"]),
    ("transition", "hcpcs", ["99495", "99496"]),
    ("cognitive_plan", "hcpcs", ["99483"]),
    ("clinic", "facility_hcpcs", ["T1015", "G0466", "G0467", "G0468", "G0469", "G0470"]),
    ("clinic", "facility_revenue", ["0521", "0522"])]

# Families of the follow-up clocks; a pattern is written out as the codes of the three years that it matches.
FOLLOW_UP = {
    "mental_illness_principal_2025": "mental_event", "mental_health_any": "mental_any", "self_harm": "self_harm", "sud_event": "substance_event",
    "sud_any": "substance_any", "overdose_event": "overdose", "fmc_copd_asthma": "chronic_copd_asthma", "fmc_dementia": "chronic_dementia",
    "fmc_ckd": "chronic_kidney", "fmc_depression": "chronic_depression", "fmc_heart_failure": "chronic_heart_failure", "fmc_ami": "chronic_infarction",
    "fmc_afib": "chronic_atrial_fibrillation", "fmc_stroke_tia": "chronic_stroke_tia", "bh_provider_specialty": "mental_provider",
    "bh_provider_taxonomy": "mental_provider", "pos_ambulatory": "ambulatory", "pos_telehealth": "ambulatory", "pos_bh_setting": "mental_setting",
    "pos_sud_setting": "substance_setting", "revenue_bh": "mental_setting", "codes_mrp": "reconciliation", "codes_care_management": "care_management",
    "codes_tcm": "care_management", "codes_cocm": "mental_visit", "codes_bh_visit": "mental_visit", "codes_peer_support": "peer_support",
    "codes_sud_service": "substance_service", "codes_opioid_treatment": "substance_service", "codes_virtual": "virtual", "moud_pharmacy": "substance_medicine"}
SYSTEMS = {"icd10cm": "dx", "hcpcs_or_cpt_number": "hcpcs", "cms_specialty": "specialty", "nucc_taxonomy": "specialty", "place_of_service": "place",
    "revenue_code": "revenue", "ingredient": "ingredient"}

def care(root, pd):
    """Visits, follow-up after ED and psychiatric care, and the words of a diagnosis category."""
    rows = [(group, system, c) for group, system, codes in VISITS for c in codes]
    write("visits", "2026.1", ["group", "system", "code"], rows, "own list", "procedure and revenue numbers by which a person was seen after a discharge", ("", ""), len(rows), "numbers are facts; own selection", "a telehealth, home or office encounter, not a phone call by a care manager")
    codes = sorted({code(x["code"]) for x in read(root, "icd10cm/icd10cm_codes_fy2024_fy2026.csv")})
    rows, n = [], 0
    for x in read(root, "follow_up/code_families.csv"):
        family, system = FOLLOW_UP.get(x["family"]), SYSTEMS.get(x["code_system"])
        if family is None:
            continue
        n += 1
        if x["match"] == "regex":
            rows += [(family, system, "exact", c) for c in codes if re.search(x["code"], c)]
        else:
            kind = "exact" if x["match"] == "name" else x["match"]
            rows.append((family, system, kind, x["code"].lower() if system == "ingredient" else x["code"]))
    write("follow_up", "2026.1", ["family", "system", "match", "code"], rows, "own list", "code families modelled on the public descriptions of NCQA's FUH, FUM, FUA, FMC and TRC; not HEDIS value sets", ("", ""), n, "public code numbers; own selection", "patterns are written out over ICD-10-CM FY2024-FY2026")
    r = read(root, "ccsr/ccsr_labels_v2023_1.csv")
    cols = list(r[0])
    write("ccsr_labels", "v2023.1", ["category", "label"], [(x[cols[0]], x[cols[1]].replace('"', "")) for x in r], "AHRQ HCUP", "CCSR for ICD-10-CM diagnoses v2023.1, category labels", ("2015-10-01", ""), len(r), pd, "the label may hold commas: it is the last column")

# Names of interactions in the two CMS tables: the composition table's own, and the factor table's variable.
INTERACTION_NAMES = {
    "Diabetes_CHF": "DIABETES_CHF", "HCC85_gRenal_v24": "HCC85_gRenal_V24", "ART_OPENINGS_PRESSURE_ULCER": "ART_OPENINGS_PRESS_ULCER",
    "gCopdCF_ASP_SPEC_BACT_PNEUM": "gCopdCF_ASP_SPEC_B_PNEUM", "ASP_SPEC_BACT_PNEUM_PRES_ULC": "ASP_SPEC_B_PNEUM_PRES_ULC"}
# Interactions with disability (institutional segment), as CMS's software V2419 and V2823 define the groups.
DISABLED = {
    "v24": {"DISABLED_HCC85": [85], "DISABLED_PRESSURE_ULCER": [157, 158, 159], "DISABLED_HCC161": [161], "DISABLED_HCC39": [39], "DISABLED_HCC77": [77], "DISABLED_HCC6": [6]},
    "v28": {"DISABLED_CANCER_V28": range(17, 24), "DISABLED_NEURO_V28": [180, 181, 182, 190, 191, 192, 195, 196, 198, 199], "DISABLED_HF_V28": range(221, 227), "DISABLED_CHR_LUNG_V28": range(276, 281), "DISABLED_ULCER_V28": range(379, 383)}}

def hcc(root, pd):
    """CMS-HCC V24 and V28: one table a question (code, edit, hierarchy, factor, interaction)."""
    effective, n, codes = ("2025-01-01", "2026-12-31"), 0, {}
    for i, v in enumerate(["v24", "v28"]):
        r = read(root, f"cms_hcc/{v}_icd10_to_hcc_py2026.csv"); n += len(r)
        for x in r:
            codes.setdefault(code(x["icd10cm"]), (set(), set()))[i].add(int(x["hcc"]))
    write("cms_hcc_map", "py2026", ["code", "v24", "v28"], [(c, "|".join(map(str, sorted(a))), "|".join(map(str, sorted(b)))) for c, (a, b) in codes.items()], "CMS", "2026 midyear ICD-10-CM mappings, CMS-HCC V24 and V28", effective, n, pd, "HCCs of one code joined by |")
    r = [x for x in read(root, "cms_hcc/dx_age_sex_edits_py2026.csv") if x["model"] in ("CMS-HCC Model V24", "CMS-HCC Model V28")]
    write("cms_hcc_edits", "py2026", ["code", "model", "sex", "age_min", "age_max", "hcc"], [(code(x["icd10cm"]), x["model"][-3:].lower(), x["sex"], x["age_min"], x["age_max"], x["hcc_override"]) for x in r], "CMS", "CMS-HCC software PY2026, age and sex edits", effective, len(r), pd, "holds for the sex, or for age <= age_max or age >= age_min; an empty hcc drops the code; sex 2 is female")
    rows = [(v, x["hcc"], x["drops_hcc"]) for v in ("v24", "v28") for x in read(root, f"cms_hcc/{v}_hierarchy.csv")]
    write("cms_hcc_hierarchy", "py2026", ["model", "hcc", "drops"], rows, "CMS", "CMS-HCC software PY2026, hierarchies", effective, len(rows), pd)
    rows = [(v, x["segment"], x["variable"], x["factor"]) for v in ("v24", "v28") for x in read(root, f"cms_hcc/{v}_relative_factors.csv")]
    write("cms_hcc_factors", "py2026", ["model", "segment", "variable", "factor"], rows, "CMS", "Rate Announcements CY2020 (V24) and CY2024 (V28), relative factors", effective, len(rows), pd, "before normalisation and coding adjustment")
    pairs = {}
    for x in read(root, "cms_hcc/disease_interaction_factors.csv"):
        v = x["model_version"][-3:].lower()
        name = INTERACTION_NAMES.get(x["short_name"], x["short_name"]) if v == "v24" else x["short_name"] + "_V28"
        left, right = pairs.setdefault((v, name), (set(), set()))
        left.add(int(x["hcc_code_1"])); right.add(int(x["hcc_code_2"]))
    joined = lambda s: "|".join(map(str, sorted(s)))
    rows = [(v, name, joined(a), joined(b)) for (v, name), (a, b) in pairs.items()]
    rows += [(v, name, "disabled", joined(hccs)) for v in DISABLED for name, hccs in DISABLED[v].items()]
    write("cms_hcc_interactions", "py2026", ["model", "variable", "left", "right"], rows, "CMS", "CMS-HCC software, composition of interactions", effective, len(rows), pd, "holds when any of left and any of right do; disabled is under 65 with an entitlement other than age")

def groupers(root, pd):
    """CCSR and CCW: codes that say the same share one line."""
    r = read(root, "ccsr/icd10cm_to_ccsr_v2023_1.csv")
    by_code, groups = {}, {}
    for x in r:
        cats, default = by_code.setdefault(code(x["icd10cm"]), (set(), set()))
        cats.add(x["ccsr"])
        if x["inpatient_default"] == "Y":
            default.add(x["ccsr"])
    for c, (cats, default) in by_code.items():
        assert len(default) <= 1, c
        groups.setdefault(("".join(default), "|".join(sorted(cats))), []).append(c)
    write("ccsr_dx", "v2023.1", ["codes", "inpatient_default", "categories"], [("|".join(sorted(v)),) + k for k, v in groups.items()], "AHRQ HCUP", "CCSR for ICD-10-CM diagnoses v2023.1", ("2015-10-01", "2023-09-30"), len(r), pd, "an empty default is a code not valid as principal; later codes take their longest prefix family when it agrees")
    d = read(root, "ccw/ccw_definitions_2022.csv")
    write("ccw_definitions", "2022-02", ["condition", "lookback_months", "rule"], [(x["condition"], x["lookback_months"], x["qualification"][0]) for x in d], "CMS CCW", "30 Chronic Conditions algorithms, revision 2022-02", ("2015-10-01", ""), len(d), pd, "rows ending in _exclude or _exclude1 exclude; alzheimer_related keeps its 2019-02 definition")
    r = read(root, "ccw/ccw_icd10_codes_2022.csv")
    groups = {}
    for x in r:
        groups.setdefault(code(x["icd10cm"]), set()).add(x["condition"])
    lines = {}
    for c, conditions in groups.items():
        lines.setdefault("|".join(sorted(conditions)), []).append(c)
    write("ccw_dx", "2022-02", ["codes", "conditions"], [("|".join(sorted(v)), k) for k, v in lines.items()], "CMS CCW", "30 Chronic Conditions algorithms, ICD-10-CM codes, revision 2022-02", ("2015-10-01", ""), len(r), pd)

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
