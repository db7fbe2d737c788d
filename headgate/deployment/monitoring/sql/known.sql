-- An event counts once, by its id, however often its log was read. What a newer platform leaves out is null.
WITH known AS (
  SELECT
    *,
    get_json_object(origin, '$.origin.pipeline_id') AS pipeline_id,
    get_json_object(origin, '$.origin.update_id') AS update_id,
    COALESCE(get_json_object(origin, '$.origin.dataset_name'), get_json_object(origin, '$.origin.flow_name')) AS table_name,
    get_json_object(details, '$.update_progress.state') AS update_state,
    get_json_object(details, '$.flow_progress.status') AS flow_state,
    COALESCE(
      CAST(get_json_object(details, '$.flow_progress.metrics.num_output_rows') AS BIGINT),
      CAST(get_json_object(details, '$.flow_progress.metrics.num_upserted_rows') AS BIGINT)
      + COALESCE(CAST(get_json_object(details, '$.flow_progress.metrics.num_deleted_rows') AS BIGINT), 0)
    ) AS num_rows
  FROM {events}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY pipeline) = 1
)
