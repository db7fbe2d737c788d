-- A first load says nothing of a run, and one slow run says little: hence the median of the last ten others.
WITH recent AS (
  SELECT pipeline, running_seconds FROM {updates}
  WHERE state = 'COMPLETED' AND NOT full_refresh AND NOT first_load
  QUALIFY ROW_NUMBER() OVER (PARTITION BY pipeline ORDER BY created_at DESC) <= 10
),
medians AS (
  SELECT pipeline, MEDIAN(running_seconds) AS median_seconds, COUNT(*) AS runs
  FROM recent
  GROUP BY pipeline
)
SELECT
  expected.name,
  expected.group_name,
  medians.runs,
  medians.median_seconds,
  expected.expected_seconds,
  expected.bound_seconds,
  ROUND(medians.median_seconds / NULLIF(expected.bound_seconds, 0), 2) AS of_bound
FROM {pipelines} AS expected
LEFT JOIN medians ON medians.pipeline = expected.pipeline
ORDER BY expected.name
