"""A claim feed in its own form: Lamplight's view beside the same SQL in DuckDB, in one run.

    pip install polars duckdb
    lamplight synth --members 20000 --seed 7 --format parquet --out DATA
    python3 benches/peers/cclf_join.py --data DATA --binary target/release/lamplight

The medical lines of DATA are written as CCLF1, CCLF2, CCLF4 and CCLF5 in fixed width, by the layout that ships
(`config/examples/cclf-layout.csv`), outside the timer. Then, in turn and each in a process of its own at two threads:

- `lamplight check --extract medical_claim` with `config/examples/medicare-cclf.toml`: hashes the files, cuts the fields,
  runs the view (final action by window functions, twelve diagnoses turned from rows to columns, lines joined to
  headers, both parts under one another), then parses and judges every row.
- DuckDB reads the same files with `substr` at the same places, runs the same SQL and writes the rows to Parquet.

So Lamplight does more with a row. CPU seconds are user and system of the child; the peak is its greatest resident set.
Three repetitions, alternating; medians are compared.
"""
import argparse, collections, csv, json, os, pathlib, re, statistics, subprocess, sys, tempfile, time, tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ("CCLF1", "CCLF2", "CCLF4", "CCLF5")


def places():
    """Field, first column (from 1) and width of each table, in the order of the file."""
    out = collections.defaultdict(list)
    with open(ROOT / "config/examples/cclf-layout.csv", newline="") as f:
        for row in csv.DictReader(f):
            out[row["table"]].append((row["field"], int(row["start"]), int(row["width"])))
    return out


def feed_rows(data):
    """The medical lines as the four tables: name to a frame of text columns."""
    import polars as pl

    lines = pl.read_parquet(pathlib.Path(data) / "medical_claim.parquet")
    lines = lines.select(pl.all().cast(pl.String).fill_null(""))
    lines = lines.filter((pl.col("claim_status") == "paid") & (pl.col("claim_version") == "1"))
    text = lambda name: pl.col(name)
    bill = pl.col("bill_type_code")
    kind = (
        pl.when((text("claim_type") == "professional") & (text("place_of_service_code") == "12")).then(pl.lit("82"))
        .when(text("claim_type") == "professional").then(pl.lit("71"))
        .when(bill.str.starts_with("11")).then(pl.lit("60"))
        .when(bill.str.starts_with("21") | bill.str.starts_with("18")).then(pl.lit("20"))
        .otherwise(pl.lit("40"))
    )
    part_b = lines.filter(pl.col("claim_type") == "professional")
    part_a = lines.filter(pl.col("claim_type") != "professional")
    same = {
        "CUR_CLM_UNIQ_ID": "claim_id", "BENE_MBI_ID": "member_id", "CLM_FROM_DT": "claim_start_date",
        "CLM_THRU_DT": "claim_end_date", "CLM_EFCTV_DT": "received_date", "CLM_IDR_LD_DT": "received_date",
    }
    columns = lambda names: [text(source).alias(field) for field, source in names.items()]
    header = part_a.unique("claim_id", keep="first", maintain_order=True).select(
        *columns(same | {
            "PRNCPL_DGNS_CD": "diagnosis_code_1", "CLM_PMT_AMT": "paid_amount", "DGNS_DRG_CD": "drg_code",
            "BENE_PTNT_STUS_CD": "discharge_disposition_code", "FAC_PRVDR_NPI_NUM": "facility_npi",
            "CLM_ADMSN_TYPE_CD": "admit_type_code", "CLM_ADMSN_SRC_CD": "admit_source_code",
            "CLM_BLG_PRVDR_OSCAR_NUM": "facility_npi",
        }),
        kind.alias("CLM_TYPE_CD"), pl.lit("0").alias("CLM_ADJSMT_TYPE_CD"),
        bill.str.slice(0, 1).alias("CLM_BILL_FAC_TYPE_CD"), bill.str.slice(1, 1).alias("CLM_BILL_CLSFCTN_CD"),
        bill.str.slice(2, 1).alias("CLM_BILL_FREQ_CD"),
    )
    revenue = part_a.select(*columns({
        "CUR_CLM_UNIQ_ID": "claim_id", "CLM_LINE_NUM": "claim_line_number",
        "CLM_LINE_PROD_REV_CTR_CD": "revenue_center_code", "CLM_LINE_HCPCS_CD": "hcpcs_code",
    }))
    codes = pl.concat([
        part_a.filter(pl.col(f"diagnosis_code_{n}") != "").unique("claim_id", keep="first", maintain_order=True).select(
            text("claim_id").alias("CUR_CLM_UNIQ_ID"), pl.lit(f"{n:02}").alias("CLM_VAL_SQNC_NUM"),
            text(f"diagnosis_code_{n}").alias("CLM_DGNS_CD"))
        for n in range(1, 13)
    ])
    visits = part_b.select(
        *columns(same | {
            "CLM_LINE_NUM": "claim_line_number", "CLM_PRVDR_SPCLTY_CD": "rendering_specialty",
            "CLM_POS_CD": "place_of_service_code", "CLM_LINE_HCPCS_CD": "hcpcs_code",
            "CLM_LINE_CVRD_PD_AMT": "paid_amount", "RNDRG_PRVDR_NPI_NUM": "rendering_npi", "CLM_CNTL_NUM": "claim_id",
        } | {f"CLM_DGNS_{n}_CD": f"diagnosis_code_{n}" for n in range(1, 13)}),
        kind.alias("CLM_TYPE_CD"), pl.lit("0").alias("CLM_ADJSMT_TYPE_CD"), pl.lit("1").alias("CLM_CARR_PMT_DNL_CD"),
    )
    return {"CCLF1": header, "CCLF2": revenue, "CCLF4": codes, "CCLF5": visits}


def write_feed(data, folder):
    import polars as pl

    for table, frame in feed_rows(data).items():
        parts, at = [], 1
        for field, start, width in sorted(places()[table], key=lambda p: p[1]):
            if start > at:
                parts.append(pl.lit(" " * (start - at)))
            cell = pl.col(field).str.slice(0, width).str.pad_end(width) if field in frame.columns else pl.lit(" " * width)
            parts.append(cell)
            at = start + width
        with open(folder / table, "w") as f:
            f.write("\n".join(frame.select(pl.concat_str(parts)).to_series()))
            f.write("\n")
    (folder / "eligibility.csv").write_bytes(b"")
    pl.read_parquet(pathlib.Path(data) / "eligibility.parquet").write_csv(folder / "eligibility.csv")


def night_config(folder):
    """The shipped example over the files written; the members from the plain extract, since they are not compared."""
    text = (ROOT / "config/examples/medicare-cclf.toml").read_text()
    run, rest = text.split("[extracts.eligibility]")
    medical = "[extracts.medical_claim]" + rest.split("[extracts.medical_claim]")[1].split("[extracts.pharmacy_claim]")[0]
    medical = re.sub(r'"[^"]*/(CCLF\d)"', lambda m: json.dumps(str(folder / m.group(1))), medical)
    medical = medical.replace('"cclf-layout.csv"', json.dumps(str(ROOT / "config/examples/cclf-layout.csv")))
    run = run.replace('"lamplight-out-cclf"', json.dumps(str(folder / "out")))
    config = folder / "night.toml"
    config.write_text(run + f'[extracts.eligibility]\npath = {json.dumps(str(folder / "eligibility.csv"))}\n\n' + medical)
    return config


def duckdb_joins(folder):
    import duckdb

    view = tomllib.loads((ROOT / "config/examples/medicare-cclf.toml").read_text())["extracts"]["medical_claim"]["sql"]
    db = duckdb.connect(config={"threads": 2})
    for table in TABLES:
        fields = ", ".join(
            f"rtrim(substr(line, {start}, {width})) AS {field}" for field, start, width in places()[table])
        db.sql(f"CREATE VIEW {table} AS SELECT {fields} FROM read_csv('{folder / table}', columns = {{'line': 'VARCHAR'}},"
               " delim = '\\x01', header = false, quote = '', escape = '')")
    db.sql(f"COPY ({view}) TO '{folder / 'joined.parquet'}' (FORMAT parquet)")
    print(json.dumps({"rows": db.execute(f"SELECT count(*) FROM '{folder / 'joined.parquet'}'").fetchone()[0]}))


def timed(command, env):
    start = time.time()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, use = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with {status >> 8}: {err.decode()[-2000:]}")
    return out.decode(), use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, time.time() - start


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--data", required=True)
    options.add_argument("--binary", action="append", required=True, help="may be given several times")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--duckdb", help=argparse.SUPPRESS)
    options.add_argument("--write", help=argparse.SUPPRESS)
    given = options.parse_args() if "--duckdb" not in sys.argv else None
    if given is None:
        return duckdb_joins(pathlib.Path(sys.argv[sys.argv.index("--duckdb") + 1]))
    if given.write:
        return write_feed(given.data, pathlib.Path(given.write))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # A process of its own: a child's greatest resident set begins at that of the process it was forked from.
        subprocess.run([sys.executable, __file__, "--data", given.data, "--binary", "none", "--write", name], check=True)
        config = night_config(folder)
        size = sum((folder / t).stat().st_size for t in TABLES)
        print(f"{size / 1e6:.0f} MB in {', '.join(TABLES)}")
        env = dict(os.environ, RAYON_NUM_THREADS="2", POLARS_MAX_THREADS="2")
        sides = {b: [b, "check", "--config", str(config), "--extract", "medical_claim"] for b in given.binary}
        sides["duckdb"] = [sys.executable, __file__, "--duckdb", name]
        seen = collections.defaultdict(list)
        for _ in range(given.repeat):
            for side, command in sides.items():
                out, cpu, peak, wall = timed(command, env)
                seen[side].append((cpu, peak, wall))
                if len(seen[side]) == 1:
                    print(side, [l for l in out.splitlines() if l.startswith(("medical", "{"))])
        median = {s: [statistics.median(v[i] for v in rows) for i in range(3)] for s, rows in seen.items()}
        for side, (cpu, peak, wall) in median.items():
            peer = median["duckdb"]
            print(f"{side}: CPU {cpu:.2f} s, peak {peak:.0f} MiB, wall {wall:.2f} s; "
                  f"beside duckdb CPU x{cpu / peer[0]:.2f}, peak x{peak / peer[1]:.2f}")


main()
