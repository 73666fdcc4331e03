"""Sends every subscriber yesterday's messages as one mail."""

from datetime import timedelta

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import PythonOperator
from airflow.utils.dates import days_ago

default_args = {
    "owner": "team-email",
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
}


def collect(execution_date, **context):
    """The messages of the day before the run."""
    return f"s3://acme-mail/digests/{execution_date:%Y-%m-%d}.json"


with DAG(
    dag_id="daily_digest",
    default_args=default_args,
    schedule_interval="0 6 * * *",
    start_date=days_ago(1),
    catchup=False,
    max_active_runs=1,
) as dag:
    start = DummyOperator(task_id="start")
    gather = PythonOperator(task_id="collect", python_callable=collect, provide_context=True)
    send = BashOperator(task_id="send", bash_command="send-digest --date {{ execution_date }} --list subscribers")

    start >> gather >> send
