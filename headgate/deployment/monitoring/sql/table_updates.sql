{known},
table_updates AS (
  SELECT
    MAX(pipeline) AS pipeline,
    pipeline_id,
    update_id,
    table_name,
    MAX_BY(flow_state, timestamp) FILTER (WHERE flow_state IS NOT NULL) AS state,
    MIN(timestamp) FILTER (WHERE flow_state = 'RUNNING') AS running_at,
    MAX(timestamp) FILTER (WHERE flow_state IN ('COMPLETED', 'FAILED', 'STOPPED')) AS ended_at,
    SUM(num_rows) AS num_rows
  FROM known
  WHERE event_type = 'flow_progress' AND table_name IS NOT NULL
  GROUP BY pipeline_id, update_id, table_name
)
SELECT
  table_updates.*,
  (unix_millis(ended_at) - unix_millis(running_at)) / 1000.0 AS seconds
FROM table_updates
