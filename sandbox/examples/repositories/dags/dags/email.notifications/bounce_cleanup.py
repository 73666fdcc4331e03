"""Removes addresses that bounced three times, after the mail server's report has arrived."""

from datetime import datetime

from airflow import DAG
from airflow.operators.email_operator import EmailOperator
from airflow.operators.python import PythonOperator
from airflow.sensors.external_task_sensor import ExternalTaskSensor
from airflow.utils.trigger_rule import TriggerRule


def remove_bounced(**context):
    """How many addresses went; the run's day decides which report is read."""
    day = context["execution_date"].strftime("%Y-%m-%d")
    print(f"reading bounces of {day}, the next run is {context['next_ds']}")
    return 0


with DAG(
    dag_id="bounce_cleanup",
    schedule_interval="@weekly",
    start_date=datetime(2023, 3, 1),
    catchup=False,
    tags=["mail", "cleanup"],
) as dag:
    wait = ExternalTaskSensor(
        task_id="wait_for_digest",
        external_dag_id="daily_digest",
        external_task_id="send",
        timeout=3600,
    )
    clean = PythonOperator(task_id="remove_bounced", python_callable=remove_bounced)
    report = EmailOperator(
        task_id="report",
        to="team-email@acme.example",
        subject="Bounced addresses of {{ ds }}",
        html_content="{{ ti.xcom_pull(task_ids='remove_bounced') }} addresses were removed.",
        trigger_rule=TriggerRule.NONE_FAILED_OR_SKIPPED,
    )

    wait >> clean >> report
