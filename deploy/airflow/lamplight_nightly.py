"""One night of Lamplight a day, as an Airflow 2.9+ DAG. The night is the end of the data interval's first day, so a
late or repeated run judges the same night. Exit codes that ask for a person fail without a retry; 7 (another run holds
the lock) and 75 (a cluster part did not fit) are tried again."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.operators.python import PythonOperator

PROGRAM = "/usr/local/bin/lamplight"
CONFIG = "/etc/lamplight/lamplight.toml"
TRY_AGAIN = {7, 75, 130, 143}


def run_night(ds: str) -> None:
    import subprocess

    ended = subprocess.run([PROGRAM, "--log", "json", "run", "--config", CONFIG, "--as-of", ds], check=False)
    if ended.returncode in TRY_AGAIN:
        raise AirflowException(f"lamplight ended with {ended.returncode}")
    if ended.returncode != 0:
        raise AirflowFailException(f"lamplight ended with {ended.returncode}: see docs/operations.md")


with DAG(
    dag_id="lamplight_nightly",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=20)},
) as dag:
    PythonOperator(task_id="night", python_callable=run_night, execution_timeout=timedelta(hours=4))
