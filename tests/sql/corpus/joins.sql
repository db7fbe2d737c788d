-- # a table that is read whole, left outer with a stream
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT c.id, o.amount FROM main.ref.customers AS c LEFT JOIN STREAM(main.bronze.orders) AS o ON o.customer_id = c.id;

-- # a stream, right outer with a table that is read whole
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT c.id, o.amount FROM STREAM(main.bronze.orders) AS o RIGHT JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a full outer join of a stream and a table
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT c.id, o.amount FROM STREAM(main.bronze.orders) AS o FULL OUTER JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a full outer join of a table and a stream
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT c.id, o.amount FROM main.ref.customers AS c FULL JOIN STREAM(main.bronze.orders) AS o ON o.customer_id = c.id;

-- # a semi join with a stream on the right
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT c.id FROM main.ref.customers AS c LEFT SEMI JOIN STREAM(main.bronze.orders) AS o ON o.customer_id = c.id;

-- # an anti join with a stream on the right
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT c.id FROM main.ref.customers AS c LEFT ANTI JOIN STREAM(main.bronze.orders) AS o ON o.customer_id = c.id;

-- # an anti join of two streams
-- finds: join-side
CREATE STREAMING TABLE unpaid AS
SELECT o.id FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT ANTI JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p ON o.id = p.order_id;

-- # the second join is the one that is wrong
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT o.id, c.name FROM STREAM(main.bronze.orders) AS o
JOIN main.ref.countries AS k ON o.region = k.code
RIGHT JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a wrong join in a subquery
-- finds: join-side
CREATE STREAMING TABLE t AS
SELECT * FROM (SELECT c.id, o.amount FROM main.ref.customers AS c LEFT JOIN STREAM(main.bronze.orders) AS o ON o.customer_id = c.id) AS x;

-- # a wrong join in a flow
-- finds: join-side
CREATE STREAMING TABLE t;
CREATE FLOW f AS INSERT INTO t BY NAME
SELECT c.id, o.amount FROM main.ref.customers c LEFT OUTER JOIN STREAM main.bronze.orders o ON o.customer_id = c.id;

-- # watermarks and no time bound
-- finds: join-without-time-bound
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p ON o.id = p.order_id;

-- # a time bound from the wrong side
-- finds: join-without-time-bound
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p
ON o.id = p.order_id AND p.paid_at >= o.ordered_at;

-- # a right outer join whose bound is from the wrong side
-- finds: join-without-time-bound
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
RIGHT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p
ON o.id = p.order_id AND p.paid_at <= o.ordered_at + INTERVAL 1 DAY;

-- # a time bound in WHERE, which comes too late for an outer join
-- finds: join-without-time-bound
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p ON o.id = p.order_id
WHERE p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 DAY;

-- # a time bound on a column without a watermark
-- finds: join-without-time-bound
CREATE STREAMING TABLE seen AS
SELECT c.user_id, i.cost
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR AS c
LEFT JOIN STREAM(main.bronze.impressions) WATERMARK shown_at DELAY OF INTERVAL 1 HOUR AS i
ON c.ad_id = i.ad_id AND i.loaded_at <= c.clicked_at;

-- # a time bound through a function that Spark doesn't see through
-- finds: join-without-time-bound
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p
ON o.id = p.order_id AND p.paid_at <= dateadd(DAY, 1, o.ordered_at);

-- # a semi join of streams with watermarks and no bound
-- finds: join-without-time-bound
CREATE STREAMING TABLE paid AS
SELECT o.id
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT SEMI JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p ON o.id = p.order_id;

-- # an inner join of streams that keeps all rows
-- finds: unbounded-state
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid FROM STREAM(main.bronze.orders) AS o JOIN STREAM(main.bronze.payments) AS p ON o.id = p.order_id;

-- # an inner join of streams with watermarks, and no bound
-- finds: unbounded-state
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p ON o.id = p.order_id;

-- # an inner join whose bound lets go of one side alone
-- finds: unbounded-state
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 1 HOUR AS p
ON o.id = p.order_id AND p.paid_at >= o.ordered_at;

-- # two streams by USING
-- finds: unbounded-state
CREATE STREAMING TABLE seen AS
SELECT user_id, url, cost FROM STREAM(main.bronze.clicks) JOIN STREAM(main.bronze.impressions) USING (user_id);

-- # two streams without any equality
-- finds: join-without-equality
-- spark: accepted, for it finds out once the stream is planned
CREATE STREAMING TABLE t AS
SELECT o.id FROM STREAM(main.bronze.orders) AS o JOIN STREAM(main.bronze.payments) AS p ON p.paid_at > o.ordered_at;

-- # a cross join of two streams
-- finds: join-without-equality
-- spark: accepted, for it finds out once the stream is planned
CREATE STREAMING TABLE t AS SELECT o.id FROM STREAM(main.bronze.orders) AS o CROSS JOIN STREAM(main.bronze.payments) AS p;

-- # a union of a stream and a table
-- finds: union-of-stream-and-batch
CREATE STREAMING TABLE t AS
SELECT id FROM STREAM(main.bronze.orders) UNION ALL SELECT order_id FROM main.bronze.payments;

-- # a union of a table and a stream
-- finds: union-of-stream-and-batch
CREATE STREAMING TABLE t AS
SELECT order_id FROM main.bronze.payments UNION ALL SELECT id FROM STREAM(main.bronze.orders);

-- # a union of three, of which one is a table
-- finds: union-of-stream-and-batch
CREATE STREAMING TABLE t AS
SELECT user_id FROM STREAM(main.bronze.clicks)
UNION ALL SELECT user_id FROM STREAM(main.bronze.impressions)
UNION ALL SELECT id FROM main.ref.customers;

-- # a union with rows that are written out
-- finds: union-of-stream-and-batch
CREATE STREAMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders) UNION ALL SELECT 0;

-- # a union in a subquery
-- finds: union-of-stream-and-batch
CREATE STREAMING TABLE t AS
SELECT * FROM (SELECT id FROM STREAM(main.bronze.orders) UNION ALL SELECT id FROM main.ref.customers) AS u WHERE id > 0;

-- # intersect of streams
-- finds: set-operation
CREATE STREAMING TABLE t AS
SELECT user_id FROM STREAM(main.bronze.clicks) INTERSECT SELECT user_id FROM STREAM(main.bronze.impressions);

-- # a stream that is taken away
-- finds: set-operation
CREATE STREAMING TABLE t AS SELECT id FROM main.ref.customers EXCEPT SELECT customer_id FROM STREAM(main.bronze.orders);

-- # a sorted stream
-- finds: sort
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(main.bronze.orders) ORDER BY ordered_at DESC NULLS LAST;

-- # a sorted stream in a subquery
-- finds: sort
CREATE STREAMING TABLE t AS SELECT * FROM (SELECT id FROM STREAM(main.bronze.orders) ORDER BY id) AS x;

-- # groups that are sorted
-- finds: sort
CREATE STREAMING TABLE t AS
SELECT window(ordered_at, '1 hour') AS hour, count(*) AS orders
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR
GROUP BY window(ordered_at, '1 hour') ORDER BY orders DESC LIMIT 10;

-- # sorted within partitions
-- finds: sort
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(main.bronze.orders) SORT BY id;

-- # row_number over a stream
-- finds: window-function
CREATE STREAMING TABLE newest AS
SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) AS r FROM STREAM(main.bronze.orders);

-- # row_number in QUALIFY
-- finds: window-function
CREATE STREAMING TABLE newest AS
SELECT * FROM STREAM(main.bronze.orders) QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) = 1;

-- # row_number in a subquery that is filtered
-- finds: window-function
CREATE STREAMING TABLE newest AS
SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at) AS r FROM STREAM(main.bronze.orders)) AS n WHERE r = 1;

-- # lag over a stream
-- finds: window-function
CREATE STREAMING TABLE steps AS
SELECT sensor, value - lag(value) OVER (PARTITION BY sensor ORDER BY read_at) AS step FROM STREAM(main.bronze.readings);

-- # a running sum
-- finds: window-function
CREATE STREAMING TABLE sums AS
SELECT sensor, sum(value) OVER (PARTITION BY sensor ORDER BY read_at) AS total FROM STREAM(main.bronze.readings);

-- # offset
-- finds: offset
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(main.bronze.orders) LIMIT 10 OFFSET 5;

-- # a sample
-- finds: sample
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(main.bronze.orders) TABLESAMPLE (10 PERCENT);

-- # a stream in a subquery of WHERE
-- finds: stream-in-subquery
CREATE STREAMING TABLE t AS
SELECT id FROM STREAM(main.bronze.orders) WHERE id IN (SELECT order_id FROM STREAM(main.bronze.payments));

-- # a stream in EXISTS
-- finds: stream-in-subquery
CREATE STREAMING TABLE t AS
SELECT o.id FROM STREAM(main.bronze.orders) AS o
WHERE EXISTS (SELECT 1 FROM STREAM(main.bronze.payments) AS p WHERE p.order_id = o.id);

-- # numbers that a stream can't give
-- finds: function
CREATE STREAMING TABLE t AS SELECT monotonically_increasing_id() AS n, id FROM STREAM(main.bronze.orders);

-- # a stream, left outer with a table
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT o.id, c.name FROM STREAM(main.bronze.orders) AS o LEFT JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a table, right outer with a stream
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT o.id, c.name FROM main.ref.customers AS c RIGHT JOIN STREAM(main.bronze.orders) AS o ON o.customer_id = c.id;

-- # a stream, inner with two tables, one of them with a hint
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT /*+ BROADCAST(k) */ o.id, c.name, k.label
FROM STREAM(main.bronze.orders) AS o JOIN main.ref.customers AS c ON o.customer_id = c.id, main.ref.countries AS k
WHERE k.code = c.country;

-- # a stream, anti with a table
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT o.id FROM STREAM(main.bronze.orders) AS o LEFT ANTI JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a stream, semi with a table
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT o.id FROM STREAM(main.bronze.orders) AS o LEFT SEMI JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a left outer join of streams with a time bound
-- finds: nothing
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
LEFT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 2 HOURS AS p
ON o.id = p.order_id AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 DAY;

-- # a right outer join of streams with a time bound, the other way round
-- finds: nothing
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
RIGHT JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 2 HOURS AS p
ON o.id = p.order_id AND p.paid_at >= o.ordered_at - INTERVAL 5 MINUTES AND p.paid_at <= o.ordered_at + INTERVAL 1 DAY;

-- # a full outer join of streams with a time bound
-- finds: nothing
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
FULL OUTER JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 2 HOURS AS p
ON o.id = p.order_id AND o.ordered_at >= p.paid_at - INTERVAL 1 DAY AND o.ordered_at <= p.paid_at;

-- # an outer join of streams by the watermark's column
-- finds: nothing
CREATE STREAMING TABLE both AS
SELECT c.user_id, i.cost
FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR AS c
LEFT JOIN STREAM(main.bronze.impressions) AS i ON c.user_id = i.user_id AND c.clicked_at = i.shown_at;

-- # an outer join of streams by their windows
-- finds: nothing
CREATE STREAMING TABLE both AS
SELECT c.hour, c.clicks, i.shown
FROM (SELECT window(clicked_at, '1 hour') AS hour, count(*) AS clicks
      FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR GROUP BY window(clicked_at, '1 hour')) AS c
LEFT JOIN (SELECT window(shown_at, '1 hour') AS hour, count(*) AS shown
      FROM STREAM(main.bronze.impressions) WATERMARK shown_at DELAY OF INTERVAL 1 HOUR GROUP BY window(shown_at, '1 hour')) AS i
ON c.hour = i.hour;

-- # an inner join of streams with a bound on both sides
-- finds: nothing
CREATE STREAMING TABLE paid AS
SELECT o.id, p.paid
FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR AS o
JOIN STREAM(main.bronze.payments) WATERMARK paid_at DELAY OF INTERVAL 2 HOURS AS p
ON o.id = p.order_id AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 DAY;

-- # a union of streams
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT user_id, clicked_at AS at FROM STREAM(main.bronze.clicks)
UNION ALL SELECT user_id, shown_at FROM STREAM(main.bronze.impressions);

-- # flows from a stream and, once, from a table
-- finds: nothing
CREATE STREAMING TABLE users;
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);
CREATE FLOW before AS INSERT INTO ONCE users BY NAME SELECT id AS user_id FROM main.ref.customers;

-- # sorted and numbered whole tables
-- finds: nothing
CREATE MATERIALIZED VIEW newest AS
SELECT * FROM main.bronze.orders QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) = 1 ORDER BY id;

-- # the newest of a whole table that a stream is joined with
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT o.id, c.name FROM STREAM(main.bronze.orders) AS o
LEFT JOIN (SELECT * FROM main.ref.customers QUALIFY row_number() OVER (PARTITION BY id ORDER BY updated_at DESC) = 1) AS c
ON o.customer_id = c.id;

-- # a subquery of a whole table
-- finds: nothing
CREATE STREAMING TABLE t AS
SELECT id FROM STREAM(main.bronze.orders)
WHERE customer_id IN (SELECT id FROM main.ref.customers) AND amount > (SELECT avg(paid) FROM main.bronze.payments);

-- # arrays as rows
-- finds: nothing
CREATE STREAMING TABLE words AS
SELECT c.user_id, word FROM STREAM(main.bronze.clicks) AS c LATERAL VIEW explode(split(url, '/')) parts AS word;

-- # a limit
-- finds: nothing
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(main.bronze.orders) LIMIT 100;

-- # a table that is taken away from a stream
-- finds: nothing
CREATE STREAMING TABLE t AS SELECT customer_id FROM STREAM(main.bronze.orders) EXCEPT ALL SELECT id FROM main.ref.customers;
