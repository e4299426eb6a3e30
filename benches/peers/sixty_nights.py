"""Sixty nights of one synthetic population, each listed with the memory of the night before and ranked anew.

    pip install numpy polars
    cargo build --release
    python benches/peers/sixty_nights.py --lamplight target/release/lamplight

Every night is the same population of `synth`, one day later, with one roster. *Memory* is one output folder over all
nights, so that last night's run is an input; *anew* is a fresh folder each night. Two series: the demonstration models
as in `config/sample.toml`, and the published indices alone. Judged are the people on the list without a clock, since a
clock is never cut:

- churn: of last night's, the share that is off tonight's list for its rank alone (on neither list nor suppressed);
- Jaccard: people on both nights' lists over people on either; flicker: on tonight's list, off last night's, on one of
  the seven nights before it. Both count the whole list. Every count must equal `list_stability` of the manifest;
- PPV: over all nights, the share with an avoidable (PQI) admission in the 90 days after the night, as a run on the
  same population 180 days after the last night sees it.

A list with memory is longer than one ranked anew: who ranks beyond the length stays while within the exit length. So
*anew, as long* gives the same nights' fresh order, cut at as many people without a clock as memory listed. Differences
are over resamples of members, shared by the arms. Nobody in the simulation is called, so no contact takes anyone off
the list, and no call prevents anything. The histories of `synth` begin on a first of July, so all nights should lie
between two of them. Seeded.
"""

import argparse
import datetime
import json
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

HORIZON, FLICKER, LATER = 90, 7, 180
ROOT = Path(__file__).resolve().parents[2]
SERIES = {
    "demonstration models": f'use = ["demo/avoid_hosp_90", "demo/readmit30"]\nallow_demo_model = true\nfolder = "{ROOT}/models"\n',
    "published indices": "use = []\n",
}
ARMS = ("memory", "anew", "anew, as long")


def quiet(*words):
    """Runs a command; its log is shown only when it fails."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{done.args}\n{done.stderr}")


def extracts(args, day, folder):
    """The population as it had arrived on a day, and the part of a configuration that names it."""
    quiet(args.lamplight, "synth", "--members", args.members, "--seed", args.seed, "--years", 2, "--as-of", day,
          "--format", "parquet", "--out", folder)
    text = f'[run]\nas_of = "{day}"\nthreads = 1\nkeep_runs = 3\n[output]\nformats = ["parquet"]\n'
    for path in sorted(folder.glob("*.parquet")):
        if path.stem not in ("truth", "care_manager", "caseload"):
            text += f'[extracts.{path.stem}]\npath = "{path}"\nmax_bad_share = 1.0\n'
    return text


def evening(run):
    """People of a run: listed, listed without a clock, suppressed, the queue without a clock, and what it counted."""
    rows = pl.read_parquet(run / "outreach.parquet", columns=["member_id", "clock"])
    free = rows.filter(pl.col("clock").is_null() | (pl.col("clock") == ""))
    queue = pl.read_parquet(run / "contact_queue.parquet").filter(~pl.col("clock") & (pl.col("outcome") != "HOUSEHOLD"))
    suppressed = pl.read_csv(run / "suppressed.csv", infer_schema_length=0)
    return dict(listed=set(rows["member_id"]), free=set(free["member_id"]), suppressed=set(suppressed["member_id"]),
                queue=queue.sort("place")["member_id"].to_list(),
                told=json.loads((run / "manifest.json").read_text())["list_stability"])


def changed(nights):
    """Churn, Jaccard and flicker of each night but the first, and the counts the manifest should hold."""
    out = []
    for n in range(1, len(nights)):
        before, now = nights[n - 1], nights[n]
        left = len(before["free"] - now["listed"] - now["suppressed"])
        both, either = len(before["listed"] & now["listed"]), len(before["listed"] | now["listed"])
        lately = set().union(*(e["listed"] for e in nights[max(0, n - FLICKER) : n - 1]))
        back = len((now["listed"] - before["listed"]) & lately)
        out.append(dict(churn=left / max(1, len(before["free"])), left=left, jaccard=both / max(1, either), flicker=back,
                        per_mille=(both * 1000 + either // 2) // max(1, either)))
    return out


def avoidable(args, day, folder):
    """Days of every member's avoidable admissions, as seen much later."""
    config = folder / "later.toml"
    config.write_text(extracts(args, day, folder / "later") + f'[extracts.care_manager]\npath = "{folder}/roster.csv"\n')
    quiet(args.lamplight, "run", "--config", config, "--out", folder / "later-out")
    stays = pl.read_parquet(folder / "later-out/current/measures/stays.parquet").filter(pl.col("pqi") != "")
    out = {}
    for member, day in stays.select("member_id", "admit_date").iter_rows():
        out.setdefault(member, []).append(day)
    return out


def judged(days, lists, events, members):
    """Nights on the list and of them nights followed by an event, by member."""
    nights, hits = np.zeros(len(members)), np.zeros(len(members))
    for day, people in zip(days, lists):
        for m in people:
            nights[members[m]] += 1
            hits[members[m]] += any(0 < (e - day).days <= HORIZON for e in events.get(m, ()))
    return nights, hits


def simulated(args, folder):
    """Every evening of every series, with memory and anew, and the avoidable admissions."""
    days = [datetime.date.fromisoformat(args.first) + datetime.timedelta(n) for n in range(args.nights)]
    share = {"RN": 0.6, "LCSW": 0.2, "CHW": 0.2}
    (folder / "roster.csv").write_text(
        "care_manager_id,discipline,languages,licensed_states,focus,status,fte,new_contacts_per_day\n"
        + "".join(f"N{d},{d},en|es,FL|GA|OH|PA|TX,general,active,1,{args.contacts * s:g}\n" for d, s in share.items())
    )
    seen = {(s, arm): [] for s in SERIES for arm in ARMS[:2]}
    for n, day in enumerate(days):
        config = extracts(args, day, folder / "night") + f'[extracts.care_manager]\npath = "{folder}/roster.csv"\n'

        def one(key):
            series, arm = key
            path, out = (folder / f"{series}-{arm}{end}" for end in (".toml", "-out"))
            path.write_text(config + "[models]\n" + SERIES[series])
            if arm == "anew":
                shutil.rmtree(out, ignore_errors=True)
            quiet(args.lamplight, "run", "--config", path, "--out", out)
            return evening(out / "current")

        with ThreadPoolExecutor(args.jobs) as pool:
            for key, what in zip(seen, pool.map(one, seen)):
                seen[key].append(what)
        shutil.rmtree(folder / "night")
        print(f"\r{n + 1} of {args.nights} nights", end="", flush=True)
    print()
    return days, seen, avoidable(args, days[-1] + datetime.timedelta(LATER), folder)


def report(args, series, days, seen, events):
    """One series as tables."""
    nights = {arm: seen[series, arm] for arm in ARMS[:2]}
    moved = {arm: changed(e) for arm, e in nights.items()}
    for night, own in zip(nights["memory"][1:], moved["memory"]):
        told = night["told"]
        assert (told["left_by_rank"], told["flicker_7d"], told["jaccard_per_mille"]) == (
            own["left"], own["flicker"], own["per_mille"]), (told, own)
    lists = {arm: [e["free"] for e in nights[arm]] for arm in ARMS[:2]}
    lists[ARMS[2]] = [set(a["queue"][: len(m["free"])]) for m, a in zip(nights["memory"], nights["anew"])]
    everyone = {m: k for k, m in enumerate(sorted(set().union(*(s for each in lists.values() for s in each))))}
    counts = {arm: judged(days, each, events, everyone) for arm, each in lists.items()}
    print(f"\n{series}: {args.members:,} members, seed {args.seed}, {args.nights} nights from {days[0]}, {args.contacts} contacts a night\n")
    print("| arm | listed a night | without a clock | churn, mean | worst night | nights over 10 % | Jaccard, mean | flicker, 7 days, a night | "
          "events in 90 days, a night | PPV |\n|---|---|---|---|---|---|---|---|---|---|")
    for arm in ARMS:
        n, hits = counts[arm]
        if arm in moved:
            churn = [c["churn"] for c in moved[arm]]
            words = [f"{np.mean([len(e['listed']) for e in nights[arm]]):.1f}", f"{n.sum() / args.nights:.1f}", f"{np.mean(churn):.1%}",
                     f"{max(churn):.1%}", str(sum(c > 0.1 for c in churn)), f"{np.mean([c['jaccard'] for c in moved[arm]]):.3f}",
                     f"{np.mean([c['flicker'] for c in moved[arm]]):.2f}"]
        else:
            words = ["", f"{n.sum() / args.nights:.1f}", "", "", "", "", ""]
        print("| " + " | ".join([arm, *words, f"{hits.sum() / args.nights:.1f}", f"{hits.sum() / n.sum():.4f}"]) + " |")
    # People never listed weigh nothing: a Poisson weight for each of the others is a resample of all members.
    weights = np.random.default_rng(1).poisson(1.0, (args.resamples, len(everyone)))
    drawn = {arm: (weights @ hits) / (weights @ n) for arm, (n, hits) in counts.items()}
    print("\n| PPV, memory less | difference | 95 % interval, paired | people ever listed | of them with an event while listed |\n|---|---|---|---|---|")
    ppv = {arm: hits.sum() / n.sum() for arm, (n, hits) in counts.items()}
    for arm in ARMS[1:]:
        low, high = np.percentile(drawn["memory"] - drawn[arm], [2.5, 97.5])
        print(f"| {arm} | {ppv['memory'] - ppv[arm]:+.4f} | {low:+.4f} to {high:+.4f} | {(counts[arm][0] > 0).sum()} | {(counts[arm][1] > 0).sum()} |")
    extra = [m["free"] - a["free"] for m, a in zip(nights["memory"], nights["anew"])]
    gone = [a["free"] - m["free"] for m, a in zip(nights["memory"], nights["anew"])]
    for words, each in (("only with memory", extra), ("only anew", gone)):
        n, hits = judged(days, each, events, everyone)
        print(f"{words}: {n.sum() / args.nights:.1f} people a night, PPV {hits.sum() / max(1, n.sum()):.4f}")


def main():
    """Simulates, then reports."""
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--lamplight", default="target/release/lamplight", help="the binary")
    a.add_argument("--members", type=int, default=10000)
    a.add_argument("--seed", type=int, default=7)
    a.add_argument("--nights", type=int, default=60)
    a.add_argument("--first", default="2026-07-01", help="the first night")
    a.add_argument("--contacts", type=int, default=160, help="contacts of the staff a night")
    a.add_argument("--jobs", type=int, default=2, help="runs at a time")
    a.add_argument("--resamples", type=int, default=2000)
    args = a.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        days, seen, events = simulated(args, Path(name))
    for series in SERIES:
        report(args, series, days, seen, events)
    print(f"\n{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
