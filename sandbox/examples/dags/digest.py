"""Sends the daily digest by e-mail."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy import DummyOperator
from airflow.operators.python_operator import PythonOperator


def collect(**context):
    return context["execution_date"].isoformat()


with DAG(
    dag_id="digest",
    schedule_interval="@daily",
    start_date=datetime(2022, 1, 1),
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    catchup=False,
) as dag:
    start = DummyOperator(task_id="start")
    gather = PythonOperator(task_id="gather", python_callable=collect, provide_context=True)
    send = BashOperator(task_id="send", bash_command="send-digest {{ ds }}")
    start >> gather >> send
