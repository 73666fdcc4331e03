"""Sums up the revenue of each region, one task group a region."""

from airflow import DAG
from airflow.operators.dummy import DummyOperator
from airflow.operators.python import PythonOperator
from airflow.utils.dates import days_ago
from airflow.utils.task_group import TaskGroup

REGIONS = ("emea", "amer", "apac")


def sum_up(region, **_):
    print("revenue of", region)


with DAG("revenue_summary", schedule_interval="@daily", start_date=days_ago(1), concurrency=3) as dag:
    done = DummyOperator(task_id="done")
    for name in REGIONS:
        with TaskGroup(group_id=name) as group:
            PythonOperator(task_id="sum_up", python_callable=sum_up, op_args=[name])
        group >> done
