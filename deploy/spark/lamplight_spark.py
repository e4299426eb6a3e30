"""One Lamplight night on Apache Spark, with the digest of `lamplight run`.

    spark-submit lamplight_spark.py --config F --as-of D --parts N --work DIR --out OUT

Spark starts processes, carries packed rows and receipts, and tries again what failed. It reads no input and writes no
output of its own: `lamplight scatter` reads the files, `lamplight stage` measures members, `lamplight rank` publishes. DIR
lies where the driver and every executor see it, as do the inputs, the configuration and the program; OUT is touched by
`rank` alone, on the driver. Only calls that Spark Connect has are used: no RDD, no py4j.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid

import pyarrow as pa
from pyspark.sql import SparkSession

CHUNK = 1 << 20
"""Bytes of a stream in one row."""
NO_USE = (2, 3, 4, 5)
"""Exit codes that another try would meet again."""
EXCHANGE = "part int, input int, seq int, code int, data binary"
RECEIPT = "part int, code int, text string"


def run_child(command):
    """Runs a step to its end; its exit code and both streams. A step whose task is killed ends with it."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, told = child.communicate()
        return child.returncode, out.decode(), told.decode(errors="replace")
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def last_lines(told):
    """What a failed step says: its last lines hold counts and hints, never a member."""
    return "\n".join(told.strip().splitlines()[-6:])


def step(settings, name, *arguments):
    command = [settings["binary"], "--log", "json", name, "--prelude", settings["prelude"], "--die-with-parent"]
    return [*command, "--threads", str(settings["threads"]), *map(str, arguments)]


def rows(schema_names, values):
    """One batch of rows; the types are those of the schemas above."""
    types = {"text": pa.string(), "data": pa.binary()}
    columns = [pa.array(list(c), types.get(n, pa.int32())) for n, c in zip(schema_names, zip(*values), strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=schema_names)


def scatter_with(settings):
    """A function over inputs that gives their streams, chunk by chunk."""
    names = ["part", "input", "seq", "code", "data"]

    def scatter(batches):
        for batch in batches:
            for number in batch.column("input").to_pylist():
                with tempfile.TemporaryDirectory(dir=settings["scratch"]) as scratch:
                    code, _, told = run_child(step(settings, "scatter", "--input", number, "--to", scratch))
                    if code in NO_USE:
                        # Every part must know, or it would wait for a stream that never comes.
                        text = last_lines(told).encode()
                        yield rows(names, [(part, number, 0, code, text) for part in range(settings["parts"])])
                        continue
                    if code != 0:
                        raise RuntimeError(f"scatter of input {number} ended with {code}: {last_lines(told)}")
                    for part in range(settings["parts"]):
                        path = os.path.join(scratch, f"part={part}", f"{number}.runs")
                        with open(path, "rb") as stream:
                            seq = 0
                            while data := stream.read(CHUNK):
                                yield rows(names, [(part, number, seq, 0, data)])
                                seq += 1
                        os.remove(path)

    return scatter


def stage_with(settings):
    """A function over the streams of whole parts that gives their receipts."""
    names = ["part", "code", "text"]

    def stage(batches):
        with tempfile.TemporaryDirectory(dir=settings["scratch"]) as scratch:
            found, failed = set(), {}
            for batch in batches:
                for row in batch.to_pylist():
                    part = row["part"]
                    found.add(part)
                    if row["code"] != 0:
                        failed.setdefault(part, (part, row["code"], row["data"].decode()))
                        continue
                    folder = os.path.join(scratch, f"part={part}")
                    os.makedirs(folder, exist_ok=True)
                    path = os.path.join(folder, f"{row['input']}.runs")
                    with open(path, "r+b" if os.path.exists(path) else "wb") as stream:
                        stream.seek(row["seq"] * CHUNK)
                        stream.write(row["data"])
            for part in sorted(found):
                yield rows(names, [failed.get(part) or stage_part(settings, part, scratch)])
                shutil.rmtree(os.path.join(scratch, f"part={part}"), ignore_errors=True)

    return stage


def stage_part(settings, part, folder):
    """Measures one part into a folder of this attempt's own; whichever attempt's receipt is collected counts."""
    out = os.path.join(settings["work"], "parts", f"part={part}", f"attempt={uuid.uuid4().hex}")
    code, receipt, told = run_child(step(settings, "stage", "--part", part, "--from", folder, "--out", out))
    if code == 0:
        return (part, 0, receipt.strip())
    if code in NO_USE:
        return (part, code, last_lines(told))
    raise RuntimeError(f"stage of part {part} ended with {code}: {last_lines(told)}")


def by_part(frame, parts):
    """All rows of a part in one partition; of one part alone where this Spark can."""
    if hasattr(frame, "repartitionById"):
        return frame.repartitionById(parts, "part")
    return frame.repartition(parts, "part")


def by_input(frame, count):
    """Every input in a task of its own where this Spark can."""
    if hasattr(frame, "repartitionById"):
        return frame.repartitionById(count, "place")
    return frame.repartition(count, "place")


def run_spark(spark, settings, inputs):
    """Scatters and stages; the receipts of all parts, or the code of the first failure that no try would mend."""
    # A batch that Spark makes for a step holds at most so many chunks.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "16")
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    files = spark.createDataFrame(list(enumerate(inputs)), "place int, input int")
    streams = by_input(files, len(inputs)).mapInArrow(scatter_with(settings), EXCHANGE)
    told = by_part(streams, settings["parts"]).mapInArrow(stage_with(settings), RECEIPT).collect()
    failed = sorted((row["part"], row["code"], row["text"]) for row in told if row["code"] != 0)
    if failed:
        print(failed[0][2], file=sys.stderr)
        return None, failed[0][1]
    return "".join(row["text"] + "\n" for row in told), 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True)
    parser.add_argument("--as-of")
    parser.add_argument("--parts", type=int, required=True, help="about 50,000 members each")
    parser.add_argument("--work", required=True, help="a folder that driver and executors see")
    parser.add_argument("--out", required=True, help="the output folder of the runs")
    parser.add_argument("--binary", default="lamplight", help="the program, at the same place on every machine")
    parser.add_argument("--threads", type=int, default=1, help="threads of a step: spark.task.cpus")
    parser.add_argument("--scratch", help="local folder of an executor; its own temporary folder when left out")
    parser.add_argument("--keep", action="store_true", help="leave the work of the night in --work")
    parser.add_argument("more", nargs="*", help="after --: further flags of `lamplight prelude`")
    return parser.parse_args()


def run_night(given, work):
    """The four steps; the exit code of the first that failed, as `lamplight run` gives it."""
    settings = {
        "binary": shutil.which(given.binary) or given.binary,
        "prelude": os.path.join(work, "prelude"),
        "parts": given.parts,
        "work": work,
        "threads": given.threads,
        "scratch": given.scratch,
    }
    night = ["--as-of", given.as_of] if given.as_of else []
    prelude = ["prelude", "--config", given.config, "--parts", str(given.parts), "--out", settings["prelude"]]
    code = subprocess.run([settings["binary"], *prelude, *night, *given.more], check=False).returncode
    if code != 0:
        return code
    with open(os.path.join(settings["prelude"], "prelude.json"), encoding="utf-8") as file:
        units = json.load(file)["inventory"]["units"]
    inputs = [number for number, unit in enumerate(units) if not unit["everyone"]]
    receipts, code = run_spark(SparkSession.builder.appName("lamplight").getOrCreate(), settings, inputs)
    if code != 0:
        return code
    path = os.path.join(work, "receipts")
    with open(path, "w", encoding="utf-8") as file:
        file.write(receipts)
    rank = ["rank", "--prelude", settings["prelude"], "--receipts", path, "--out", os.path.abspath(given.out)]
    return subprocess.run([settings["binary"], *rank], check=False).returncode


def main():
    given = arguments()
    work = os.path.join(os.path.abspath(given.work), f"night-{uuid.uuid4().hex[:12]}")
    os.makedirs(work, mode=0o700)
    try:
        sys.exit(run_night(given, work))
    finally:
        # What lies in the work folder is as private as the inputs.
        if not given.keep:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
