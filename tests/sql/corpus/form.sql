-- # two commas
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id,, amount FROM main.bronze.orders;

-- # a comma at the end
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id, amount, FROM main.bronze.orders;

-- # a word that is nearly SELECT
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELEC id FROM main.bronze.orders;

-- # a word that is nearly FROM
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id FORM main.bronze.orders;

-- # a word that is nearly STREAMING
-- finds: syntax
CREATE STREMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders);

-- # a word that is nearly WHERE
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders WHER id > 5;

-- # groups of nothing
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT count(*) AS n FROM main.bronze.orders GROUP BY;

-- # a join on nothing
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT o.id FROM main.bronze.orders AS o JOIN main.ref.customers AS c ON;

-- # words after the end
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders WHERE id > 5 id;

-- # a parenthesis too many
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT count(id)) AS n FROM main.bronze.orders;

-- # a parenthesis too few
-- finds: syntax
CREATE MATERIALIZED VIEW t (CONSTRAINT c EXPECT (id > 5) AS SELECT id FROM main.bronze.orders;

-- # no query
-- finds: syntax
CREATE MATERIALIZED VIEW t COMMENT 'nothing';

-- # no AS
-- finds: syntax
CREATE MATERIALIZED VIEW t SELECT id FROM main.bronze.orders;

-- # an unknown thing to do with a row
-- finds: syntax
CREATE MATERIALIZED VIEW t (CONSTRAINT c EXPECT (id > 5) ON VIOLATION DELETE ROW) AS SELECT id FROM main.bronze.orders;

-- # an expectation of nothing
-- finds: syntax
CREATE MATERIALIZED VIEW t (CONSTRAINT c EXPECT ()) AS SELECT id FROM main.bronze.orders;

-- # two expectations of one name
-- finds: syntax
CREATE MATERIALIZED VIEW t (CONSTRAINT c EXPECT (id > 5), CONSTRAINT c EXPECT (id < 9)) AS SELECT id FROM main.bronze.orders;

-- # changes without keys
-- finds: syntax
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) SEQUENCE BY sequence;

-- # changes without an order
-- finds: syntax
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id);

-- # an unknown kind of history
-- finds: syntax
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence STORED AS SCD TYPE 3;

-- # history of some columns without history
-- finds: syntax
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence TRACK HISTORY ON (name);

-- # a quote that is never closed
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT 'id FROM main.bronze.orders;

-- # a flow that does nothing
-- finds: syntax
CREATE STREAMING TABLE t;
CREATE FLOW f AS SELECT * FROM STREAM(main.bronze.orders);

-- # a statement without the sign that ends it
-- finds: syntax
CREATE MATERIALIZED VIEW a AS SELECT id FROM main.bronze.orders
CREATE MATERIALIZED VIEW b AS SELECT id FROM main.bronze.orders;

-- # strange and right
-- finds: nothing
CREATE MATERIALIZED VIEW t AS
SELECT `id` AS `a;b`, 'it''s -- no comment; ' AS text, "double \" quote" AS other, r'\d+' AS raw, 1.5e3 AS n, 10L AS l, X'1F' AS x,
  CASE WHEN amount > 1 THEN 'a' ELSE 'b' END AS c, amount BETWEEN 1 AND 2 AS between_, NOT amount IS NULL AS filled,
  CAST(id AS STRUCT<x: INT, y: ARRAY<STRING>>) AS s, id::string AS d, try_cast(status AS INT) AS i, interval 3 days AS three,
  date '2020-01-01' AS day, to_timestamp(status, 'yyyy-MM-dd HH:mm') AS at, extract(year FROM ordered_at) AS year /* a comment; */
FROM main.bronze.orders WHERE status RLIKE 'a.*' AND region NOT IN ('x', 'y') AND status LIKE '%' || region || '%';

-- # names of columns that are words of the language
-- finds: nothing
CREATE MATERIALIZED VIEW t AS SELECT timestamp, offset, value AS date, window, stream, q.limit FROM elsewhere.kafka AS q;

-- # statements that define nothing
-- finds: nothing
USE CATALOG main;
SET x = 5;
CREATE SCHEMA IF NOT EXISTS main.s;
DROP TABLE IF EXISTS old;
CREATE TABLE IF NOT EXISTS plain (id BIGINT) USING DELTA;
SELECT 1;

-- # a dot too many
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id FROM main..orders;

-- # FROM without a table before a query
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT * FROM SELECT id FROM main.bronze.orders;

-- # STREAM twice
-- finds: syntax
CREATE STREAMING TABLE t AS SELECT id FROM STREAM STREAM main.bronze.orders;

-- # partitions by nothing
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT row_number() OVER (PARTITION BY ORDER BY id) AS n FROM main.bronze.orders;

-- # a column after WHERE, as if it were before
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT region FROM main.bronze.orders WHERE id > 5, region GROUP BY region;

-- # quoted names after STREAM
-- finds: nothing
CREATE STREAMING TABLE `t` AS SELECT `id` FROM STREAM `main`.`bronze`.`orders` WATERMARK `ordered_at` DELAY OF INTERVAL 1 HOUR AS `o`;

-- # a query that begins with FROM, arrays and their places
-- finds: nothing
CREATE MATERIALIZED VIEW t AS FROM main.bronze.orders SELECT array(id, 2)[0] AS first, map('a', 1)['a'] AS a;

-- # BETWEEN without AND
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders WHERE amount BETWEEN 1 2;

-- # a join without FROM
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT o.id o JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a sign without a number
-- finds: syntax
CREATE MATERIALIZED VIEW t AS SELECT + , id FROM main.bronze.orders;

-- # an older pipeline that leaves AS out
-- finds: nothing
CREATE LIVE TABLE t COMMENT 'old' SELECT id FROM main.bronze.orders;
