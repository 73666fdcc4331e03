"""Writes the invoices of a month on its last day."""

from datetime import datetime

from airflow import DAG
from airflow.operators.latest_only_operator import LatestOnlyOperator
from airflow.operators.python_operator import PythonOperator, ShortCircuitOperator


def is_last_day(**context):
    """Whether the next run falls into another month."""
    return context["next_execution_date"].month != context["execution_date"].month


def write_invoices(**context):
    print("invoices of", context["prev_ds"])


with DAG(
    dag_id="monthly_invoices",
    schedule_interval="0 4 * * *",
    start_date=datetime(2022, 1, 1),
    catchup=False,
    sla_miss_callback=None,
) as dag:
    latest = LatestOnlyOperator(task_id="latest_only")
    check = ShortCircuitOperator(task_id="is_last_day", python_callable=is_last_day)
    write = PythonOperator(task_id="write", python_callable=write_invoices)

    latest >> check >> write
