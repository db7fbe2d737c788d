-- # distinct customers by window
-- finds: distinct-aggregate
CREATE STREAMING TABLE buyers AS
SELECT window(ordered_at, '1 hour') AS hour, count(DISTINCT customer_id) AS buyers
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES
GROUP BY window(ordered_at, '1 hour');

-- # distinct in capitals, with spaces, over several lines
-- finds: distinct-aggregate
CREATE OR REFRESH STREAMING TABLE buyers AS
SELECT ordered_at,
  COUNT ( DISTINCT
    customer_id ) AS buyers
FROM STREAM main.bronze.orders WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR
GROUP BY ordered_at;

-- # distinct pairs
-- finds: distinct-aggregate
CREATE STREAMING TABLE pairs AS
SELECT window(read_at, '1 day') AS day, count(DISTINCT sensor, unit) AS pairs
FROM STREAM(main.bronze.readings) WATERMARK read_at DELAY OF INTERVAL 1 HOUR
GROUP BY window(read_at, '1 day');

-- # a distinct sum
-- finds: distinct-aggregate
CREATE STREAMING TABLE sums AS
SELECT paid_at, sum(DISTINCT paid) AS paid
FROM STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 5 MINUTES
GROUP BY paid_at;

-- # a distinct list
-- finds: distinct-aggregate
CREATE STREAMING TABLE lists AS
SELECT window(paid_at, '1 day') AS day, collect_list(DISTINCT method) AS methods
FROM STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(paid_at, '1 day');

-- # two distinct counts
-- finds: distinct-aggregate
CREATE STREAMING TABLE counts AS
SELECT window(clicked_at, '1 day') AS day, count(DISTINCT user_id) AS users, count(DISTINCT ad_id) AS ads
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(clicked_at, '1 day');

-- # distinct of an expression that holds strings and parentheses
-- finds: distinct-aggregate
CREATE STREAMING TABLE hosts AS
SELECT window(clicked_at, '1 day') AS day, count(DISTINCT concat(lower(url), ')')) AS hosts
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(clicked_at, '1 day');

-- # distinct with a filter
-- finds: distinct-aggregate
CREATE STREAMING TABLE paying AS
SELECT window(ordered_at, '1 day') AS day, count(DISTINCT customer_id) FILTER (WHERE amount > 0) AS paying
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(ordered_at, '1 day');

-- # distinct in a condition of groups
-- finds: distinct-aggregate
CREATE STREAMING TABLE busy AS
SELECT window(ordered_at, '1 day') AS day, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(ordered_at, '1 day') HAVING count(DISTINCT customer_id) > 5;

-- # distinct in a flow
-- finds: distinct-aggregate
CREATE STREAMING TABLE users;
CREATE FLOW web AS INSERT INTO users BY NAME
SELECT window(clicked_at, '1 day') AS day, count(DISTINCT user_id) AS users
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(clicked_at, '1 day');

-- # distinct in a view of a stream
-- finds: distinct-aggregate
CREATE TEMPORARY VIEW users AS
SELECT window(clicked_at, '1 day') AS day, count(DISTINCT user_id) AS users
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(clicked_at, '1 day');

-- # an approximate count is fine
-- finds: nothing
CREATE STREAMING TABLE buyers AS
SELECT window(ordered_at, '1 hour') AS hour, approx_count_distinct(customer_id) AS buyers
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES
GROUP BY window(ordered_at, '1 hour');

-- # a distinct count of whole tables is fine
-- finds: nothing
CREATE MATERIALIZED VIEW buyers AS
SELECT date(ordered_at) AS day, count(DISTINCT customer_id) AS buyers FROM main.bronze.orders GROUP BY date(ordered_at);

-- # a distinct count of the whole table that a stream is joined with is fine
-- finds: nothing
CREATE STREAMING TABLE orders AS
SELECT o.id, c.customers
FROM STREAM(main.bronze.orders) AS o
JOIN (SELECT country, count(DISTINCT id) AS customers FROM main.ref.customers GROUP BY country) AS c ON o.region = c.country;

-- # the word in a string and in a comment is no distinct count
-- finds: nothing
CREATE STREAMING TABLE orders COMMENT 'count(DISTINCT x)' AS
SELECT id, 'count(DISTINCT id)' AS text -- count(DISTINCT id)
FROM STREAM(main.bronze.orders);

-- # a collected set is fine
-- finds: nothing
CREATE STREAMING TABLE lists AS
SELECT window(paid_at, '1 day') AS day, collect_set(method) AS methods
FROM STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(paid_at, '1 day');
