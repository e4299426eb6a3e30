#!/usr/bin/env bash
# One synthetic night by `lamplight run` and on a Spark of its own (a master and two workers on loopback): equal digests, or
# exit 1. With KILLS=N up to N processes of that Spark (steps, executors, Python workers) are killed at random moments.
#
#     try_it.sh LAMPLIGHT PYTHON [MEMBERS] [PARTS]
#
# PYTHON has pyspark, pandas and pyarrow; Java 17 is on the path.
set -euo pipefail
lamplight=$(realpath "$1") python=$2 members=${3:-500} parts=${4:-4} kills=${KILLS:-0}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
SPARK_HOME=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME PYSPARK_PYTHON="$python" SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1
started=()
trap 'kill "${started[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

"$lamplight" synth --members "$members" --seed 7 --years 2 --format mixed --out "$work/data" >/dev/null 2>&1
{
    printf '[run]\nas_of = "2026-06-30"\nout = "%s/one"\n' "$work"
    for file in "$work"/data/*.csv "$work"/data/*.parquet; do
        name=$(basename "${file%.*}")
        [ "$name" = truth ] || printf '[extracts.%s]\npath = "%s"\n' "$name" "$file"
    done
} >"$work/night.toml"
digest() { sed -n 's/^  digest //p'; }
allow=(--allow-empty override --allow-empty member_crosswalk --allow-empty problem_list --allow-empty consent)
one=$("$lamplight" run --config "$work/night.toml" "${allow[@]}" 2>/dev/null | digest)

class=$SPARK_HOME/bin/spark-class
"$class" org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 17077 --webui-port 0 >"$work/master.log" 2>&1 &
started+=($!)
for n in 1 2; do
    "$class" org.apache.spark.deploy.worker.Worker --cores 1 --memory 1g --host 127.0.0.1 --webui-port 0 \
        --work-dir "$work/worker-$n" spark://127.0.0.1:17077 >"$work/worker-$n.log" 2>&1 &
    started+=($!)
done

# Every process below one.
below() { for child in $(pgrep -P "$1" || true); do echo "$child"; below "$child"; done; }
delivered=0
kill_some() {
    while [ "$delivered" -lt "$kills" ] && kill -0 "$1" 2>/dev/null; do
        sleep "$((RANDOM % 4)).$((RANDOM % 10))"
        victims=$(for worker in "${started[@]:1}"; do below "$worker"; done | shuf -n 1)
        if [ -n "$victims" ] && kill -9 "$victims" 2>/dev/null; then delivered=$((delivered + 1)); fi
    done
    echo "kills delivered: $delivered"
}

"$SPARK_HOME/bin/spark-submit" --master spark://127.0.0.1:17077 --conf spark.executor.memory=512m \
    --conf spark.task.maxFailures=20 --conf spark.deploy.maxExecutorRetries=-1 --conf spark.log.level=ERROR \
    "$here/lamplight_spark.py" --config "$work/night.toml" --parts "$parts" --work "$work/spark" --out "$work/two" \
    --binary "$lamplight" -- "${allow[@]}" >"$work/driver.out" 2>"$work/driver.log" &
driver=$!
kill_some "$driver" &
killer=$!
wait "$driver" || { tail -30 "$work/driver.log"; exit 1; }
wait "$killer"
two=$(digest <"$work/driver.out")
echo "run:   $one"
echo "spark: $two"
[ -n "$one" ] && [ "$one" = "$two" ] && [ -z "$(ls -A "$work/spark")" ]
