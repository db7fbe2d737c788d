-- A pipeline is late once two of its starts, at their furthest from each other, brought no update that ended well.
WITH latest AS (
  SELECT * FROM {updates}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY pipeline ORDER BY created_at DESC) = 1
),
completed AS (
  SELECT pipeline, MAX(ended_at) AS completed_at
  FROM {updates}
  WHERE state = 'COMPLETED'
  GROUP BY pipeline
),
states AS (
  SELECT
    expected.name,
    expected.group_name,
    expected.tables,
    latest.state,
    latest.created_at,
    latest.seconds,
    latest.num_rows,
    latest.last_error,
    completed.completed_at,
    expected.longest_gap_minutes,
    ROUND((unix_millis(current_timestamp()) - unix_millis(completed.completed_at)) / 60000.0) AS minutes_since
  FROM {pipelines} AS expected
  LEFT JOIN latest ON latest.pipeline = expected.pipeline
  LEFT JOIN completed ON completed.pipeline = expected.pipeline
)
SELECT
  *,
  CASE
    WHEN state IS NULL THEN 'no update yet'
    WHEN state IN ('FAILED', 'CANCELED') THEN 'failed'
    WHEN completed_at IS NULL THEN 'none completed yet'
    WHEN minutes_since > 2 * longest_gap_minutes THEN 'late'
    ELSE 'fine'
  END AS health
FROM states
ORDER BY name
