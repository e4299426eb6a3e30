"""Lamplight beside LightGBM on UCI Diabetes-130, on the same rows, in one run.

    pip install lightgbm pandas scikit-learn
    cargo build --release
    python benches/peers/uci.py --data diabetic_data.csv --lamplight target/release/lamplight

Every encounter that did not end in death or hospice; learned on patients whose number ends in 3 to 9, judged on 0 to 2;
the 44 columns of the row itself. Lamplight is run by its commands alone (`train --table`, `score --table`) with the
booster's defaults, and its seconds are those of whole commands, reading and writing included. LightGBM gets the same
columns as native categories; its rounds come from five folds by patient of the training part. Differences are Lamplight
less LightGBM, over resamples of patients that both share. Nothing is tuned on the judged part. Seeded.

Speeds are of the judged rows copied to about a million, so that starting a process does not weigh; the best of three
where one is short.
LightGBM's are of a matrix in memory, its fastest way: no file is read, no reason named, nothing written; contributions
are timed once, on a sixteenth of the rows. Beside them stand Lamplight's whole command, which reads and writes files, and
its learner alone on a table in memory (`cargo bench --bench learners`, built before the clock starts).
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

NUMERIC = (
    "age_mid time_in_hospital num_lab_procedures num_procedures num_medications number_outpatient number_emergency "
    "number_inpatient number_diagnoses"
).split()
CATEGORICAL = (
    "race gender admission_type_id discharge_disposition_id admission_source_id payer_code medical_specialty "
    "diag_1_group diag_2_group diag_3_group max_glu_serum A1Cresult metformin repaglinide nateglinide chlorpropamide "
    "glimepiride acetohexamide glipizide glyburide tolbutamide pioglitazone rosiglitazone acarbose miglitol "
    "troglitazone tolazamide insulin glyburide-metformin glipizide-metformin glimepiride-pioglitazone "
    "metformin-rosiglitazone metformin-pioglitazone change diabetesMed"
).split()
# Strack et al. 2014, table 2: first and last three-digit ICD-9 category, or one category.
GROUPS = {
    "Circulatory": [(390, 459), (785, 785)],
    "Respiratory": [(460, 519), (786, 786)],
    "Digestive": [(520, 579), (787, 787)],
    "Injury": [(800, 999)],
    "Musculoskeletal": [(710, 739)],
    "Genitourinary": [(580, 629), (788, 788)],
    "Neoplasms": [(140, 239)],
}
PEERS = {
    "LightGBM, settings of Lamplight's booster": dict(
        num_leaves=16, learning_rate=0.06, min_data_in_leaf=50, feature_fraction=0.5, bagging_fraction=0.8,
        bagging_freq=1, lambda_l2=10.0, path_smooth=50.0,
    ),
    "LightGBM, its defaults at rate 0.05": dict(learning_rate=0.05),
}


def diagnosis(code):
    """The group of an ICD-9 code."""
    if code == "?":
        return "?"
    if code.startswith("250"):
        return "Diabetes"
    if not code[0].isdigit():
        return "Other"
    category = int(float(code))
    for name, spans in GROUPS.items():
        if any(low <= category <= high for low, high in spans):
            return name
    return "Other"


def cohort(path):
    """Encounters in order of their number, with the derived columns."""
    d = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    d = d[~d.discharge_disposition_id.isin(["11", "13", "14", "19", "20", "21"])].copy()
    d["order"] = d.encounter_id.astype(int)
    d["patient"] = d.patient_nbr.astype(int)
    d = d.sort_values("order").reset_index(drop=True)
    d["age_mid"] = d.age.str.extract(r"\[(\d+)-")[0].astype(int) + 5
    for k in (1, 2, 3):
        d[f"diag_{k}_group"] = d[f"diag_{k}"].map(diagnosis)
    d["y"] = (d.readmitted == "<30").astype(int)
    return d


def encoded(train, test, categorical):
    """Both parts for LightGBM: levels of under 50 training rows become one."""
    a, b = train[NUMERIC].astype(float), test[NUMERIC].astype(float)
    for c in categorical:
        counts = train[c].value_counts()
        keep = sorted(counts[counts >= 50].index)
        levels = keep + ["Rare"]
        a[c] = pd.Categorical(train[c].where(train[c].isin(keep), "Rare"), categories=levels)
        b[c] = pd.Categorical(test[c].where(test[c].isin(keep), "Rare"), categories=levels)
    return a, b


def slope(y, p, weight=None):
    """Slope and intercept of y on logit(p), and the intercept with the slope held at 1, by Newton steps."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    z = np.log(p / (1 - p))
    w = np.ones(len(y)) if weight is None else weight
    beta = np.array([0.0, 1.0])
    for _ in range(6):
        q = 1 / (1 + np.exp(-beta[0] - beta[1] * z))
        h, g = w * q * (1 - q), w * (y - q)
        cross = h @ z
        beta = beta + np.linalg.solve([[h.sum(), cross], [cross, h @ (z * z)]], [g.sum(), g @ z])
    level = 0.0
    for _ in range(6 if weight is None else 0):
        q = 1 / (1 + np.exp(-z - level))
        level += (w * (y - q)).sum() / (w * q * (1 - q)).sum()
    return beta[1], level


def figures(y, p, order):
    """Point figures of one learner."""
    n = len(y)
    by = np.lexsort((order, p))
    bins = (np.arange(n) * 10) // n
    ece = sum(abs(p[by][bins == b].mean() - y[by][bins == b].mean()) * (bins == b).mean() for b in range(10))
    top = np.lexsort((order, -p))[: int(np.ceil(0.05 * n))]
    s, level = slope(y, p)
    return dict(auroc=roc_auc_score(y, p), ap=average_precision_score(y, p), brier=brier_score_loss(y, p), slope=s,
                level=level, ece=ece, ppv=y[top].mean())


def resampled(y, patients, columns, resamples):
    """AUROC and slope of every column over the same resamples of patients."""
    rng = np.random.default_rng(1)
    codes, _ = pd.factorize(patients)
    n = codes.max() + 1
    ranks = [np.unique(p, return_inverse=True)[1] for p in columns]
    out = np.zeros((resamples, len(columns), 2))
    for r in range(resamples):
        w = np.bincount(rng.integers(0, n, n), minlength=n)[codes].astype(float)
        for k, p in enumerate(columns):
            ones, zeros = (np.bincount(ranks[k], w * side) for side in (y, 1 - y))
            out[r, k] = ones @ (zeros.cumsum() - zeros / 2) / (ones.sum() * zeros.sum()), slope(y, p, w)[0]
    return out


def command(binary, threads, *arguments):
    """Runs one command of Lamplight."""
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    subprocess.run([binary, *map(str, arguments)], check=True, env=env, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def learners(threads, table, *models):
    """Rows a second of the learner alone, one dictionary a model."""
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    root = Path(__file__).resolve().parents[2]
    bench = ["cargo", "bench", "--quiet", "--bench", "learners", "--", str(table), *map(str, models)]
    done = subprocess.run(bench, check=True, env=env, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def clocks():
    """Wall and CPU seconds so far, ended children included."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return np.array([time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime])


def best(repeats, work):
    """Wall and CPU seconds, each the least of several runs; a long one is not repeated."""
    seconds = []
    while len(seconds) < repeats and sum(s[0] for s in seconds) < 20:
        begun = clocks()
        work()
        seconds.append(clocks() - begun)
    return np.min(seconds, axis=0)


def lamplight(binary, folder, train, test, numeric, categorical, learner, args):
    """Probabilities of the judged rows, seconds of training, and seconds of scoring the copied rows."""
    names = ["encounter_id", "patient_nbr", *numeric, *categorical, "readmitted"]
    train[names].to_csv(folder / "train.csv", index=False)
    test[names].to_csv(folder / "test.csv", index=False)
    quoted = lambda words: ", ".join(f'"{w}"' for w in words)
    (folder / "spec.toml").write_text(
        f'id = "encounter_id"\ngroup = "patient_nbr"\norder = "encounter_id"\nmissing = ["?"]\nlearner = "{learner}"\n'
        f'seed = 1\n[label]\ncolumn = "readmitted"\npositive = ["<30"]\n'
        f"[features]\nnumeric = [{quoted(numeric)}]\ncategorical = [{quoted(categorical)}]\n"
    )
    model, scored = folder / f"model_{learner}", folder / f"scored_{learner}.csv"
    fit = best(1, lambda: command(binary, args.threads, "train", "--table", folder / "train.csv", "--spec", folder / "spec.toml",
                                  "--out", model))
    command(binary, args.threads, "score", "--table", folder / "test.csv", "--model", model, "--out", scored)
    got = pd.read_csv(scored, dtype={"id": str}).set_index("id").probability
    big = folder / "copied.csv"
    if not big.exists():
        each = [test[names].assign(encounter_id=test.encounter_id + f"{k:03}") for k in range(args.copies)]
        pd.concat(each).to_csv(big, index=False)
    score = best(args.repeats, lambda: command(binary, args.threads, "score", "--table", big, "--model", model, "--out", scored))
    return got.loc[test.encounter_id].to_numpy(), fit, score


def peer(settings, train, x, xt, args):
    """Probabilities of the judged rows; seconds of folds and fit; of predictions and contributions of the copied rows."""
    threads = args.threads
    params = {**settings, "objective": "binary", "num_threads": threads, "verbose": -1, "seed": 1, "deterministic": True}
    fold = (train.patient // 10) % 5
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)]
    begun = clocks()
    data = lgb.Dataset(x, train.y, params=params, free_raw_data=False)
    cv = lgb.cv(params, data, 1200, folds=folds, callbacks=[lgb.early_stopping(40, verbose=False)])
    rounds = len(cv["valid binary_logloss-mean"])
    chosen = clocks()
    booster = lgb.train(params, lgb.Dataset(x, train.y, params=params), rounds)
    fitted = clocks()
    p = booster.predict(xt, num_threads=threads)
    codes = np.column_stack([xt[c].cat.codes if c not in NUMERIC else xt[c] for c in xt]).astype(float)
    copied = np.tile(codes, (args.copies, 1))
    assert np.array_equal(booster.predict(codes, num_threads=threads), p)
    predict = best(args.repeats, lambda: booster.predict(copied, num_threads=threads))
    some = copied[: len(copied) // 16]
    told = best(1, lambda: booster.predict(some, pred_contrib=True, num_threads=threads)) * len(copied) / len(some)
    return p, rounds, fitted - begun, fitted - chosen, predict, told


def compare(d, categorical, args, title):
    """One comparison, printed as tables."""
    judged = (d.patient % 10).isin([0, 1, 2])
    train, test = d[~judged].reset_index(drop=True), d[judged].reset_index(drop=True)
    x, xt = encoded(train, test, categorical)
    y, order = test.y.to_numpy(), test.order.to_numpy()
    many, load = len(test) * args.copies, os.getloadavg()[0]
    rows, own = [], {}
    with tempfile.TemporaryDirectory() as name:
        for learner in ("boosted", "logistic"):
            p, fit, score = lamplight(args.lamplight, Path(name), train, test, NUMERIC, categorical, learner, args)
            rows.append((f"Lamplight {learner}", p))
            own[learner] = fit, score
        if args.copies > 1:
            models = [Path(name) / f"model_{learner}" for learner in own]
            alone = dict(zip(own, learners(args.threads, Path(name) / "copied.csv", *models)))
    peers = []
    for label, settings in PEERS.items():
        p, rounds, *seconds = peer(settings, train, x, xt, args)
        rows.append((f"{label} ({rounds} rounds)", p))
        peers.append((label, *seconds))
    draws = resampled(y, test.patient, [r[1] for r in rows], args.resamples)
    print(f"\n{title}: {len(train):,} rows ({train.y.sum():,} events) teach, {len(test):,} rows ({y.sum():,} events) judge; "
          f"{args.resamples} resamples of patients\n")
    print("| learner | AUROC | average precision | Brier | calibration slope | in the large | ECE, ten bins | top 5 %: PPV |\n"
          "|---|---|---|---|---|---|---|---|")
    for k, (label, p) in enumerate(rows):
        f = figures(y, p, order)
        (a, b), (c, e) = (np.percentile(draws[:, k, m], [2.5, 97.5]) for m in (0, 1))
        print(f"| {label} | {f['auroc']:.4f} ({a:.4f}–{b:.4f}) | {f['ap']:.4f} | {f['brier']:.5f} | {f['slope']:.3f} "
              f"({c:.3f}–{e:.3f}) | {f['level']:+.3f} | {f['ece']:.4f} | {f['ppv']:.3f} |")
    print("\n| Lamplight boosted less | AUROC | 95 % interval, paired | top 5 %: PPV |\n|---|---|---|---|")
    first = figures(y, rows[0][1], order)
    for k, (label, p) in enumerate(rows[1:], start=1):
        f = figures(y, p, order)
        low, high = np.percentile(draws[:, 0, 0] - draws[:, k, 0], [2.5, 97.5])
        print(f"| {label} | {first['auroc'] - f['auroc']:+.4f} | {low:+.4f} to {high:+.4f} | {first['ppv'] - f['ppv']:+.3f} |")
    if args.copies == 1:
        return
    print(f"\n{args.threads} threads, load {load:.2f} before; scoring {many:,} rows; wall / CPU\n")
    both = lambda pair, form: " / ".join(format(v, form) for v in pair)
    print("| | training, s | rows a second, whole command with reasons | learner alone, rows a second of wall: probabilities | "
          "with contributions and reasons |\n|---|---|---|---|---|")
    for learner, (fit, score) in own.items():
        a = alone[learner]
        print(f"| Lamplight {learner} | {both(fit, '.1f')} | {both(many / score, ',.0f')} | {a['probabilities_per_s']:,.0f} | "
              f"{a['with_reasons_per_s']:,.0f} |")
    print("\n| | folds and fit, s | last fit, s | rows a second, probabilities | rows a second, contributions |\n|---|---|---|---|---|")
    for label, whole, fit, predict, told in peers:
        print(f"| {label} | {both(whole, '.1f')} | {both(fit, '.1f')} | {both(many / predict, ',.0f')} | {both(many / told, ',.0f')} |")
    fit, score = own["boosted"]
    a = alone["boosted"]
    print("\n| Lamplight boosted over | training over folds and fit | probabilities, learner alone | reasons, learner alone, over "
          "contributions | whole command with reasons over contributions |\n|---|---|---|---|---|")
    for label, whole, _, predict, told in peers:
        print(f"| {label} | {both(fit / whole, '.2f')} | {a['probabilities_per_s'] * predict[0] / many:.1f} | "
              f"{a['with_reasons_per_s'] * told[0] / many:.1f} | {both(told / score, '.2f')} |")


def main():
    """Both comparisons."""
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--data", required=True, help="diabetic_data.csv of UCI dataset 296")
    a.add_argument("--lamplight", default="target/release/lamplight", help="the binary")
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--resamples", type=int, default=1000)
    a.add_argument("--copies", type=int, default=34, help="copies of the judged rows that speeds are taken of")
    a.add_argument("--repeats", type=int, default=3, help="of scoring; the best counts")
    args = a.parse_args()
    d = cohort(args.data)
    compare(d, CATEGORICAL, args, "With the race column")
    args.copies, args.repeats = 1, 1  # the speeds above stand for both
    compare(d, [c for c in CATEGORICAL if c != "race"], args, "Without the race column")


if __name__ == "__main__":
    main()
