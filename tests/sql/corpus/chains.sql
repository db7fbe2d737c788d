-- # a streaming table without a stream
-- finds: batch-in-stream
CREATE STREAMING TABLE t AS SELECT * FROM main.bronze.orders;

-- # a streaming table of files that are read whole
-- finds: batch-in-stream
CREATE OR REFRESH STREAMING TABLE t AS SELECT * FROM read_files('/Volumes/main/raw/orders', format => 'json');

-- # a streaming table of a streaming table that is read whole
-- finds: batch-in-stream
CREATE STREAMING TABLE bronze AS SELECT * FROM STREAM(main.bronze.orders);
CREATE STREAMING TABLE silver AS SELECT id FROM bronze;

-- # a flow without a stream
-- finds: batch-in-stream
CREATE STREAMING TABLE users;
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id FROM main.bronze.clicks;

-- # changes that aren't a stream
-- finds: batch-in-stream
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM main.bronze.customer_changes KEYS (id) SEQUENCE BY sequence;

-- # older changes that aren't a stream
-- finds: batch-in-stream
CREATE OR REFRESH STREAMING LIVE TABLE customers;
APPLY CHANGES INTO LIVE.customers FROM main.bronze.customer_changes KEYS (id) SEQUENCE BY sequence;

-- # a stream of a view that reads whole tables
-- finds: batch-in-stream
CREATE TEMPORARY VIEW large AS SELECT * FROM main.bronze.orders WHERE amount > 100;
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(large);

-- # a materialized view of a stream
-- finds: stream-in-batch
CREATE MATERIALIZED VIEW t AS SELECT * FROM STREAM(main.bronze.orders);

-- # an older live table of a stream
-- finds: stream-in-batch
CREATE LIVE TABLE t AS SELECT * FROM STREAM(main.bronze.orders);

-- # a materialized view of files as a stream
-- finds: stream-in-batch
CREATE MATERIALIZED VIEW t AS SELECT * FROM STREAM read_files('/Volumes/main/raw/orders', format => 'csv');

-- # a materialized view with a stream in a join
-- finds: stream-in-batch
CREATE MATERIALIZED VIEW t AS
SELECT o.id, c.name FROM STREAM(main.bronze.orders) AS o JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # a flow that runs once, of a stream
-- finds: stream-in-batch
CREATE STREAMING TABLE users;
CREATE FLOW before AS INSERT INTO ONCE users BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);

-- # a view of a stream that is read whole
-- finds: stream-in-batch
CREATE TEMPORARY VIEW large AS SELECT * FROM STREAM(main.bronze.orders) WHERE amount > 100;
CREATE MATERIALIZED VIEW t AS SELECT * FROM large;

-- # a view in the catalog, of a stream
-- finds: stream-in-batch
CREATE VIEW large AS SELECT * FROM STREAM(main.bronze.orders) WHERE amount > 100;

-- # a table that reads itself
-- finds: cycle, batch-in-stream
CREATE STREAMING TABLE t AS SELECT * FROM t;

-- # two views in a circle
-- finds: cycle
CREATE MATERIALIZED VIEW a AS SELECT * FROM b;
CREATE MATERIALIZED VIEW b AS SELECT * FROM a;

-- # three in a circle, one of them a flow
-- finds: cycle
CREATE STREAMING TABLE a;
CREATE FLOW f AS INSERT INTO a BY NAME SELECT * FROM STREAM(c);
CREATE STREAMING TABLE b AS SELECT * FROM STREAM(a);
CREATE STREAMING TABLE c AS SELECT * FROM STREAM(b);

-- # an unknown column
-- finds: unknown-column
CREATE STREAMING TABLE t AS SELECT id, amout FROM STREAM(main.bronze.orders);

-- # an unknown column in WHERE
-- finds: unknown-column
CREATE STREAMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders) WHERE state = 'paid';

-- # an unknown column of an alias
-- finds: unknown-column
CREATE MATERIALIZED VIEW t AS SELECT o.id, c.nam FROM main.bronze.orders AS o JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # an alias that isn't there
-- finds: unknown-column
CREATE MATERIALIZED VIEW t AS SELECT x.id FROM main.bronze.orders AS o;

-- # a column that an earlier table didn't pass on
-- finds: unknown-column
CREATE STREAMING TABLE bronze AS SELECT id, amount FROM STREAM(main.bronze.orders);
CREATE STREAMING TABLE silver AS SELECT id, region FROM STREAM(bronze);

-- # an alias of SELECT in WHERE
-- finds: unknown-column
CREATE MATERIALIZED VIEW t AS SELECT amount * 2 AS twice FROM main.bronze.orders WHERE twice > 10;

-- # an unknown column in a join
-- finds: unknown-column
CREATE MATERIALIZED VIEW t AS SELECT o.id FROM main.bronze.orders AS o JOIN main.ref.customers AS c ON o.customer = c.id;

-- # an unknown column in an expectation
-- finds: unknown-column
CREATE MATERIALIZED VIEW t (CONSTRAINT positive EXPECT (amnt > 0) ON VIOLATION DROP ROW) AS SELECT id, amount FROM main.bronze.orders;

-- # an unknown key
-- finds: unknown-column
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (customer_id) SEQUENCE BY sequence;

-- # changes in an unknown order
-- finds: unknown-column
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY updated_at;

-- # an unknown column among those that changes leave out
-- finds: unknown-column
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes)
KEYS (id) SEQUENCE BY sequence COLUMNS * EXCEPT (op);

-- # a declared column that the query doesn't give
-- finds: unknown-column
CREATE MATERIALIZED VIEW t (id BIGINT, total DOUBLE) AS SELECT id, amount FROM main.bronze.orders;

-- # an ambiguous column
-- finds: ambiguous-column
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders AS o JOIN main.ref.customers AS c ON o.customer_id = c.id;

-- # an ambiguous column in WHERE
-- finds: ambiguous-column
CREATE STREAMING TABLE t AS
SELECT o.amount FROM STREAM(main.bronze.orders) AS o JOIN main.ref.customers AS c ON o.customer_id = c.id WHERE id > 5;

-- # one output twice
-- finds: duplicate-output
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders;
CREATE MATERIALIZED VIEW T AS SELECT id FROM main.ref.customers;

-- # one output as a table and as a view
-- finds: duplicate-output
CREATE STREAMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders);
CREATE TEMPORARY VIEW t AS SELECT id FROM main.ref.customers;

-- # two flows of one name
-- finds: duplicate-output
CREATE STREAMING TABLE users;
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id FROM STREAM(main.bronze.impressions);

-- # a flow into a materialized view
-- finds: flow-target
CREATE MATERIALIZED VIEW users AS SELECT id FROM main.ref.customers;
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id AS id FROM STREAM(main.bronze.clicks);

-- # changes and appended rows into one table
-- finds: flow-target
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
CREATE FLOW web AS INSERT INTO customers BY NAME SELECT user_id AS id FROM STREAM(main.bronze.clicks);

-- # an unknown table, where all have to be known
-- finds: unknown-table
-- strict
CREATE STREAMING TABLE t AS SELECT * FROM STREAM(elsewhere.orders);

-- # a flow into a table that no file defines
-- finds: unknown-table
-- strict
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);

-- # an unknown table
-- finds: nothing
-- spark: unknown, for it knows nothing of the table
CREATE STREAMING TABLE t AS SELECT id, anything FROM STREAM(elsewhere.orders) WHERE more > 5;

-- # from files to a total
-- finds: nothing
-- spark: unknown, for it has no read_files
CREATE OR REFRESH STREAMING TABLE bronze AS
SELECT *, _metadata.file_path AS file FROM STREAM read_files('/Volumes/main/raw/orders', format => 'json', schemaHints => 'id BIGINT');
CREATE OR REFRESH STREAMING TABLE silver (CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION FAIL UPDATE)
AS SELECT id, file, amount::decimal(10, 2) AS amount FROM STREAM(bronze);
CREATE OR REFRESH MATERIALIZED VIEW gold AS SELECT file, sum(amount) AS amount FROM silver GROUP BY file;

-- # an older pipeline
-- finds: nothing
-- spark: unknown, for it has no cloud_files
CREATE INCREMENTAL LIVE TABLE bronze COMMENT 'raw' AS SELECT * FROM cloud_files('/data', 'json', map('cloudFiles.inferColumnTypes', 'true'));
CREATE TEMPORARY STREAMING LIVE VIEW v AS SELECT * FROM STREAM(LIVE.bronze);
CREATE STREAMING LIVE TABLE silver AS SELECT id FROM STREAM(LIVE.v);
CREATE LIVE TABLE gold AS SELECT count(*) AS n FROM LIVE.silver;

-- # aliases that later projections use
-- finds: nothing
CREATE STREAMING TABLE t AS SELECT amount * 2 AS twice, twice + 1 AS more FROM STREAM(main.bronze.orders);

-- # fields of a struct, of a lambda and of a variant
-- finds: nothing
CREATE MATERIALIZED VIEW t AS
SELECT s.a, transform(array(1, 2), x -> x + id) AS xs, id FROM (SELECT named_struct('a', 1, 'b', 2) AS s, id FROM main.bronze.orders) AS q;

-- # a join by USING has its column once
-- finds: nothing
CREATE MATERIALIZED VIEW t AS SELECT user_id, url, cost FROM main.bronze.clicks JOIN main.bronze.impressions USING (user_id);

-- # a star without some
-- finds: nothing
CREATE STREAMING TABLE a AS SELECT * EXCEPT (status, region) FROM STREAM(main.bronze.orders);
CREATE STREAMING TABLE b AS SELECT id, amount FROM STREAM(a);

-- # a correlated subquery
-- finds: nothing
CREATE MATERIALIZED VIEW t AS
SELECT c.id, (SELECT count(*) FROM main.bronze.orders AS o WHERE o.customer_id = c.id) AS orders FROM main.ref.customers AS c;

-- # capitals don't matter, quotes don't either
-- finds: nothing
CREATE STREAMING TABLE `My Orders` AS SELECT ID, `Amount` FROM STREAM(MAIN.Bronze.ORDERS);
CREATE MATERIALIZED VIEW t AS SELECT id FROM `my orders`;

-- # everything that a definition may say
-- finds: nothing
CREATE OR REFRESH PRIVATE STREAMING TABLE t (
  id BIGINT NOT NULL COMMENT 'the key' MASK main.ref.hide USING COLUMNS (region),
  region STRING,
  PRIMARY KEY (id) RELY,
  CONSTRAINT positive EXPECT (id > 0) ON VIOLATION DROP ROW
)
USING DELTA CLUSTER BY AUTO COMMENT "it's all" TBLPROPERTIES ('quality' = 'silver', "a.b" = 1)
WITH ROW FILTER main.ref.visible ON (region)
AS SELECT id, region FROM STREAM(main.bronze.orders);

-- # a sink with a flow
-- finds: nothing
-- spark: unknown, for its parser has no sinks
CREATE SINK out FORMAT kafka OPTIONS ('topic' = 'orders');
CREATE FLOW to_kafka AS INSERT INTO out BY NAME SELECT id FROM STREAM(main.bronze.orders);

-- # parameters
-- finds: nothing
-- spark: unknown, for the parameters have no values
CREATE OR REFRESH STREAMING TABLE ${catalog}.${schema}.orders_${env} AS SELECT * FROM STREAM(${source}.orders) WHERE day > '${start}';
CREATE MATERIALIZED VIEW t AS SELECT * FROM {{ catalog }}.{{ schema }}.other WHERE day > :start;
CREATE MATERIALIZED VIEW u AS SELECT id FROM main.bronze.orders WHERE {{ condition }} AND region = ${region};

-- # a notebook whose cells end without a sign
-- finds: nothing
-- Databricks notebook source
-- MAGIC %md # Orders
USE CATALOG main

-- COMMAND ----------

CREATE STREAMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders)

-- COMMAND ----------

SELECT * FROM t
