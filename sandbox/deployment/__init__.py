"""A deployment target of our own: Airflow's REST API over HTTP, which counts what is done to it."""
