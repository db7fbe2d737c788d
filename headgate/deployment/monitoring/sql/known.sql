-- An event counts once, by its id, however often its log was read. What a newer platform leaves out is null.
WITH told AS (
  SELECT
    *,
    get_json_object(origin, '$.origin.pipeline_id') AS pipeline_id,
    get_json_object(origin, '$.origin.update_id') AS update_id,
    get_json_object(origin, '$.origin.dataset_name') AS dataset_name,
    get_json_object(origin, '$.origin.flow_name') AS flow_name,
    get_json_object(details, '$.update_progress.state') AS update_state,
    get_json_object(details, '$.flow_progress.status') AS flow_state,
    TRY_CAST(get_json_object(details, '$.flow_progress.metrics.num_output_rows') AS BIGINT) AS output_rows,
    TRY_CAST(get_json_object(details, '$.flow_progress.metrics.num_upserted_rows') AS BIGINT) AS upserted_rows,
    TRY_CAST(get_json_object(details, '$.flow_progress.metrics.num_deleted_rows') AS BIGINT) AS deleted_rows
  FROM {events}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY pipeline) = 1
),
-- A sink that counts nothing says -1.
known AS (
  SELECT
    *,
    COALESCE(dataset_name, flow_name) AS table_name,
    CASE
      WHEN output_rows >= 0 THEN output_rows
      WHEN upserted_rows >= 0 AND deleted_rows >= 0 THEN upserted_rows + deleted_rows
      WHEN upserted_rows >= 0 THEN upserted_rows
      WHEN deleted_rows >= 0 THEN deleted_rows
    END AS num_rows,
    MAX(CASE WHEN update_state IN ('COMPLETED', 'FAILED', 'CANCELED') THEN timestamp END)
      OVER (PARTITION BY pipeline_id, update_id) AS update_ended_at
  FROM told
),
-- Each batch of a stream tells its own rows while the flow runs; what a flow tells at its end is all of them.
flow_rows AS (
  SELECT
    pipeline_id,
    update_id,
    table_name,
    GREATEST(
      SUM(CASE WHEN flow_state = 'COMPLETED' THEN NULL ELSE num_rows END),
      MAX(CASE WHEN flow_state = 'COMPLETED' THEN num_rows END)
    ) AS num_rows
  FROM known
  WHERE event_type = 'flow_progress' AND table_name IS NOT NULL
  GROUP BY pipeline_id, update_id, table_name, flow_name
)
