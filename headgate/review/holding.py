"""Types of resources that hold data, or through which data is read: when such a one goes, data goes, or can't be read.

Whoever has others names them in accepted.yaml, under `holds_data`.
"""

from __future__ import annotations

_IN_IT = "everything in it is dropped with it"
_ALL_IT_HOLDS = "all it holds is dropped with it"
_OBJECTS = "all objects in it are deleted with it"
_FILES = "all files in it are deleted with it"
_NOT_READ = "what is stored through it can't be read any more"
_GIVEN_AGAIN = "its secrets have to be given again"

_BY_REASON = {
    _IN_IT: (
        "databricks_catalog", "databricks_metastore", "databricks_mws_workspaces", "databricks_schema",
        "azurerm_databricks_workspace", "azurerm_resource_group", "google_bigquery_dataset", "snowflake_database",
        "snowflake_schema",
    ),
    _ALL_IT_HOLDS: (
        "databricks_database_instance", "databricks_online_table", "databricks_sql_table", "aws_db_instance",
        "aws_docdb_cluster", "aws_dynamodb_table", "aws_neptune_cluster", "aws_rds_cluster", "aws_redshift_cluster",
        "azurerm_cosmosdb_account", "azurerm_kusto_database", "azurerm_mssql_database", "azurerm_mssql_managed_instance",
        "azurerm_mssql_server", "azurerm_mysql_flexible_server", "azurerm_postgresql_flexible_server",
        "azurerm_synapse_workspace",
        "google_bigquery_table", "google_bigtable_instance", "google_spanner_database", "google_spanner_instance",
        "google_sql_database", "google_sql_database_instance", "mongodbatlas_cluster", "postgresql_database", "snowflake_table",
    ),
    _OBJECTS: ("aws_s3_bucket", "azurerm_storage_account", "azurerm_storage_container", "google_storage_bucket"),
    "all files in it are dropped with it": ("databricks_volume",),
    _FILES: (
        "aws_ebs_volume", "aws_efs_file_system", "aws_fsx_lustre_file_system", "azurerm_managed_disk",
        "azurerm_storage_data_lake_gen2_filesystem", "azurerm_storage_share", "google_compute_disk",
        "google_filestore_instance", "kubernetes_persistent_volume_claim",
    ),
    "all its versions are deleted with it": ("databricks_mlflow_model", "databricks_registered_model"),
    "all its runs are deleted with it": ("databricks_mlflow_experiment",),
    "what is in its topics is deleted with it": ("aws_msk_cluster", "confluent_kafka_topic", "google_pubsub_subscription"),
    "what was encrypted with it can't be read any more": ("aws_kms_key", "azurerm_key_vault_key", "google_kms_crypto_key"),
    _GIVEN_AGAIN: ("databricks_secret_scope", "aws_secretsmanager_secret", "azurerm_key_vault", "google_secret_manager_secret"),
    _NOT_READ: ("databricks_storage_credential",),
    "tables below it can't be read any more": ("databricks_external_location",),
    "every pipeline that reads through it stops, and its secrets have to be given again": ("databricks_connection",),
}  # fmt: skip

# By type, what is lost with it.
HOLDING = {kind: reason for reason, kinds in _BY_REASON.items() for kind in kinds}
