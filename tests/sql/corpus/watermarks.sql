-- # a window without a watermark
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE hourly AS
SELECT window(ordered_at, '1 hour') AS hour, sum(amount) AS amount
FROM STREAM(main.bronze.orders) GROUP BY window(ordered_at, '1 hour');

-- # a sum of everything
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE total AS SELECT sum(amount) AS amount FROM STREAM(main.bronze.orders);

-- # groups of a key alone, with a watermark that none of them holds
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE by_region AS
SELECT region, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES GROUP BY region;

-- # a window of another time than the watermark's
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE shown AS
SELECT window(loaded_at, '1 hour') AS hour, count(*) AS shown
FROM STREAM(main.bronze.impressions) WATERMARK shown_at DELAY OF INTERVAL 10 MINUTES
GROUP BY window(loaded_at, '1 hour');

-- # a time that is rounded by another function than window
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE hourly AS
SELECT date_trunc('hour', ordered_at) AS hour, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES
GROUP BY date_trunc('hour', ordered_at);

-- # the day of a time
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE daily AS
SELECT to_date(paid_at) AS day, sum(paid) AS paid
FROM STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 DAY
GROUP BY day;

-- # a watermark on a time that is moved afterwards
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE daily AS
SELECT day, count(*) AS payments
FROM (SELECT paid_at + INTERVAL 1 HOUR AS day, paid
      FROM STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 DAY) AS p
GROUP BY day;

-- # a session window without a watermark
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE sessions AS
SELECT user_id, session_window(clicked_at, '30 minutes') AS session, count(*) AS clicks
FROM STREAM(main.bronze.clicks) GROUP BY user_id, session_window(clicked_at, '30 minutes');

-- # distinct rows without a watermark
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE users AS SELECT DISTINCT user_id FROM STREAM(main.bronze.clicks);

-- # distinct rows without the watermark's column among them
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE users AS
SELECT DISTINCT user_id FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR;

-- # a union that looks for rows which are there twice
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE users AS
SELECT user_id FROM STREAM(main.bronze.clicks) UNION SELECT user_id FROM STREAM(main.bronze.impressions);

-- # an aggregation in a subquery
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE large AS
SELECT region, orders FROM (SELECT region, count(*) AS orders FROM STREAM(main.bronze.orders) GROUP BY region) AS r
WHERE orders > 10;

-- # an aggregation in WITH
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE large AS
WITH r AS (SELECT region, max(amount) AS amount FROM STREAM(main.bronze.orders) GROUP BY region)
SELECT * FROM r;

-- # an aggregation of an aggregation that lost the watermark
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE total AS
SELECT count(*) AS windows
FROM (SELECT window(ordered_at, '1 hour') AS hour, count(*) AS orders
      FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES
      GROUP BY window(ordered_at, '1 hour')) AS w;

-- # groups of a window's end, which has no watermark any more
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE ends AS
SELECT e, count(*) AS windows
FROM (SELECT window.end AS e, region, count(*) AS orders
      FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES
      GROUP BY window(ordered_at, '1 hour'), region) AS w
GROUP BY e;

-- # an aggregation of a stream joined with a table
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE by_country AS
SELECT c.country, sum(o.amount) AS amount
FROM STREAM(main.bronze.orders) AS o JOIN main.ref.customers AS c ON o.customer_id = c.id GROUP BY c.country;

-- # a pivot
-- finds: aggregate-without-watermark
CREATE STREAMING TABLE by_method AS
SELECT * FROM (SELECT order_id, method, paid FROM STREAM(main.bronze.payments)) PIVOT (sum(paid) FOR method IN ('card', 'cash'));

-- # an outer join of streams without a watermark
-- finds: outer-join-without-watermark
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid FROM STREAM(main.bronze.orders) AS o LEFT JOIN STREAM(main.bronze.payments) AS p ON o.id = p.order_id;

-- # a right outer join of streams without a watermark
-- finds: outer-join-without-watermark
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid FROM STREAM(main.bronze.orders) AS o RIGHT OUTER JOIN STREAM(main.bronze.payments) AS p ON o.id = p.order_id;

-- # a full outer join of streams without a watermark
-- finds: outer-join-without-watermark
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid FROM STREAM(main.bronze.orders) AS o FULL OUTER JOIN STREAM(main.bronze.payments) AS p ON o.id = p.order_id;

-- # a semi join of streams without a watermark
-- finds: outer-join-without-watermark
CREATE STREAMING TABLE paid AS
SELECT o.id FROM STREAM(main.bronze.orders) AS o LEFT SEMI JOIN STREAM(main.bronze.payments) AS p ON o.id = p.order_id;

-- # an outer join with a time bound, and no watermark
-- finds: outer-join-without-watermark
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid FROM STREAM(main.bronze.orders) AS o LEFT JOIN STREAM(main.bronze.payments) AS p
ON o.id = p.order_id AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 DAY;

-- # a watermark of text
-- finds: watermark-type
CREATE STREAMING TABLE t AS
SELECT text_time, count(*) AS n FROM STREAM(main.bronze.readings) WATERMARK text_time DELAY OF INTERVAL 1 HOUR GROUP BY text_time;

-- # a watermark of a date
-- finds: watermark-type
CREATE STREAMING TABLE t AS
SELECT day, count(*) AS n FROM STREAM(main.bronze.readings) WATERMARK day DELAY OF INTERVAL 1 HOUR GROUP BY day;

-- # a watermark of a column that isn't there
-- finds: unknown-column, aggregate-without-watermark
CREATE STREAMING TABLE t AS
SELECT read_at, count(*) AS n FROM STREAM(main.bronze.readings) WATERMARK reed_at DELAY OF INTERVAL 1 HOUR GROUP BY read_at;

-- # a watermark without a unit
-- finds: syntax
CREATE STREAMING TABLE t AS
SELECT read_at, count(*) AS n FROM STREAM(main.bronze.readings) WATERMARK read_at DELAY OF INTERVAL '10 minutes' GROUP BY read_at;

-- # a watermark after the alias
-- finds: syntax, aggregate-without-watermark
CREATE STREAMING TABLE t AS
SELECT r.read_at, count(*) AS n FROM STREAM(main.bronze.readings) AS r WATERMARK read_at DELAY OF INTERVAL 10 MINUTES GROUP BY r.read_at;

-- # a negative watermark
-- finds: syntax
CREATE STREAMING TABLE t AS
SELECT read_at, count(*) AS n FROM STREAM(main.bronze.readings) WATERMARK read_at DELAY OF INTERVAL -10 MINUTES GROUP BY read_at;

-- # a watermark of an expression without a name
-- finds: syntax
CREATE STREAMING TABLE t AS
SELECT read_at, count(*) AS n FROM STREAM(main.bronze.readings) WATERMARK to_timestamp(text_time) DELAY OF INTERVAL 1 HOUR GROUP BY read_at;

-- # a tumbling window
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window(ordered_at, '1 hour') AS hour, sum(amount) AS amount
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES GROUP BY window(ordered_at, '1 hour');

-- # a window that begins the list of groups, with keys after it
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window.start AS hour, region, sum(amount) AS amount
FROM STREAM main.bronze.orders WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES AS o
GROUP BY window(o.ordered_at, '1 hour'), region;

-- # a sliding window
-- finds: nothing
CREATE STREAMING TABLE sliding AS
SELECT window(read_at, '10 minutes', '5 minutes') AS w, sensor, avg(value) AS value
FROM STREAM(main.bronze.readings) WATERMARK read_at DELAY OF INTERVAL '2' HOURS
GROUP BY sensor, window(read_at, '10 minutes', '5 minutes') HAVING count(*) > 1;

-- # a session window
-- finds: nothing
CREATE STREAMING TABLE sessions AS
SELECT user_id, session_window(clicked_at, '30 minutes') AS session, count(*) AS clicks
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 DAY
GROUP BY user_id, session_window(clicked_at, '30 minutes');

-- # groups of the time itself
-- finds: nothing
CREATE STREAMING TABLE per_time AS
SELECT read_at, sensor, max(value) AS value
FROM STREAM(main.bronze.readings) WATERMARK read_at DELAY OF INTERVAL 10 SECONDS GROUP BY read_at, sensor;

-- # groups by number
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window(ordered_at, '1 hour') AS hour, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES GROUP BY 1;

-- # groups by alias
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window(ordered_at, '1 hour') AS hour, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES GROUP BY hour;

-- # groups by all
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT ordered_at, region, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES GROUP BY ALL;

-- # a watermark that makes its column
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window(t, '1 hour') AS hour, count(*) AS n
FROM STREAM(main.bronze.readings) WATERMARK to_timestamp(text_time) AS t DELAY OF INTERVAL 1 HOUR
GROUP BY window(t, '1 hour');

-- # a watermark that comes from a subquery under another name
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window(t, '1 hour') AS hour, count(*) AS n
FROM (SELECT read_at AS t, value FROM STREAM(main.bronze.readings) WATERMARK read_at DELAY OF INTERVAL 1 HOUR) AS r
GROUP BY window(t, '1 hour');

-- # a watermark on a subquery
-- finds: nothing
CREATE STREAMING TABLE hourly AS
SELECT window(read_at, '1 hour') AS hour, count(*) AS n
FROM (SELECT read_at, value FROM STREAM(main.bronze.readings)) WATERMARK read_at DELAY OF INTERVAL 1 HOUR AS r
GROUP BY window(read_at, '1 hour');

-- # windows of windows
-- finds: nothing
CREATE STREAMING TABLE daily AS
SELECT window(hour, '1 day') AS day, sum(orders) AS orders
FROM (SELECT window(ordered_at, '1 hour') AS hour, count(*) AS orders
      FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES
      GROUP BY window(ordered_at, '1 hour')) AS hourly
GROUP BY window(hour, '1 day');

-- # distinct rows with a watermark
-- finds: nothing
CREATE STREAMING TABLE clicks AS
SELECT DISTINCT user_id, ad_id, clicked_at FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR;

-- # the window's functions after a join with a whole table
-- finds: nothing
CREATE STREAMING TABLE by_country AS
SELECT c.country, window(o.ordered_at, '1 day') AS day, sum(o.amount) AS amount
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
JOIN main.ref.customers AS c ON o.customer_id = c.id
GROUP BY c.country, window(o.ordered_at, '1 day');

-- # a pivot that keeps the watermark's column
-- finds: nothing
CREATE STREAMING TABLE by_method AS
SELECT * FROM (SELECT paid_at, method, paid FROM STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR)
PIVOT (sum(paid) FOR method IN ('card', 'cash'));

-- # an aggregation of whole tables
-- finds: nothing
CREATE MATERIALIZED VIEW by_region AS SELECT region, count(*) AS orders, sum(amount) AS amount FROM main.bronze.orders GROUP BY region;

-- # an aggregation in the whole table that a stream is joined with
-- finds: nothing
CREATE STREAMING TABLE orders AS
SELECT o.id, t.paid FROM STREAM(main.bronze.orders) AS o
LEFT JOIN (SELECT order_id, sum(paid) AS paid FROM main.bronze.payments GROUP BY order_id) AS t ON o.id = t.order_id;

-- # a watermark in a view that is read as a stream
-- finds: nothing
CREATE TEMPORARY VIEW late_orders AS
SELECT * FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 DAY;
CREATE STREAMING TABLE daily AS
SELECT window(ordered_at, '1 day') AS day, count(*) AS orders FROM STREAM(late_orders) GROUP BY window(ordered_at, '1 day');

-- # a union of streams with a watermark each
-- finds: nothing
CREATE STREAMING TABLE seen AS
SELECT t, count(*) AS n
FROM (SELECT clicked_at AS t FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR
      UNION ALL
      SELECT shown_at AS t FROM STREAM(main.bronze.impressions) WATERMARK shown_at DELAY OF INTERVAL 1 HOUR) AS u
GROUP BY t;

-- # groups by cube
-- finds: nothing
CREATE STREAMING TABLE cubes AS
SELECT region, ordered_at, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY CUBE (region, ordered_at);
