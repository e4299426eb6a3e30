"""A slow, plain re-reading of the clinical rules (contract, section 4).

It shares no code with the engine: it was written from the rules alone, so that
a disagreement between the two is worth a second look at the rules.

    python3 oracle.py --inputs DIR --reference DIR --as-of 2026-06-30 --out DIR

reads eligibility.csv, medical_claim.csv and admission.csv (the last two may be
missing) from --inputs and writes expected_stays.csv, expected_ed_visits.csv
and expected_indices.csv to --out.

Where the rules can be read in two ways, the choice stands in READINGS. The
generator of random members uses the other readings to leave out any member
whose answer depends on such a choice; see ../cases/AMBIGUITIES.md.
"""

import argparse
import calendar
import csv
import datetime as dt
import os

STAY_COLUMNS = (
    "member_id admit_date discharge_date length_of_stay facility_npi discharge_disposition_code "
    "principal_diagnosis_code final_principal_diagnosis drg_code stay_type age_at_admit source claim_ids "
    "admission_ids code_basis is_planned planned_rule is_index index_exclusion readmit30 days_to_readmission "
    "readmit_claim_ids died pqi pqi_exclusion"
).split()
ED_COLUMNS = "member_id visit_date facility_npi diagnosis_code unclassified".split()
INDEX_COLUMNS = (
    "member_id charlson charlson_quan2011 elixhauser_readmission elixhauser_mortality hfrs lace flag_2ip "
    "elixhauser_poa code_basis"
).split()

# name -> (the reading used, the other readings). Explained in ../cases/AMBIGUITIES.md.
READINGS = {
    "same_admit": ("any_row", ["chain_start"]),
    "future_adt_disposition": ("dropped", ["kept"]),
    "attached_codes": ("fill_empty_positions", ["all"]),
    "attach_to": ("claims_as_billed", ["claims_as_filled"]),
    "several_adt": ("first_wins", ["last_wins"]),
    "death_in_open_stay": ("died", ["not_died"]),
    "icd9_next_stay": ("is_a_readmission", ["looked_through"]),
    "unjudged_source": ("always", ["only_when_counted"]),
    "pqi_first": ("first_row", ["first_claim"]),
    "pqi_without_principal": ("judged", ["dropped"]),
    "ed_null_facility": ("matches_any_stay", ["only_null_stay"]),
    "ed_attached_adt": ("not_a_row", ["a_row"]),
    "ed_open_row": ("until_as_of_if_stay_open", ["until_as_of"]),
    "ed_row_30": ("open_when_last", ["by_its_date", "always_open"]),
    "ed_diagnosis": ("lowest_id_with_one", ["lowest_id"]),
    "ed_icd9": ("null", ["unclassified"]),
    "ed_no_code": ("unclassified", ["null"]),
    "ed_null_between_two": ("lowest", ["highest", "own_visit"]),
    "no_codes": ("zero", ["null"]),
    "cbvd_scope": ("window", ["claim"]),
    "poa_counted": ("every_icd10", ["mapped_only"]),
    "poa_bills": ("every_11x", ["stays_only"]),
    "post_after_post": ("post_acute", ["acute"]),
    "basis_px": ("counts", ["ignored"]),
    "position_1": ("first_line_with_one", ["last_line_with_one"]),
    "prefix_family": ("with_itself", ["shorter_only"]),
    "published_last_row": ("real_discharge", ["joining_end"]),
}


def default_readings():
    return {name: chosen for name, (chosen, _) in READINGS.items()}


# ---------------------------------------------------------------- small things


def day(text):
    return dt.date.fromisoformat(text) if text else None


def text_of(date):
    return date.isoformat() if date else ""


def months_before(date, months):
    index = date.year * 12 + date.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, min(date.day, calendar.monthrange(year, month)[1]))


def completed_years(birth, date):
    return date.year - birth.year - ((date.month, date.day) < (birth.month, birth.day))


def clean(cell):
    cell = (cell or "").replace("\u00a0", " ").strip()
    return cell or None


def icd(cell):
    cell = clean(cell)
    if cell is None:
        return None
    cell = "".join(cell.split()).replace(".", "").upper()
    return None if cell in ("", "0000000", "UNK", "NULL", "NA") else cell


def padded(cell, width):
    cell = clean(cell)
    return cell.zfill(width) if cell and cell.isdigit() else cell


def bill(cell):
    cell = clean(cell)
    return cell[1:] if cell and len(cell) == 4 and cell[0] == "0" else cell


def table(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


# ---------------------------------------------------------------- the reference


class Reference:
    def __init__(self, root):
        def rows(*parts):
            found = table(os.path.join(root, *parts))
            assert found, parts
            return found

        self.ccs_dx = {r["icd10cm"]: r["ccs_dx"] for r in rows("ccs", "icd10cm_to_ccs_2019_1.csv")}
        self.ccs_px = {r["icd10pcs"]: r["ccs_px"] for r in rows("ccs", "icd10pcs_to_ccs_2019_1.csv")}
        self.families = {}
        for code, ccs in self.ccs_dx.items():
            for n in range(3, len(code) + 1):
                self.families.setdefault(code[:n], set()).add(ccs)
        planned = "cms_planned_readmission"
        self.pr1 = {r["ccs_px"] for r in rows(planned, "pr1_always_planned_ccs_px.csv")}
        self.pr2 = {r["ccs_dx"] for r in rows(planned, "pr2_always_planned_ccs_dx.csv")}
        self.pr3_ccs = {r["ccs_px"] for r in rows(planned, "pr3_potentially_planned_ccs_px.csv")}
        self.pr3_pcs = {icd(r["icd10pcs"]) for r in rows(planned, "pr3_potentially_planned_icd10pcs.csv")}
        self.pr4_ccs = {r["ccs_dx"] for r in rows(planned, "pr4_acute_ccs_dx.csv")}
        self.pr4_dx = {icd(r["icd10cm"]) for r in rows(planned, "pr4_acute_icd10cm.csv")}
        self.hwr_excluded = {r["ccs_dx"] for r in rows("cms_hwr", "index_exclusion_ccs_dx.csv")}
        self.pqi = {}
        for r in rows("ahrq_pqi", "pqi_code_sets_v2024.csv"):
            self.pqi.setdefault(r["set_id"], set()).add(icd(r["code"]))
        self.charlson = [
            (r["icd10_prefix"], r["condition"]) for r in rows("charlson", "charlson_quan2005_icd10_prefixes.csv")
        ]
        self.charlson_weights = {
            r["condition"]: (int(r["weight_original"]), int(r["weight_quan2011"]))
            for r in rows("charlson", "charlson_weights.csv")
        }
        self.charlson_hierarchy = [
            (r["if_present"], r["set_to_zero"]) for r in rows("charlson", "charlson_hierarchy.csv")
        ]
        self.elix = {}
        for r in rows("elixhauser_ahrq", "elixhauser_dx_map_v2026_1.csv"):
            self.elix.setdefault(icd(r["icd10cm"]), set()).add(r["measure"])
        self.elix_measures = {r["measure"]: r for r in rows("elixhauser_ahrq", "elixhauser_measures_v2026_1.csv")}
        self.elix_hierarchy = [
            (r["if_present"], r["set_to_zero"]) for r in rows("elixhauser_ahrq", "elixhauser_hierarchy.csv")
        ]
        self.hfrs = {r["icd10_3char"]: float(r["points"]) for r in rows("hfrs", "hfrs_points.csv")}
        self.nyu = {icd(r["icd10cm"]) for r in rows("nyu_ed", "johnston_ed_icd10.csv")}

    def dx_category(self, code, readings):
        """The CCS of a diagnosis, or of its longest existing prefix family when unique."""
        if code is None:
            return None
        if code in self.ccs_dx:
            return self.ccs_dx[code]
        longest = len(code) if readings["prefix_family"] == "with_itself" else len(code) - 1
        for n in range(longest, 2, -1):
            found = self.families.get(code[:n])
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None


# ---------------------------------------------------------------- members, arrival, final claims


class Member:
    def __init__(self, member_id):
        self.id, self.birth, self.sex, self.death, self.spans = member_id, None, None, None, []

    def enrolled_on(self, date):
        return any(start <= date <= end for start, end in self.spans)


def read_members(rows):
    members = {}
    for r in rows:
        m = members.setdefault(clean(r["member_id"]), Member(clean(r["member_id"])))
        m.birth = day(clean(r["birth_date"])) or m.birth
        m.sex = (clean(r["gender"]) or "").lower() or m.sex
        m.death = day(clean(r.get("death_date"))) or m.death
        m.spans.append((day(clean(r["enrollment_start_date"])), day(clean(r["enrollment_end_date"]))))
    return members


def arrived(row, own_date, as_of):
    arrival = day(clean(row.get("received_date"))) or day(clean(row.get("paid_date"))) or own_date
    return arrival <= as_of and own_date <= as_of


def final_lines(rows, as_of):
    """The lines that count: visible, not reversed, of the highest version."""
    visible, seen = [], set()
    for r in rows:
        if arrived(r, day(clean(r["claim_start_date"])), as_of):
            content = tuple(sorted((k, clean(v)) for k, v in r.items()))
            if content not in seen:
                seen.add(content)
                visible.append(r)
    reversed_ids = {clean(r.get("reversal_of_claim_id")) for r in visible} - {None}
    kept = {}
    for r in visible:
        if clean(r.get("reversal_of_claim_id")) or clean(r["claim_id"]) in reversed_ids:
            continue
        if bill(r.get("bill_type_code")) == "118":
            continue
        kept.setdefault(clean(r["claim_id"]), []).append(r)
    final = {}
    for claim_id, lines in kept.items():
        version = lambda r: int(clean(r.get("claim_version")) or 0)
        newest = max(version(r) for r in lines)
        by_number = {}
        for r in (r for r in lines if version(r) == newest):
            by_number.setdefault(int(r["claim_line_number"]), []).append(r)
        recency = lambda r: (clean(r.get("received_date")) or "", clean(r.get("paid_date")) or "")
        final[claim_id] = [max(by_number[n], key=recency) for n in sorted(by_number)]
    return final


class Claim:
    def __init__(self, claim_id, lines, readings):
        self.id, self.lines = claim_id, lines

        def header(column):
            return next((clean(r.get(column)) for r in lines if clean(r.get(column))), None)

        self.member = header("member_id")
        self.type = (header("claim_type") or "").lower()
        self.start, self.end = day(header("claim_start_date")), day(header("claim_end_date"))
        self.admit = day(header("admission_date")) or self.start
        self.discharge = day(header("discharge_date"))
        self.bill = bill(header("bill_type_code"))
        self.facility = header("facility_npi")
        self.disposition = padded(header("discharge_disposition_code"), 2)
        self.admit_source, self.admit_type = header("admit_source_code"), header("admit_type_code")
        self.drg = padded(header("drg_code"), 3)
        self.inpatient_bill = bool(self.bill) and self.bill.startswith("11")
        kind = (header("diagnosis_code_type") or "").lower()
        if "9" in kind:
            self.icd9 = True
        elif "10" in kind:
            self.icd9 = False
        else:
            self.icd9 = (self.end if self.inpatient_bill else self.start) < dt.date(2015, 10, 1)
        # (position, code, is ICD-9, POA), the union over lines
        self.dx, firsts = [], []
        for r in lines:
            for p in range(1, 26):
                code = icd(r.get(f"diagnosis_code_{p}"))
                if code:
                    # The flag of a code at its position is a header field: the first that is not blank.
                    item = (p, code, self.icd9, (clean(r.get(f"diagnosis_poa_{p}")) or "").upper())
                    same = next((i for i, d in enumerate(self.dx) if d[:2] == (p, code)), None)
                    if same is None:
                        self.dx.append(item)
                    elif not self.dx[same][3]:
                        self.dx[same] = item
                    if p == 1:
                        firsts.append(code)
        pick = 0 if readings["position_1"] == "first_line_with_one" else -1
        self.principal = firsts[pick] if firsts else None
        self.px = {icd(r.get(f"procedure_code_{p}")) for r in lines for p in range(1, 26)} - {None}

    def is_stay(self):
        return self.type == "institutional" and self.inpatient_bill and self.bill not in ("110", "115", "118")


class Adt:
    def __init__(self, r, as_of, readings):
        self.id, self.member = clean(r["admission_id"]), clean(r["member_id"])
        self.admit, self.discharge = day(clean(r["admission_date"])), day(clean(r.get("discharge_date")))
        self.facility = clean(r.get("facility_npi"))
        self.disposition = padded(r.get("discharge_disposition_code"), 2)
        if self.discharge and self.discharge > as_of:
            self.discharge = None
            if readings["future_adt_disposition"] == "dropped":
                self.disposition = None
        self.patient_class = (clean(r["patient_class"]) or "").lower()
        self.admit_source, self.admit_type = clean(r.get("admit_source_code")), clean(r.get("admit_type_code"))
        self.icd9 = self.admit < dt.date(2015, 10, 1)
        self.dx = [(p, icd(r.get(f"diagnosis_code_{p}")), self.icd9, "") for p in range(1, 26)]
        self.dx = [item for item in self.dx if item[1]]
        self.principal = next((code for p, code, _, _ in self.dx if p == 1), None)


# ---------------------------------------------------------------- stays


class Row:
    """One claim (with the ADT rows attached to it) or one unattached ADT row."""

    def __init__(self, kind, source):
        self.kind, self.id = kind, source.id
        self.admit, self.discharge = source.admit, source.discharge
        self.open_end = source.end if kind == "claim" else source.admit
        self.facility, self.disposition = source.facility, source.disposition
        self.bill = source.bill if kind == "claim" else None
        self.drg = source.drg if kind == "claim" else None
        self.admit_source, self.admit_type = source.admit_source, source.admit_type
        self.dx, self.principal = list(source.dx), source.principal
        self.px = set(source.px) if kind == "claim" else set()
        self.icd9 = source.icd9
        self.principal_icd9 = source.icd9
        self.attached = []

    @property
    def end(self):
        return self.discharge or self.open_end

    def order(self):
        return (self.admit, self.end, 0 if self.kind == "claim" else 1, self.id)

    def fill_from(self, adt, readings):
        self.attached.append(adt)
        for field in ("discharge", "facility", "disposition", "admit_source", "admit_type"):
            if getattr(self, field) is None:
                setattr(self, field, getattr(adt, field))
        if self.principal is None and adt.principal is not None:
            self.principal, self.principal_icd9 = adt.principal, adt.icd9
        taken = {p for p, _, _, _ in self.dx}
        for item in adt.dx:
            if item[0] not in taken or readings["attached_codes"] == "all":
                self.dx.append(item)


def overlap(a, b):
    """Two rows overlap: the same admit date, or the later one begins before the earlier one ends."""
    first, second = (a, b) if a.admit <= b.admit else (b, a)
    return first.admit == second.admit or second.admit < first.end


TRANSFER = {"02", "05", "43", "65", "66", "82", "85", "93", "94"}
DIED = {"20", "40", "41", "42"}
POST_ACUTE = {"61", "62", "63", "89", "90", "91"}


class Stay:
    def __init__(self, row, stay_type):
        self.rows, self.stay_type = [row], stay_type

    def latest(self):
        """The row with the latest end used for joining; ties: the later row in order."""
        best = self.rows[0]
        for row in self.rows[1:]:
            if row.end >= best.end:
                best = row
        return best

    def settle(self, readings):
        first = self.rows[0]
        self.admit = first.admit
        last_admit = max(r.admit for r in self.rows)
        discharged = any(r.discharge for r in self.rows if r.admit == last_admit)
        if discharged and readings["published_last_row"] == "real_discharge":
            self.last = None
            for row in self.rows:
                if row.discharge and (self.last is None or row.discharge >= self.last.discharge):
                    self.last = row
        else:
            self.last = self.latest()
        real = [r.discharge for r in self.rows if r.discharge]
        self.discharge = max(real) if discharged else None
        self.facility, self.disposition = self.last.facility, self.last.disposition
        if self.disposition == "30":
            self.discharge = None
        self.admit_source, self.admit_type, self.drg = first.admit_source, first.admit_type, first.drg
        self.principal, self.principal_icd9 = first.principal, first.principal_icd9
        self.final_principal = self.last.principal
        self.claim_ids = sorted(r.id for r in self.rows if r.kind == "claim")
        self.admission_ids = sorted(
            [r.id for r in self.rows if r.kind == "adt"] + [a.id for r in self.rows for a in r.attached]
        )
        self.source = "both" if self.claim_ids and self.admission_ids else "claim" if self.claim_ids else "admission"
        self.dx = [item for r in self.rows for item in r.dx]
        self.px10 = {code for r in self.rows if not r.icd9 for code in r.px}
        self.dx10 = {code for _, code, nine, _ in self.dx if not nine}
        kinds = {nine for _, _, nine, _ in self.dx}
        if readings["basis_px"] == "counts":
            kinds |= {r.icd9 for r in self.rows if r.px}
        self.basis = basis(kinds)
        self.principal10 = None if self.principal_icd9 else self.principal

    def ids(self):
        return "|".join(self.claim_ids) + "/" + "|".join(self.admission_ids)


def basis(kinds):
    if not kinds:
        return ""
    return "mixed" if len(kinds) == 2 else "icd9" if True in kinds else "icd10"


def joins(stay, b, readings):
    a = stay.latest()
    end = a.end
    gap = (b.admit - end).days
    same_or_null = a.facility is None or b.facility is None or a.facility == b.facility
    other_known = a.facility is not None and b.facility is not None and a.facility != b.facility
    same_admit = (
        any(r.admit == b.admit for r in stay.rows)
        if readings["same_admit"] == "any_row"
        else stay.rows[0].admit == b.admit
    )
    if gap < 0 or same_admit:
        return True  # rule 1
    interim = a.bill in ("112", "113") or b.bill in ("113", "114") or a.disposition == "30"
    if interim and gap <= 1 and same_or_null:
        return True  # rule 2
    if gap == 0 and same_or_null and a.principal and b.principal and a.principal[:3] == b.principal[:3]:
        return True  # rule 3
    if other_known and stay.stay_type != "post_acute" and not arrives_post_acute(stay, b, readings):
        if gap == 0 and a.disposition not in DIED:
            return True  # rule 4, same day
        if gap == 1 and a.disposition in TRANSFER:
            return True  # rule 4, next day
    return False


def arrives_post_acute(stay, b, readings):
    a = stay.latest()
    if readings["post_after_post"] == "acute" and stay.stay_type == "post_acute":
        return False
    other_known = a.facility is not None and b.facility is not None and a.facility != b.facility
    return a.disposition in POST_ACUTE and other_known and (b.admit - a.end).days in (0, 1)


def build_stays(claims, adts, readings):
    rows = [Row("claim", c) for c in claims if c.is_stay()]
    rows.sort(key=Row.order)
    billed = {r.id: (r.admit, r.end) for r in rows}
    loose = []
    inpatient = sorted((Row("adt", a) for a in adts if a.patient_class == "inpatient"), key=Row.order)
    by_id = {a.id: a for a in adts}
    attach = []
    for row in inpatient:
        home = None
        for claim in rows:
            if readings["attach_to"] == "claims_as_filled":
                claim_admit, claim_end = claim.admit, claim.end
            else:
                claim_admit, claim_end = billed[claim.id]
            if claim_admit <= row.admit:
                meets = claim_admit == row.admit or row.admit < claim_end
            else:
                meets = claim_admit < row.end
            if meets:
                home = claim
                break
        if home is None:
            loose.append(row)
        elif readings["attach_to"] == "claims_as_filled":
            home.fill_from(by_id[row.id], readings)
        else:
            attach.append((home, by_id[row.id]))
    if readings["several_adt"] == "last_wins":
        attach.reverse()
    for home, adt in attach:
        home.fill_from(adt, readings)
    rows = sorted(rows + loose, key=Row.order)
    stays = []
    for row in rows:
        if stays and joins(stays[-1], row, readings):
            stays[-1].rows.append(row)
        elif stays and arrives_post_acute(stays[-1], row, readings):
            stays.append(Stay(row, "post_acute"))
        else:
            stays.append(Stay(row, "acute"))
    for stay in stays:
        stay.settle(readings)
    return stays


# ---------------------------------------------------------------- judging a stay


def judge_planned(stay, ref, readings):
    if stay.basis == "icd9":
        stay.planned, stay.rule = None, ""
        return
    categories = {ref.ccs_px.get(code) for code in stay.px10}
    principal_ccs = ref.dx_category(stay.principal10, readings)
    acute = principal_ccs in ref.pr4_ccs or stay.principal10 in ref.pr4_dx
    if categories & ref.pr1:
        stay.rule = "PR1"
    elif principal_ccs in ref.pr2:
        stay.rule = "PR2"
    elif (categories & ref.pr3_ccs or stay.px10 & ref.pr3_pcs) and not acute:
        stay.rule = "PR3"
    else:
        stay.rule = ""
    stay.planned = bool(stay.rule)


def judge_index(stay, member, ref, readings):
    death_inside = False
    if member.death and member.death >= stay.admit:
        if stay.discharge:
            death_inside = member.death <= stay.discharge
        else:
            death_inside = readings["death_in_open_stay"] == "died"
    stay.died = stay.disposition in DIED or death_inside
    stay.age = completed_years(member.birth, stay.admit)
    if stay.stay_type == "post_acute":
        why = "post_acute"
    elif stay.discharge is None:
        why = "open_stay"
    elif stay.died:
        why = "died"
    elif stay.age < 18:
        why = "age_under_18"
    elif stay.disposition == "07":
        why = "ama"
    elif not member.enrolled_on(stay.discharge):
        why = "not_enrolled"
    elif ref.dx_category(stay.principal10, readings) in ref.hwr_excluded:
        why = "ccs_excluded"
    else:
        why = ""
    stay.index_exclusion, stay.is_index = why, not why


def judge_readmission(stays, member, as_of, readings):
    for i, stay in enumerate(stays):
        stay.readmit30 = stay.days_to = stay.readmission = None
        if not stay.is_index:
            continue
        last_day = stay.discharge + dt.timedelta(30)
        if last_day > as_of:
            continue
        if member.death and member.death < last_day:
            last_day = member.death
        days = (last_day - stay.discharge).days
        if not all(member.enrolled_on(stay.discharge + dt.timedelta(n)) for n in range(days + 1)):
            continue
        stay.readmit30 = False
        for later in stays[i + 1 :]:
            if later.stay_type == "post_acute":
                continue
            if later.planned is None and readings["icd9_next_stay"] == "looked_through":
                continue
            gap = (later.admit - stay.discharge).days
            assert gap >= 0
            if gap <= 30 and not later.planned:
                stay.readmit30, stay.days_to, stay.readmission = True, gap, later
            break


def judge_pqi(stay, member, ref, readings):
    stay.pqi, stay.pqi_exclusion = [], []
    if stay.basis == "icd9":
        return
    sets, age = ref.pqi, stay.age
    first = stay.rows[0]
    if readings["pqi_first"] == "first_claim":
        first = next((r for r in stay.rows if r.kind == "claim"), first)
    principal = None if first.principal_icd9 else first.principal
    if principal is None and readings["pqi_without_principal"] == "dropped":
        return
    any_dx = lambda name: bool(stay.dx10 & sets[name])
    any_px = lambda name: bool(stay.px10 & sets[name])
    is_principal = lambda name: principal in sets[name]
    adult = age >= 18
    met = {
        "01": adult and is_principal("acdiasd"),
        "03": adult and is_principal("acdiald"),
        "05": age >= 40 and (is_principal("accopdd") or is_principal("acsastd")),
        "07": adult and is_principal("acshypd"),
        "08": adult and is_principal("mrtchfd"),
        "11": adult and is_principal("acsbacd"),
        "12": adult and is_principal("acsutid"),
        "14": adult and is_principal("acdiaud"),
        "15": 18 <= age <= 39 and is_principal("acsastd"),
        "16": adult and any_px("acsleap") and any_dx("acslead"),
    }
    own = {
        "05": [("respan", any_dx("respan"))],
        "07": [("acshy2d+dialy2p", any_dx("acshy2d") and any_px("dialy2p")), ("acscarp", any_px("acscarp"))],
        "08": [("acscarp", any_px("acscarp"))],
        "11": [("acsba2d", any_dx("acsba2d")), ("immunid", any_dx("immunid")), ("immunip", any_px("immunip"))],
        "12": [("immunid", any_dx("immunid")), ("immunip", any_px("immunip")), ("kidney", any_dx("kidney"))],
        "15": [("respan", any_dx("respan"))],
        "16": [("mdc14prindx", is_principal("mdc14prindx")), ("aclea2d", any_dx("aclea2d"))],
    }
    general = [
        ("transfer_in", first.admit_source in ("4", "5", "6")),
        ("drg_999", first.drg == "999"),
        ("missing_sex", member.sex not in ("male", "female")),
        ("missing_discharge", stay.discharge is None),
    ]
    for measure in sorted(met):
        if met[measure]:
            reasons = [name for name, holds in general + own.get(measure, []) if holds]
            stay.pqi_exclusion += [f"{measure}:{name}" for name in reasons]
            if not reasons:
                stay.pqi.append(measure)
    if any(met.values()) and first.admit_source is None:
        if stay.pqi or readings["unjudged_source"] == "always":
            stay.pqi_exclusion.append("unjudged:admit_source")


# ---------------------------------------------------------------- ED visits


def is_ed_line(r):
    revenue = padded(r.get("revenue_center_code"), 4)
    return (
        (revenue is not None and ("0450" <= revenue <= "0459" or revenue == "0981"))
        or padded(r.get("place_of_service_code"), 2) == "23"
    )


def build_ed(member_id, claims, adts, stays, ref, as_of, readings):
    by_day = {}
    for c in claims:
        if not c.inpatient_bill and any(is_ed_line(r) for r in c.lines):
            rank = 0 if c.type == "institutional" else 1
            by_day.setdefault(c.start, []).append((rank, c.id, c.facility, c))
    for a in adts:
        if a.patient_class == "emergency":
            by_day.setdefault(a.admit, []).append((2, a.id, a.facility, a))
    visits = []
    for date, items in sorted(by_day.items()):
        known = sorted({facility for _, _, facility, _ in items if facility})
        home = None
        if known and readings["ed_null_between_two"] == "lowest":
            home = known[0]
        elif known and readings["ed_null_between_two"] == "highest":
            home = known[-1]
        elif len(known) == 1:
            home = known[0]
        groups = {}
        for item in items:
            groups.setdefault(item[2] or home, []).append(item)
        for facility, group in groups.items():
            if ed_is_part_of_a_stay(date, facility, stays, as_of, readings):
                continue
            code, nine = ed_diagnosis(group, readings)
            if code is None:
                flag = "1" if readings["ed_no_code"] == "unclassified" else ""
            elif nine:
                flag = "1" if readings["ed_icd9"] == "unclassified" else ""
            else:
                flag = "0" if code in ref.nyu else "1"
            visits.append((date, facility, code, flag))
    return sorted(visits, key=lambda v: (v[0], v[1] or ""))


def ed_diagnosis(group, readings):
    for rank in (0, 1, 2):
        ranked = sorted((i for i in group if i[0] == rank), key=lambda i: i[1])
        if readings["ed_diagnosis"] == "lowest_id":
            ranked = ranked[:1]
        for _, _, _, source in ranked:
            if source.principal:
                return source.principal, source.icd9
    return None, False


def ed_is_part_of_a_stay(date, facility, stays, as_of, readings):
    for stay in stays:
        rows = list(stay.rows)
        if readings["ed_attached_adt"] == "a_row":
            rows += [Row("adt", a) for r in stay.rows for a in r.attached]
        for row in rows:
            same = row.facility is None or row.facility == facility
            if facility is None and readings["ed_null_facility"] == "matches_any_stay":
                same = True
            if not same:
                continue
            if row.admit in (date, date + dt.timedelta(1)):
                return True
            discharge = row.discharge
            if row.disposition == "30":
                if readings["ed_row_30"] == "always_open" or (readings["ed_row_30"] == "open_when_last" and row is stay.last):
                    discharge = None
            if discharge is not None:
                if row.admit <= date < discharge:
                    return True
            elif stay is stays[-1] and row.admit <= date <= as_of:
                if stay.discharge is None or readings["ed_open_row"] == "until_as_of":
                    return True
    return False


# ---------------------------------------------------------------- comorbidity indices


def charlson_conditions(codes, ref):
    return {condition for prefix, condition in ref.charlson for code in codes if code.startswith(prefix)}


def charlson(codes, ref):
    found = charlson_conditions(codes, ref)
    for present, dropped in ref.charlson_hierarchy:
        if present in found:
            found.discard(dropped)
    return tuple(sum(ref.charlson_weights[c][k] for c in found) for k in (0, 1))


def elixhauser(sources, ref, readings):
    """sources: one list of (code, POA) per claim or ADT row."""
    found = set()
    acute_not_present = any(
        "cbvd_poa" in ref.elix.get(code, ()) and poa in ("N", "U") for items in sources for code, poa in items
    )
    for items in sources:
        blocked = acute_not_present
        if readings["cbvd_scope"] == "claim":
            blocked = any("cbvd_poa" in ref.elix.get(code, ()) and poa in ("N", "U") for code, poa in items)
        for code, poa in items:
            for measure in ref.elix.get(code, ()):
                absent = poa in ("N", "U")
                if measure == "cbvd_poa":
                    if not absent:
                        found.add("cbvd")
                elif measure == "cbvd_sqla":
                    if not blocked and not absent:
                        found.add("cbvd")
                elif not (absent and ref.elix_measures[measure]["requires_poa"] == "Y"):
                    found.add(measure)
    present = set(found)
    for one, dropped in ref.elix_hierarchy:
        if one in present:
            found.discard(dropped)
    return tuple(
        sum(int(ref.elix_measures[m][column]) for m in found) for column in ("readmission_weight", "mortality_weight")
    )


def poa_word(claims, ref, readings):
    flags = []
    for c in claims:
        if not c.inpatient_bill or (readings["poa_bills"] == "stays_only" and not c.is_stay()):
            continue
        for _, code, nine, poa in c.dx:
            if not nine and (readings["poa_counted"] == "every_icd10" or code in ref.elix):
                flags.append(bool(poa))
    if not flags:
        return ""
    return "full" if all(flags) else "partial" if any(flags) else "none"


def number(value):
    value = round(value, 6)
    return str(int(value)) if value == int(value) else repr(value)


def build_indices(member_id, claims, adts, stays, visits, ref, as_of, readings):
    out = dict.fromkeys(INDEX_COLUMNS, "")
    out["member_id"] = member_id
    from_date = months_before(as_of, 24)
    window = [c for c in claims if from_date < c.start <= as_of]
    window_adt = [a for a in adts if from_date < a.admit <= as_of]
    sources = [[(code, poa) for _, code, nine, poa in s.dx if not nine] for s in window + window_adt]
    kinds = {nine for s in window + window_adt for _, _, nine, _ in s.dx}
    out["code_basis"] = basis(kinds)
    codes = {code for items in sources for code, _ in items}
    if kinds == {True} or (not kinds and readings["no_codes"] == "null"):
        pass
    else:
        first, second = charlson(codes, ref)
        out["charlson"], out["charlson_quan2011"] = str(first), str(second)
        readmission, mortality = elixhauser(sources, ref, readings)
        out["elixhauser_readmission"], out["elixhauser_mortality"] = str(readmission), str(mortality)
        out["hfrs"] = number(sum(ref.hfrs.get(three, 0.0) for three in sorted({c[:3] for c in codes})))
    out["elixhauser_poa"] = poa_word(window, ref, readings)
    out["lace"] = lace(claims, adts, stays, visits, ref, readings)
    recent = [s for s in stays if as_of - dt.timedelta(365) < s.admit <= as_of]
    out["flag_2ip"] = "1" if len(recent) >= 2 else "0"
    return out


LACE_POINTS = {
    "mi": 1, "cebvd": 1, "pvd": 1, "dm": 1, "chf": 2, "dmc": 2, "copd": 2, "mld": 2, "rnd": 2, "mal": 2,
    "dem": 3, "rhd": 3, "aidshiv": 4, "msld": 4, "severe_renal": 4, "mst": 6,
}  # fmt: skip


def lace(claims, adts, stays, visits, ref, readings):
    indexes = [s for s in stays if s.is_index]
    if not indexes:
        return ""
    # Of two discharges on one day the later stay is the latest.
    stay = max(enumerate(indexes), key=lambda pair: (pair[1].discharge, pair[0]))[1]
    from_date = months_before(stay.admit, 24)
    items = list(stay.dx)
    items += [i for c in claims if from_date <= c.start < stay.admit for i in c.dx]
    items += [i for a in adts if from_date <= a.admit < stay.admit for i in a.dx]
    kinds = {nine for _, _, nine, _ in items}
    if kinds == {True} or (not kinds and readings["no_codes"] == "null"):
        return ""
    codes = {code for _, code, nine, _ in items if not nine}
    found = charlson_conditions(codes, ref)
    if any(code.startswith(("N184", "N185", "N186", "Z992", "Z940")) for code in codes):
        found.discard("rnd")
        found.add("severe_renal")
    for present, dropped in (("dmc", "dm"), ("mst", "mal"), ("msld", "mld")):
        if present in found:
            found.discard(dropped)
    weight = sum(LACE_POINTS.get(c, 0) for c in found)
    c_points = weight if weight <= 3 else 5
    days = (stay.discharge - stay.admit).days
    l_points = days if days <= 3 else 4 if days <= 6 else 5 if days <= 13 else 7
    a_points = 3 if stay.admit_type in ("1", "2", "5") else 0
    half_year = months_before(stay.admit, 6)
    e_points = min(4, sum(1 for date, _, _, _ in visits if half_year <= date < stay.admit))
    return str(l_points + a_points + c_points + e_points)


# ---------------------------------------------------------------- all of it


def flag(value):
    return "" if value is None else "1" if value else "0"


def expected(eligibility, claim_rows, adt_rows, ref, as_of, readings=None):
    """Three lists of rows (as dictionaries of text): stays, ED visits, indices."""
    readings = readings or default_readings()
    members = read_members(eligibility)
    claims_of, adts_of = {}, {}
    for claim_id, lines in final_lines(claim_rows, as_of).items():
        claim = Claim(claim_id, lines, readings)
        claims_of.setdefault(claim.member, []).append(claim)
    seen = set()
    for r in adt_rows:
        content = tuple(sorted((k, clean(v)) for k, v in r.items()))
        if content not in seen and arrived(r, day(clean(r["admission_date"])), as_of):
            seen.add(content)
            adt = Adt(r, as_of, readings)
            adts_of.setdefault(adt.member, []).append(adt)
    out_stays, out_visits, out_indices = [], [], []
    for member_id in sorted(members):
        member = members[member_id]
        claims = sorted(claims_of.get(member_id, []), key=lambda c: c.id)
        adts = sorted(adts_of.get(member_id, []), key=lambda a: a.id)
        stays = build_stays(claims, adts, readings)
        for stay in stays:
            judge_planned(stay, ref, readings)
            judge_index(stay, member, ref, readings)
            judge_pqi(stay, member, ref, readings)
        judge_readmission(stays, member, as_of, readings)
        visits = build_ed(member_id, claims, adts, stays, ref, as_of, readings)
        for s in stays:
            out_stays.append({
                "member_id": member_id,
                "admit_date": text_of(s.admit),
                "discharge_date": text_of(s.discharge),
                "length_of_stay": str((s.discharge - s.admit).days) if s.discharge else "",
                "facility_npi": s.facility or "",
                "discharge_disposition_code": s.disposition or "",
                "principal_diagnosis_code": s.principal or "",
                "final_principal_diagnosis": s.final_principal or "",
                "drg_code": s.drg or "",
                "stay_type": s.stay_type,
                "age_at_admit": str(s.age),
                "source": s.source,
                "claim_ids": "|".join(s.claim_ids),
                "admission_ids": "|".join(s.admission_ids),
                "code_basis": s.basis,
                "is_planned": flag(s.planned),
                "planned_rule": s.rule,
                "is_index": flag(s.is_index),
                "index_exclusion": s.index_exclusion,
                "readmit30": flag(s.readmit30),
                "days_to_readmission": "" if s.days_to is None else str(s.days_to),
                "readmit_claim_ids": s.readmission.ids() if s.readmission else "",
                "died": flag(s.died),
                "pqi": "|".join(s.pqi),
                "pqi_exclusion": "|".join(s.pqi_exclusion),
            })
        for date, facility, code, unclassified in visits:
            out_visits.append(dict(zip(ED_COLUMNS, (member_id, text_of(date), facility or "", code or "", unclassified))))
        out_indices.append(build_indices(member_id, claims, adts, stays, visits, ref, as_of, readings))
    return out_stays, out_visits, out_indices


def write(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    inputs = [table(os.path.join(args.inputs, name + ".csv")) for name in ("eligibility", "medical_claim", "admission")]
    stays, visits, indices = expected(*inputs, Reference(args.reference), day(args.as_of))
    os.makedirs(args.out, exist_ok=True)
    write(os.path.join(args.out, "expected_stays.csv"), STAY_COLUMNS, stays)
    write(os.path.join(args.out, "expected_ed_visits.csv"), ED_COLUMNS, visits)
    write(os.path.join(args.out, "expected_indices.csv"), INDEX_COLUMNS, indices)


if __name__ == "__main__":
    main()
