#!/bin/sh
set -eu
exec helm upgrade --install airflow ./chart "$@"
