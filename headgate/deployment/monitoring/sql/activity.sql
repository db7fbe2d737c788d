SELECT
  date_trunc('DAY', created_at) AS day,
  state,
  COUNT(*) AS updates,
  SUM(num_rows) AS num_rows,
  SUM(seconds) / 3600 AS hours
FROM {updates}
GROUP BY date_trunc('DAY', created_at), state
ORDER BY day, state
