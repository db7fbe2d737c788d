{known},
-- In the order of a flow's states, for those of one instant.
steps AS (
  SELECT
    *,
    flow_state IN ('PLANNING', 'STARTING', 'RUNNING') AS active,
    LEAD(timestamp) OVER (
      PARTITION BY pipeline_id, update_id, table_name, flow_name
      ORDER BY
        timestamp,
        CASE flow_state
          WHEN 'QUEUED' THEN 0
          WHEN 'PLANNING' THEN 1
          WHEN 'STARTING' THEN 2
          WHEN 'RUNNING' THEN 3
          WHEN 'IDLE' THEN 4
          WHEN 'EXCLUDED' THEN 6
          ELSE 5
        END
    ) AS next_at,
    MAX(timestamp) OVER (PARTITION BY pipeline_id, update_id, table_name, flow_name) AS last_at
  FROM known
  WHERE
    event_type = 'flow_progress'
    AND table_name IS NOT NULL
    AND flow_state IN (
      'QUEUED', 'PLANNING', 'STARTING', 'RUNNING', 'IDLE', 'COMPLETED', 'FAILED', 'SKIPPED', 'STOPPED', 'EXCLUDED'
    )
),
-- What still ran when the update ended has stopped then.
spans AS (
  SELECT
    *,
    unix_millis(timestamp) AS began_ms,
    unix_millis(COALESCE(next_at, update_ended_at, last_at)) AS until_ms
  FROM steps
),
-- Of flows of one table that ran side by side, time counts once: from where none before it had come to.
covered AS (
  SELECT
    *,
    MAX(CASE WHEN active THEN until_ms END) OVER (
      PARTITION BY pipeline_id, update_id, table_name
      ORDER BY began_ms, until_ms
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS so_far_ms
  FROM spans
),
table_updates AS (
  SELECT
    MAX(pipeline) AS pipeline,
    pipeline_id,
    update_id,
    table_name,
    MAX_BY(flow_state, timestamp) FILTER (WHERE next_at IS NULL AND flow_state <> 'EXCLUDED') AS state,
    MIN(timestamp) FILTER (WHERE flow_state = 'RUNNING') AS running_at,
    MAX(timestamp) FILTER (WHERE flow_state IN ('COMPLETED', 'FAILED', 'STOPPED')) AS ended_at,
    SUM(CASE WHEN active THEN GREATEST(until_ms - GREATEST(began_ms, COALESCE(so_far_ms, began_ms)), 0) ELSE 0 END) / 1000.0 AS seconds
  FROM covered
  GROUP BY pipeline_id, update_id, table_name
),
table_rows AS (
  SELECT pipeline_id, update_id, table_name, SUM(num_rows) AS num_rows
  FROM flow_rows
  GROUP BY pipeline_id, update_id, table_name
)
-- A table that the update was not for has no state left.
SELECT *
FROM table_updates
LEFT JOIN table_rows USING (pipeline_id, update_id, table_name)
WHERE state IS NOT NULL
