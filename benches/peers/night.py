"""The same questions put to DuckDB's SQL and to polars, beside a whole `lamplight run`, in one sitting.

A competent analyst's version of four parts of the night, over the medical and admission extracts:
final claims (versions, reversals, voids), the 38 Elixhauser measures with their present-on-admission rule over two
years, stays as overlapping or touching 11x bills of a member, and the paid amount of a year. Neither peer judges rows, joins ADT
to claims by the whole rule, or writes evidence; Lamplight does all of that and everything else of a night.

    pip install duckdb polars
    lamplight synth --members 100000 --seed 7 --years 3 --as-of 2026-06-30 --out DATA
    python3 benches/peers/night.py --data DATA --lamplight target/release/lamplight

Prints CPU seconds and peak memory of each, for Lamplight also the CPU seconds of reading, timelines and all measures
(what the peers do a part of; the list, the caseload and the published files come after), each in a process of its own
at two threads, and whether the Elixhauser measures of every member agree. Machines are noisy: read the ratios.
"""
import argparse, csv, glob, json, os, resource, subprocess, sys, tempfile, textwrap, time

NIGHT = "2026-06-30"
HERE = os.path.dirname(os.path.abspath(__file__))
SETS = os.path.join(HERE, "..", "..", "config", "code-sets")


def table(name):
    (path,) = glob.glob(os.path.join(SETS, name, "*.csv"))
    return path


def requires_poa():
    with open(table("elixhauser_weights")) as f:
        return [r[0] for r in csv.reader(f) if r[1] == "Y"]


DX = 12
CODES = [f"diagnosis_code_{i}" for i in range(1, DX + 1)]
FLAGS = [f"diagnosis_poa_{i}" for i in range(1, DX + 1)]
NEEDED = ["member_id", "claim_id", "claim_line_number", "claim_start_date", "admission_date", "discharge_date",
          "received_date", "paid_date", "bill_type_code", "claim_version", "reversal_of_claim_id", "paid_amount", *CODES, *FLAGS]
COLUMNS = ", ".join(NEEDED)

SQL = f"""
CREATE TEMP TABLE map AS SELECT measure, code FROM read_csv('{{elixhauser}}', header=true, all_varchar=true);
CREATE TEMP TABLE line AS
  SELECT {COLUMNS} FROM read_parquet('{{data}}/medical_claim.parquet')
  WHERE coalesce(received_date, paid_date, claim_start_date) <= DATE '{NIGHT}' AND claim_start_date <= DATE '{NIGHT}'
    AND NOT (coalesce(bill_type_code,'') = '118' AND reversal_of_claim_id IS NULL);
CREATE TEMP TABLE gone AS SELECT DISTINCT reversal_of_claim_id AS claim_id FROM line WHERE reversal_of_claim_id IS NOT NULL;
CREATE TEMP TABLE final AS
  SELECT DISTINCT * FROM line WHERE reversal_of_claim_id IS NULL AND claim_id NOT IN (SELECT claim_id FROM gone)
  QUALIFY coalesce(claim_version,0) = max(coalesce(claim_version,0)) OVER (PARTITION BY member_id, claim_id);
CREATE TEMP TABLE dx AS
  {" UNION ALL ".join(f"SELECT member_id, claim_start_date AS day, starts_with(coalesce(bill_type_code,''),'11') AS inpatient, upper(replace(trim(diagnosis_code_{i}),'.','')) AS code, diagnosis_poa_{i} AS poa FROM final WHERE diagnosis_code_{i} IS NOT NULL" for i in range(1, DX + 1))}
  UNION ALL
  {" UNION ALL ".join(f"SELECT member_id, admission_date, false, upper(replace(trim(diagnosis_code_{i}),'.','')), NULL FROM read_parquet('{{data}}/admission.parquet') WHERE diagnosis_code_{i} IS NOT NULL AND coalesce(received_date, admission_date) <= DATE '{NIGHT}' AND admission_date <= DATE '{NIGHT}'" for i in range(1, 4))};
CREATE TEMP TABLE hit AS
  SELECT member_id, measure, inpatient AND coalesce(poa,'') IN ('N','U') AS absent FROM dx JOIN map USING (code)
  WHERE day > DATE '{NIGHT}' - INTERVAL 24 MONTH;
CREATE TEMP TABLE flags AS
  SELECT DISTINCT h.member_id, CASE WHEN measure IN ('cbvd_poa','cbvd_sqla') THEN 'cbvd' ELSE measure END AS measure FROM hit h
  WHERE CASE WHEN measure = 'cbvd_sqla' THEN h.member_id NOT IN (SELECT member_id FROM hit WHERE measure = 'cbvd_poa' AND absent)
             WHEN measure IN ({{poa}}) OR measure = 'cbvd_poa' THEN NOT absent ELSE true END;
CREATE TEMP TABLE stays AS
  WITH s AS (SELECT member_id, coalesce(min(admission_date), min(claim_start_date)) AS a, max(discharge_date) AS d FROM final
             WHERE starts_with(bill_type_code,'11') AND bill_type_code NOT IN ('110','115') GROUP BY member_id, claim_id),
       g AS (SELECT *, CASE WHEN a <= max(d) OVER (PARTITION BY member_id ORDER BY a, d ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS new FROM s),
       n AS (SELECT *, sum(new) OVER (PARTITION BY member_id ORDER BY a, d) AS stay FROM g)
  SELECT member_id, stay, min(a) AS admit, max(d) AS discharge FROM n GROUP BY member_id, stay;
CREATE TEMP TABLE paid AS SELECT member_id, sum(paid_amount) AS paid FROM final WHERE claim_start_date > DATE '{NIGHT}' - INTERVAL 365 DAY GROUP BY member_id;
COPY (SELECT * FROM flags ORDER BY ALL) TO '{{out}}' (HEADER);
"""


def duckdb_night(data, out):
    import duckdb
    con = duckdb.connect()
    con.execute("SET threads = 2")
    poa = ",".join(f"'{m}'" for m in requires_poa())
    con.execute(SQL.format(data=data, out=out, elixhauser=table("elixhauser"), poa=poa))
    print(con.execute("SELECT (SELECT count(*) FROM stays), (SELECT round(sum(paid)) FROM paid)").fetchone(), file=sys.stderr)


def polars_night(data, out):
    import polars as pl
    from datetime import date
    night = pl.date(2026, 6, 30)
    line = pl.scan_parquet(f"{data}/medical_claim.parquet").select(NEEDED).filter(
        (pl.coalesce("received_date", "paid_date", "claim_start_date") <= night) & (pl.col("claim_start_date") <= night)
        & ~((pl.col("bill_type_code").fill_null("") == "118") & pl.col("reversal_of_claim_id").is_null()))
    gone = line.filter(pl.col("reversal_of_claim_id").is_not_null()).select(claim_id="reversal_of_claim_id").unique()
    version = pl.col("claim_version").fill_null(0)
    final = (line.filter(pl.col("reversal_of_claim_id").is_null()).join(gone, on="claim_id", how="anti")
             .filter(version == version.max().over("member_id", "claim_id")).unique())
    mapping = pl.scan_csv(table("elixhauser"))
    bare = final.select("member_id", day="claim_start_date", inpatient=pl.col("bill_type_code").fill_null("").str.starts_with("11"), *CODES, *FLAGS)
    parts = [bare.select("member_id", "day", "inpatient", code=c, poa=f).filter(pl.col("code").is_not_null()) for c, f in zip(CODES, FLAGS)]
    adt = pl.scan_parquet(f"{data}/admission.parquet").filter(
        (pl.coalesce("received_date", "admission_date") <= night) & (pl.col("admission_date") <= night))
    parts += [adt.select("member_id", day="admission_date", inpatient=pl.lit(False), code=f"diagnosis_code_{i}", poa=pl.lit(None, pl.String)).filter(pl.col("code").is_not_null()) for i in range(1, 4)]
    hit = (pl.concat(parts).filter(pl.col("day") > date(2024, 6, 30))
           .with_columns(pl.col("code").str.strip_chars().str.replace_all(".", "", literal=True).str.to_uppercase())
           .join(mapping, on="code").with_columns(absent=pl.col("inpatient") & pl.col("poa").fill_null("").is_in(["N", "U"]))
           .select("member_id", "measure", "absent").unique().collect(engine="streaming"))
    barred = hit.filter((pl.col("measure") == "cbvd_poa") & pl.col("absent")).select("member_id").unique()
    sequela = hit.filter(pl.col("measure") == "cbvd_sqla").join(barred, on="member_id", how="anti")
    rest = hit.filter(pl.col("measure") != "cbvd_sqla").filter(~(pl.col("measure").is_in(requires_poa() + ["cbvd_poa"]) & pl.col("absent")))
    both = pl.concat([rest, sequela]).with_columns(pl.col("measure").replace({"cbvd_poa": "cbvd", "cbvd_sqla": "cbvd"}))
    both.select("member_id", "measure").unique().sort("member_id", "measure").write_csv(out)
    stays = (final.filter(pl.col("bill_type_code").str.starts_with("11") & ~pl.col("bill_type_code").is_in(["110", "115"]))
             .group_by("member_id", "claim_id").agg(a=pl.coalesce(pl.col("admission_date").min(), pl.col("claim_start_date").min()), d=pl.col("discharge_date").max())
             .sort("member_id", "a", "d").with_columns(new=(pl.col("a") > pl.col("d").cum_max().forward_fill().shift().over("member_id")).fill_null(True)).collect())
    paid = final.filter(pl.col("claim_start_date") > date(2025, 6, 30)).group_by("member_id").agg(pl.col("paid_amount").sum()).collect(engine="streaming")
    print((int(stays["new"].sum()), round(paid["paid_amount"].sum())), file=sys.stderr)


def timed(words, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.time()
    peak = 0
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, **more)
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0, words
    return used.ru_utime + used.ru_stime, time.time() - begun, used.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    p.add_argument("--lamplight")
    p.add_argument("--one", choices=["duckdb", "polars"])
    p.add_argument("--out")
    a = p.parse_args()
    if a.one:
        return (duckdb_night if a.one == "duckdb" else polars_night)(a.data, a.out)
    with tempfile.TemporaryDirectory() as tmp:
        config = os.path.join(tmp, "night.toml")
        with open(config, "w") as f:
            f.write(f'[run]\nas_of = "{NIGHT}"\nout = "{tmp}/out"\nthreads = 2\n')
            for e in ("eligibility", "medical_claim", "admission"):
                f.write(f'[extracts.{e}]\npath = "{os.path.abspath(a.data)}/{e}.parquet"\n')
        figures, answers = {}, {}
        for name in ("duckdb", "polars"):
            out = os.path.join(tmp, name + ".csv")
            env = dict(os.environ, POLARS_MAX_THREADS="2")
            figures[name] = timed([sys.executable, __file__, "--data", a.data, "--one", name, "--out", out], env=env)
            with open(out) as f:
                answers[name] = {tuple(r) for r in list(csv.reader(f))[1:]}
        figures["lamplight run"] = timed([a.lamplight, "run", "--config", config], stderr=subprocess.DEVNULL)
        import duckdb
        rows = duckdb.sql(f"SELECT member_id, condition FROM read_parquet('{tmp}/out/current/measures/conditions.parquet') WHERE scheme = 'elixhauser'").fetchall()
        ours = {(m, c) for m, c in rows}
        with open(f"{tmp}/out/current/timings.json") as f:
            stages = json.load(f)["stages"]
        names = [s["stage"] for s in stages]
        chain = sum(s["cpu_milliseconds"] for s in stages[: names.index("score")]) / 1000
        for name, (cpu, wall, peak) in figures.items():
            whole = figures["lamplight run"][0]
            print(f"{name:14} {cpu:7.1f} CPU s {wall:7.1f} s wall {peak:7.0f} MiB   lamplight's CPU / this: {whole / cpu:.2f}, "
                  f"its reading and measures alone {chain / cpu:.2f}")
        for name, flags in answers.items():
            print(f"{name}: {len(flags)} member-measures, {len(flags ^ ours)} differ from Lamplight's {len(ours)}")


if __name__ == "__main__":
    main()
