{known},
updates AS (
  SELECT
    MAX(pipeline) AS pipeline,
    pipeline_id,
    update_id,
    MAX(get_json_object(details, '$.create_update.cause')) AS cause,
    COALESCE(MAX(get_json_object(details, '$.create_update.full_refresh')), 'false') = 'true'
    OR COALESCE(MAX(get_json_object(details, '$.create_update.full_refresh_selection')), '[]') <> '[]'
    OR COUNT(CASE WHEN update_state = 'RESETTING' THEN 1 END) > 0 AS full_refresh,
    MAX_BY(update_state, timestamp) FILTER (WHERE update_state IS NOT NULL) AS state,
    MIN(timestamp) AS created_at,
    MIN(timestamp) FILTER (WHERE update_state = 'RUNNING') AS running_at,
    MAX(timestamp) FILTER (WHERE update_state IN ('COMPLETED', 'FAILED', 'CANCELED')) AS ended_at,
    COUNT(*) FILTER (WHERE level = 'ERROR') AS errors,
    MAX_BY(message, timestamp) FILTER (WHERE level = 'ERROR') AS last_error
  FROM known
  WHERE update_id IS NOT NULL
  GROUP BY pipeline_id, update_id
),
update_rows AS (
  SELECT pipeline_id, update_id, SUM(num_rows) AS num_rows
  FROM flow_rows
  GROUP BY pipeline_id, update_id
)
SELECT
  updates.*,
  num_rows,
  COUNT(CASE WHEN updates.state = 'COMPLETED' THEN 1 END) OVER (
    PARTITION BY updates.pipeline_id
    ORDER BY updates.created_at
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) = 0 AS first_load,
  (unix_millis(ended_at) - unix_millis(created_at)) / 1000.0 AS seconds,
  (unix_millis(ended_at) - unix_millis(running_at)) / 1000.0 AS running_seconds,
  job_id,
  job_run_id,
  job_started_at,
  job_ended_at,
  job_state
FROM updates
LEFT JOIN update_rows USING (pipeline_id, update_id)
LEFT JOIN {job_runs} USING (update_id)
