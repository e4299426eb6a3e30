"""Lamplight's reading of CSV extracts beside polars' reading of the same files, in one run.

    pip install polars
    lamplight synth --members 20000 --seed 7 --years 2 --format csv --out DATA
    python3 benches/peers/csv_reading.py --data DATA --binary target/release/lamplight

What each side does, over eligibility, medical_claim, pharmacy_claim and admission:

- `lamplight check` reads every row and judges it: SHA-256 of each file, fields cut and counted with their line numbers,
  every date, amount and code parsed with a reason when it is not one, the member looked up, service before birth and
  after death, arrival after the night; codes become numbers, rows are kept by member, the quarantine and the
  quality table are written. Columns outside its layout are not read (these files have none).
- `read_csv` and `scan_csv(...).collect()` make typed frames of every column: dates as Date, amounts and measures as
  Float64, counts as Int64, the rest as String. Nothing is judged, hashed or put by member; a value that cannot be
  parsed ends the reading. One frame is freed before the next file is read.

So Lamplight does more with a row, and polars keeps more of it: a ratio of CPU seconds says what reading costs a night,
not whose parser is faster. Each side is a process of its own at two threads; CPU seconds are user and system of the
whole child, Python and the import of polars included (told apart in the last line, and not taken off). Both read from
the page cache. Three repetitions, alternating; the medians are compared. Wall seconds vary with the machine's load.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time

NIGHT = "2026-06-30"
EXTRACTS = ("eligibility", "medical_claim", "pharmacy_claim", "admission")
FLOATS = {"latitude", "longitude", "paid_amount", "allowed_amount", "quantity"}
INTEGERS = {"claim_line_number", "claim_version", "days_supply", "refills"}
SIDES = ("lamplight", "read_csv", "scan_csv")


def schema(path):
    """The polars type of every column of a file, by its name in the input layout."""
    import polars as pl

    def of(name):
        if name.endswith("_date") or "_date_" in name:
            return pl.Date
        return pl.Float64 if name in FLOATS else pl.Int64 if name in INTEGERS else pl.String

    with open(path, encoding="utf-8") as f:
        return {name: of(name) for name in f.readline().rstrip("\r\n").split(",")}


def polars_reads(data, side):
    """Reads every file once; prints rows, columns and the dates and amounts that are there, so that all are made."""
    import polars as pl

    rows, filled = 0, 0
    for extract in EXTRACTS:
        path = os.path.join(data, extract + ".csv")
        types = schema(path)
        if side == "read_csv":
            frame = pl.read_csv(path, schema=types)
        else:
            frame = pl.scan_csv(path, schema=types).collect()
        assert dict(frame.schema) == types
        rows += frame.height
        filled += sum(frame.height - frame[c].null_count() for c, t in types.items() if t != pl.String)
    print(json.dumps({"rows": rows, "filled": filled}))


def timed(words, env):
    """CPU seconds (user and system), wall seconds, peak MiB and standard output of a child."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.time()
        child = subprocess.Popen(words, stdout=out, stderr=err, env=env)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.time() - begun
        out.seek(0), err.seek(0)
        if status != 0:
            sys.exit(f"{words}: {err.read().decode()}")
        return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, out.read().decode()


def lamplight_rows(table):
    """Rows read, from the quality table that `check` prints."""
    words = [line.split() for line in table.splitlines()]
    return sum(int(w[1]) for w in words if w and w[0] in EXTRACTS)


def main():
    """Prints each repetition, the medians and the ratios."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder of `lamplight synth --format csv`")
    p.add_argument("--binary", default="target/release/lamplight")
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--one", choices=SIDES[1:], help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.one:
        return polars_reads(a.data, a.one)
    env = dict(os.environ, POLARS_MAX_THREADS="2")
    with tempfile.TemporaryDirectory() as tmp:
        config = os.path.join(tmp, "check.toml")
        with open(config, "w") as f:
            f.write(f'[run]\nas_of = "{NIGHT}"\nout = "{tmp}/out"\nthreads = 2\n')
            for e in EXTRACTS:
                f.write(f'[extracts.{e}]\npath = "{os.path.abspath(a.data)}/{e}.csv"\n')
        words = {side: [sys.executable, __file__, "--data", a.data, "--one", side] for side in SIDES[1:]}
        words["lamplight"] = [a.binary, "check", "--config", config]
        size = sum(os.path.getsize(os.path.join(a.data, e + ".csv")) for e in EXTRACTS)
        for e in EXTRACTS:  # into the page cache, for the first repetition as for the others
            with open(os.path.join(a.data, e + ".csv"), "rb") as f:
                while f.read(1 << 24):
                    pass
        took, rows = {side: [] for side in SIDES}, {}
        for n in range(a.repeat):
            for side in SIDES[n % 3:] + SIDES[: n % 3]:
                cpu, wall, peak, printed = timed(words[side], env)
                rows[side] = lamplight_rows(printed) if side == "lamplight" else json.loads(printed)["rows"]
                took[side].append((cpu, wall, peak))
                print(f"{n + 1}  {side:10} {cpu:6.2f} CPU s {wall:6.2f} s wall {peak:6.0f} MiB {rows[side]:9} rows")
        assert len(set(rows.values())) == 1, rows
        start = timed([sys.executable, "-c", "import polars"], env)[0]
    median = {side: statistics.median(t[0] for t in took[side]) for side in SIDES}
    print(f"\n{size / 1e6:.0f} MB of CSV, {rows['lamplight']} rows; medians of {a.repeat}")
    for side in SIDES:
        print(f"{side:10} {median[side]:6.2f} CPU s {rows[side] / median[side]:10.0f} rows per CPU s "
              f"  lamplight's CPU / this: {median['lamplight'] / median[side]:.2f}")
    print(f"of polars' CPU seconds, Python and `import polars` alone take {start:.2f}")


if __name__ == "__main__":
    main()
