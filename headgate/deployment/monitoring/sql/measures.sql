WITH loads AS (
{load}
)
SELECT name, 'median of the last runs' AS measure, median_seconds AS seconds FROM loads
UNION ALL
SELECT name, 'expected' AS measure, expected_seconds AS seconds FROM loads
UNION ALL
SELECT name, 'lower bound of the group' AS measure, bound_seconds AS seconds FROM loads
