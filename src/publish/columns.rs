//! The dictionary of every output table: the one place where their columns are named. `lamplight schema
//! outputs` prints it. Refuses to fill a table.

use super::table::{Column, Kind, TableSpec};

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, meaning }
}
const fn int(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Integer, meaning }
}
const fn num(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Number, meaning }
}
const fn date(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Date, meaning }
}
const fn flag(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Flag, meaning }
}

const MEMBER: Column = text("member_id", "member");

/// `outreach`.
pub const OUTREACH: TableSpec = TableSpec {
    name: "outreach",
    grain: "person to contact, in order",
    columns: &[
        int("rank", "place on the list, from 1"),
        MEMBER,
        text("list_status", "new, continuing, returned"),
        text("stream", "transition, override, rising, high_risk"),
        int("tier", "1 highest … 4"),
        num("priority", "product of the five parts"),
        num("probability", "residual readmission in a transition, else avoidable hospitalization in 90 days, 0..1"),
        num("impactability", "how much a contact is taken to change, by driver"),
        num("reach", "chance that a contact succeeds"),
        num("not_yet_engaged", "1 when nobody works with the person yet"),
        num("time_value", "2 on the discharge day falling to 1 after 30 days; 1 without a discharge"),
        text("ordered_by", "clock, override, expected benefit (a trained model) or the published indices"),
        int("pqi_stays_12m", "avoidable stays in 12 months"),
        flag("flag_2ip", "two or more stays in a year"),
        int("elixhauser_readmission", "Elixhauser readmission index"),
        text("clock", "tcm_contact, tcm_visit, authorization_urgent; empty without one"),
        date("due", "the clock's due day"),
        int("slack_hours", "business hours left (8 a day), negative when late"),
        num(
            "avoid_hosp_90",
            "avoidable stay in 90 days, 0..1: by the trained model, else AHRQ's rate by age, sex and county",
        ),
        num("readmit30", "by the trained model, else LACE's expected risk of death or readmission"),
        num("readmit30_residual", "what is left of it"),
        num("percentile", "rank among scored adults, 0..100"),
        text("reason_1", "plain words with evidence date and id"),
        text("reason_2", "see reason_1"),
        text("reason_3", "see reason_1"),
        text("reason_4", "see reason_1"),
        text("reason_5", "see reason_1"),
        text("what_changed", "against the previous run"),
        text("suggested_action", "first thing to do"),
        text("suggested_discipline", "who should"),
        text("responsibility", "which part of care management it serves"),
        text("care_manager_id", "assigned manager, else who makes tonight's contact"),
        int("days_on_list", "nights in this spell"),
    ],
};

/// `transitions`.
pub const TRANSITIONS: TableSpec = TableSpec {
    name: "transitions",
    grain: "live discharge in its transition period",
    columns: &[
        MEMBER,
        text("stay_id", "stay, or source id of an observation or SNF discharge"),
        text("setting", "inpatient, observation, snf"),
        date("discharge_date", "discharge"),
        text("discharge_disposition_code", "disposition"),
        flag("ama", "left against medical advice"),
        flag("is_index", "counts as an index discharge"),
        flag("complex", "tier 1 by risk, or four Elixhauser conditions"),
        date("contact_due", "two business days"),
        date("contacted_on", "first success, or second attempt, by the due day"),
        date("visit_due", "7 days when complex, else 14"),
        date("visited_on", "first visit"),
        date("period_end", "discharge + 29"),
        flag("pending_claims", "claims may still be on their way"),
        text(
            "state",
            "died, readmitted, destination_ineligible, period_over, visit_done, missed_visit, contacted, missed_contact, open",
        ),
        int("slack_business_days", "of the clock that runs; empty when none runs"),
        text("care_manager_id", "who works the clock"),
    ],
};

/// `suppressed`.
pub const SUPPRESSED: TableSpec = TableSpec {
    name: "suppressed",
    grain: "person not contacted",
    columns: &[
        MEMBER,
        text("code", "first suppression that holds"),
        date("until_date", "when it ends, if it has a date"),
        text("until", "when it ends, in words"),
        text("detail", "what it rests on"),
        flag("palliative_review", "end-of-life route, to be reviewed"),
        flag("clock_running", "a transition clock runs all the same"),
    ],
};

/// `not_scored`.
pub const NOT_SCORED: TableSpec = TableSpec {
    name: "not_scored",
    grain: "enrolled member and score that could not be given",
    columns: &[
        MEMBER,
        text("score_id", "score"),
        int("horizon_days", "days ahead"),
        text("status", "not_scored:<reason>"),
    ],
};

/// `overflow`.
pub const OVERFLOW: TableSpec = TableSpec {
    name: "overflow",
    grain: "person the staff cannot reach tonight",
    columns: &[
        MEMBER,
        int("rank", "place in the full order"),
        text("reason", "CAPACITY or NO_ELIGIBLE_CM"),
        num("expected_events", "expected avoidable stays in 90 days that nobody works on"),
        int("tier", "tier"),
        num("priority", "product of the parts"),
        text("required_discipline", "disciplines of which one is needed, joined by |"),
        text("language", "language that must be spoken; empty when none must"),
        text("state", "state that must be licensed; empty when unknown"),
        text("missing", "what nobody on duty has; empty with reason CAPACITY"),
    ],
};

/// `contact_queue`.
pub const CONTACT_QUEUE: TableSpec = TableSpec {
    name: "contact_queue",
    grain: "person the staff was asked to take, in order",
    columns: &[
        MEMBER,
        int("place", "place in the full order, from 1"),
        text("outcome", "listed, HOLDOUT, HOUSEHOLD, CAPACITY, NO_ELIGIBLE_CM"),
        flag("clock", "a clock runs: never cut by length"),
        text("required_discipline", "disciplines of which one is needed, joined by |"),
        text("language", "language that must be spoken; empty when none must"),
        text("state", "state that must be licensed; empty when unknown"),
        text("working_manager_id", "who works an open case, or covers; empty without one"),
        int("household", "number shared by people of one phone; empty when nobody in the queue shares it"),
        flag("was_listed", "on the previous list"),
        int("nights_beyond", "nights in a row beyond the exit length before tonight"),
        text("draw", "contact, hold_out or held; empty outside the comparison"),
        num("reach", "chance that a contact succeeds, 0..1"),
        num("expected_events", "expected avoidable stays in 90 days; empty when not scored"),
    ],
};

/// `dropped`.
pub const DROPPED: TableSpec = TableSpec {
    name: "dropped",
    grain: "person on the previous list and not on tonight's",
    columns: &[MEMBER, text("reason", "suppression code, CAPACITY, NO_ELIGIBLE_CM or NO_CAUSE")],
};

/// `stranded_cases`.
pub const STRANDED: TableSpec = TableSpec {
    name: "stranded_cases",
    grain: "open case whose member died, left, lost the practice or is another id's double: to be closed or moved",
    columns: &[
        MEMBER,
        text("care_manager_id", "who holds the case"),
        date("since_date", "when the case was opened"),
        text("reason", "DECEASED, DISENROLLED, NOT_ATTRIBUTED or DUPLICATE"),
        text("detail", "what that rests on; the id that stays, for a double"),
    ],
};

/// `memory`.
pub const MEMORY: TableSpec = TableSpec {
    name: "memory",
    grain: "person listed in the last 180 days, or drawn to an arm in the last 730",
    columns: &[
        MEMBER,
        date("since", "first night of the spell"),
        date("last", "last night listed"),
        flag("listed", "listed tonight"),
        int("nights_beyond", "nights in a row beyond the exit length"),
        int("days_on_list", "nights in the spell"),
        int("tier", "tier then"),
        text("clock", "clock then"),
        num("priority", "priority then"),
        text("reasons", "reasons told then, joined by ` | `; sensitive conditions masked"),
        text("arm", "contact or hold_out, as first drawn; empty outside the comparison"),
        date("drawn", "first night a contact was free; empty outside the comparison"),
    ],
};

/// `scores`.
pub const SCORES: TableSpec = TableSpec {
    name: "scores",
    grain: "member and score",
    columns: &[
        MEMBER,
        text("stay_id", "stay, for scores of a discharge"),
        text("score_id", "avoid_hosp, avoid_ed, unplanned_admit, readmit30, readmit30_residual"),
        int("horizon_days", "days ahead"),
        num("probability", "0..1; empty when not scored"),
        num("percentile", "0..100 among those scored on this score and horizon"),
        text("status", "scored or not_scored:<reason>"),
        text("basis", "published_index or trained"),
        text("model_id", "index or model"),
    ],
};

/// `reasons`.
pub const REASONS: TableSpec = TableSpec {
    name: "reasons",
    grain: "member, score and reason",
    columns: &[
        MEMBER,
        text("score_id", "score"),
        int("rank", "strongest first, from 1"),
        text("reason", "plain words; sensitive conditions masked"),
        text(
            "driver",
            "transition, clinical, medication, behavioral, social; rest for the two lines that complete a sum",
        ),
        num(
            "contribution",
            "log-odds of a trained score (all lines of a score sum to its log-odds), or points in the index it belongs to; empty for context",
        ),
        date("evidence_date", "when"),
        text("evidence_id", "claim, admission or stay id; empty for a sensitive one"),
    ],
};

/// `measures/stays`.
pub const STAYS: TableSpec = TableSpec {
    name: "measures/stays",
    grain: "stay",
    columns: &[
        text("stay_id", "depends on the member and the source ids only"),
        MEMBER,
        date("admit_date", "first admission"),
        date("discharge_date", "last discharge; empty while open"),
        int("length_of_stay", "days; empty while open"),
        text("facility_npi", "last facility"),
        text("admit_source_code", "first row"),
        text("admit_type_code", "first row"),
        text("discharge_disposition_code", "last row"),
        text("principal_diagnosis_code", "first row"),
        text("final_principal_diagnosis", "last row"),
        text("drg_code", "first row"),
        text("stay_type", "acute or post_acute"),
        int("age_at_admit", "completed years"),
        text("source", "claim, admission, both"),
        text("claim_ids", "sorted, joined by |"),
        text("admission_ids", "sorted, joined by |"),
        text("code_basis", "icd10, mixed, icd9; empty without a code"),
        flag("is_planned", "empty for ICD-9 only"),
        text("planned_rule", "PR1, PR2, PR3"),
        flag("is_index", "index discharge"),
        text("index_exclusion", "first that holds"),
        flag("readmit30", "empty when it cannot be known"),
        text("readmit30_stay_id", "with a true label"),
        int("days_to_readmission", "with a true label"),
        flag("died", "in the stay"),
        text("pqi", "measures counted, joined by |; empty text when none, null for ICD-9 only"),
        text("pqi_exclusion", "measure:reason joined by |"),
        text("principal_ccsr", "CCSR default category of the principal; empty when not valid as one"),
        int("days_to_pcp_visit", "after a live discharge, 1..30"),
        flag("pcp_visit_7d", "primary-care visit within 7 days; empty until it can be known"),
        flag("pcp_visit_14d", "within 14 days"),
        flag("pcp_visit_30d", "within 30 days"),
    ],
};

/// `measures/pqi`.
pub const PQI: TableSpec = TableSpec {
    name: "measures/pqi",
    grain: "member, stay and PQI counted",
    columns: &[
        MEMBER,
        text("stay_id", "stay"),
        text("pqi", "single measure or composite"),
        date("admit_date", "admission"),
        text("evidence_id", "lowest source id of the stay"),
    ],
};

/// `measures/ed_visits`.
pub const ED_VISITS: TableSpec = TableSpec {
    name: "measures/ed_visits",
    grain: "ED visit",
    columns: &[
        MEMBER,
        date("visit_date", "day"),
        text("facility_npi", "facility"),
        text("diagnosis_code", "position 1"),
        num("emergent_not_preventable", "fraction"),
        num("emergent_preventable", "fraction"),
        num("emergent_primary_care_treatable", "fraction"),
        num("non_emergent", "fraction"),
        num("injury", "fraction"),
        num("psych", "fraction"),
        num("alcohol", "fraction"),
        num("drug", "fraction"),
        num("unclassified", "1 when the code is not listed"),
        text("pqe", "AHRQ PQE measures counted, joined by |; empty text when none, null when it cannot be judged"),
        text("evidence_id", "lowest source id"),
    ],
};

/// `measures/conditions`.
pub const CONDITIONS: TableSpec = TableSpec {
    name: "measures/conditions",
    grain: "member, scheme and condition",
    columns: &[
        MEMBER,
        text("scheme", "charlson, elixhauser, hfrs, hcc_v24, hcc_v28, ccsr, ccw"),
        text("condition", "name in the scheme"),
        flag("after_hierarchy", "still counted after the hierarchy; for ccw, enough claims"),
        date("first_date", "first mention in the scheme's window"),
        text("first_claim_id", "lowest id of that day"),
        date("last_date", "last mention"),
        text("last_claim_id", "lowest id of that day"),
    ],
};

/// `measures/indices`.
pub const INDICES: TableSpec = TableSpec {
    name: "measures/indices",
    grain: "member of eligibility",
    columns: &[
        MEMBER,
        int("charlson", "original weights, no age points"),
        int("charlson_quan2011", "Quan 2011 weights"),
        int("elixhauser_readmission", "index"),
        int("elixhauser_mortality", "index"),
        int("elixhauser_count", "measures after the hierarchy"),
        num("hfrs", "Hospital Frailty Risk Score"),
        num("raf_v24", "CMS-HCC V24 before normalisation and coding adjustment; empty unless scored"),
        num("raf_v28", "CMS-HCC V28, likewise"),
        text("raf_status", "scored, not_medicare, esrd, unknown_sex, icd9_only"),
        text("raf_basis", "unfiltered, or filtered by eligible procedures; empty unless scored"),
        text(
            "raf_segment",
            "cna, cnd, cpa, cpd, cfa, cfd, ins, ne: community non-, partial or full dual, aged or disabled; institutional; new enrollee",
        ),
        int("hcc_count_v24", "payment HCCs after the hierarchy"),
        int("hcc_count_v28", "payment HCCs after the hierarchy"),
        int("lace", "latest index discharge"),
        int("hospital", "HOSPITAL 2013 of the latest index discharge; empty while partial"),
        int("hospital_2016", "HOSPITAL 2016"),
        int("hospital_simplified", "HOSPITAL simplified 2017"),
        text("hospital_status", "complete, or partial: and the missing items; empty without an index discharge"),
        flag("flag_2ip", "two or more stays in a year"),
        text("elixhauser_poa", "full, partial, none"),
        text("code_basis", "icd10, mixed, icd9"),
        int("stays_12m", "stays in a year"),
        int("ed_visits_12m", "ED visits in a year"),
        int("pqi_stays_12m", "avoidable stays in a year"),
        int("ingredients_on_hand", "distinct ingredients; empty without supply data"),
        flag("polypharmacy_5", "five or more ingredients on hand"),
        flag("polypharmacy_10", "ten or more"),
        num("pdc_statins", "proportion of days covered, 0..1"),
        num("pdc_ras", "renin-angiotensin antagonists"),
        num("pdc_diabetes", "diabetes medicines but insulin"),
        flag("adherent_statins", "pdc_statins of 0.80 or more"),
        flag("adherent_ras", "pdc_ras of 0.80 or more"),
        flag("adherent_diabetes", "pdc_diabetes of 0.80 or more"),
        text(
            "pdc_status",
            "why a class has none: class:reason joined by |, or one shared reason; empty when all have one",
        ),
        int("opioid_benzo_days", "days of the year with an opioid and a benzodiazepine; empty without supply data"),
        text(
            "new_drug_after_discharge",
            "filled, not_filled, pending; empty without an index discharge in a year or fills",
        ),
        int("treating_providers", "rendering providers of ambulatory visits in a year"),
        num("fragmentation", "1 - coc"),
        int("frailty_markers", "distinct claim markers in a year; empty without ICD-10 codes"),
        flag("behavioral_health_12m", "psychiatric or substance-use care in a year"),
        num("coc", "continuity of care, 0..1; empty under four visits"),
        num("upc", "usual provider share, 0..1"),
        num("paid_12m", "dollars in a year"),
    ],
};

/// `measures/rates`.
pub const RATES: TableSpec = TableSpec {
    name: "measures/rates",
    grain: "month, payer and rate",
    columns: &[
        date("month", "first day; mature months only"),
        text("payer_type", "payer"),
        text("measure", "admissions, ed_visits, readmission_30d, pqi_NN, pqe_NN, paid_pmpm, paid_avoidable_pmpm"),
        int("observed", "events; empty for money"),
        num("expected", "by AHRQ's model of age, sex and county poverty; empty where there is none"),
        num("observed_to_expected", "O/E"),
        num("member_years", "exposure; index discharges for readmission_30d"),
        num("rate", "per 1,000 member-years; share of index discharges; dollars a member-month"),
        num("rate_low", "exact 95 % limit"),
        num("rate_high", "exact 95 % limit"),
        num("observed_to_expected_low", "exact 95 % limit of O/E"),
        num("observed_to_expected_high", "exact 95 % limit of O/E"),
        num("expected_age_sex", "by AHRQ's model of age and sex alone"),
        num("observed_to_expected_age_sex", "O/E by that model"),
    ],
};

/// `measures/needs`.
pub const NEEDS: TableSpec = TableSpec {
    name: "measures/needs",
    grain: "member and social domain",
    columns: &[
        MEMBER,
        text("domain", "Z55-Z65 family"),
        text("need", "yes, no, unknown, declined"),
        text("source", "screening or z_code; an area index is never a need"),
        date("evidence_date", "when"),
        text("evidence", "instrument, or claim id of the code"),
        text("open_referral_id", "referral of that domain"),
    ],
};

/// `measures/worklist`.
pub const WORKLIST: TableSpec = TableSpec {
    name: "measures/worklist",
    grain: "member and due item",
    columns: &[
        MEMBER,
        text(
            "item",
            "assessment, plan_review, goal, authorization, authorization_expiring, referral, fill, screening, medication_reconciliation",
        ),
        text("item_id", "its own id, class or domain"),
        text("detail", "service, class or domain"),
        date("due_date", "due"),
        flag("urgent", "urgent authorization"),
        int("slack_business_days", "negative when late"),
    ],
};

/// `quarantine`.
pub const QUARANTINE: TableSpec = TableSpec {
    name: "quarantine",
    grain: "rejected row",
    columns: &[
        text("extract", "extract"),
        text("file", "input file"),
        int("row", "line of a CSV, row of a Parquet file"),
        text("column", "column at fault"),
        text("reason_code", "why"),
        text("value", "what stood there; Parquet only"),
    ],
};

/// Every output table.
pub const TABLES: &[&TableSpec] = &[
    &OUTREACH,
    &TRANSITIONS,
    &SUPPRESSED,
    &NOT_SCORED,
    &OVERFLOW,
    &CONTACT_QUEUE,
    &DROPPED,
    &STRANDED,
    &MEMORY,
    &SCORES,
    &REASONS,
    &STAYS,
    &PQI,
    &ED_VISITS,
    &CONDITIONS,
    &INDICES,
    &RATES,
    &NEEDS,
    &WORKLIST,
    &QUARANTINE,
];
