"""One night of Lamplight a day, as a Dagster job with one partition a night: a night run again is the same partition.
The program's own lock keeps two runs apart; its exit code fails the op, and `last_attempt.json` says why."""

import subprocess

from dagster import (
    DailyPartitionsDefinition,
    Definitions,
    Failure,
    OpExecutionContext,
    RetryRequested,
    build_schedule_from_partitioned_job,
    job,
    op,
)

PROGRAM = "/usr/local/bin/lamplight"
CONFIG = "/etc/lamplight/lamplight.toml"
TRY_AGAIN = {7, 75, 130, 143}
NIGHTS = DailyPartitionsDefinition(start_date="2026-01-01", timezone="America/New_York")


@op
def run_night(context: OpExecutionContext) -> None:
    command = [PROGRAM, "--log", "json", "run", "--config", CONFIG, "--as-of", context.partition_key]
    code = subprocess.run(command, check=False).returncode
    if code in TRY_AGAIN:
        raise RetryRequested(max_retries=2, seconds_to_wait=1200)
    if code != 0:
        raise Failure(f"lamplight ended with {code}: see docs/operations.md")


@job(partitions_def=NIGHTS)
def lamplight_nightly() -> None:
    run_night()


defs = Definitions(
    jobs=[lamplight_nightly],
    schedules=[build_schedule_from_partitioned_job(lamplight_nightly, hour_of_day=2, minute_of_hour=30)],
)
