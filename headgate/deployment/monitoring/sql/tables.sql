WITH latest AS (
  SELECT * FROM {table_updates}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY table_name ORDER BY COALESCE(ended_at, running_at) DESC) = 1
),
filled AS (
  SELECT table_name, MAX(ended_at) AS rows_came_at
  FROM {table_updates}
  WHERE num_rows > 0
  GROUP BY table_name
)
SELECT
  latest.table_name,
  latest.pipeline,
  latest.state,
  latest.ended_at,
  latest.seconds,
  latest.num_rows,
  filled.rows_came_at
FROM latest
LEFT JOIN filled ON filled.table_name = latest.table_name
ORDER BY latest.table_name
