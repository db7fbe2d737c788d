-- # a streaming table becomes a materialized view
-- finds: dataset-type-changed
CREATE STREAMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders);
-- now:
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders;

-- # a materialized view becomes a streaming table
-- finds: dataset-type-changed
CREATE OR REFRESH LIVE TABLE t AS SELECT id FROM main.bronze.orders;
-- now:
CREATE OR REFRESH STREAMING TABLE T AS SELECT id FROM STREAM(main.bronze.orders);

-- # a view becomes a table
-- finds: dataset-type-changed
CREATE VIEW t AS SELECT id FROM main.bronze.orders;
-- now:
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders;

-- # a table of another file and with its schema becomes another
-- finds: dataset-type-changed
CREATE MATERIALIZED VIEW silver.t AS SELECT id FROM main.bronze.orders;
-- now:
CREATE STREAMING TABLE main.silver.t AS SELECT id FROM STREAM(main.bronze.orders);

-- # other groups
-- finds: needs-full-refresh
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY ordered_at;
-- now:
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY ordered_at, region;

-- # another window
-- finds: needs-full-refresh
CREATE STREAMING TABLE t AS SELECT count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY window(ordered_at, '1 hour');
-- now:
CREATE STREAMING TABLE t AS SELECT count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY window(ordered_at, '2 hours');

-- # one aggregate more
-- finds: needs-full-refresh
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY ordered_at;
-- now:
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n, sum(amount) AS s FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY ordered_at;

-- # another source
-- finds: needs-full-refresh
CREATE STREAMING TABLE t AS SELECT user_id FROM STREAM(main.bronze.clicks);
-- now:
CREATE STREAMING TABLE t AS SELECT user_id FROM STREAM(main.bronze.impressions);

-- # one source more
-- finds: needs-full-refresh
CREATE STREAMING TABLE t AS SELECT user_id FROM STREAM(main.bronze.clicks);
-- now:
CREATE STREAMING TABLE t AS SELECT user_id FROM STREAM(main.bronze.clicks) UNION ALL SELECT user_id FROM STREAM(main.bronze.impressions);

-- # other keys of changes
-- finds: needs-full-refresh
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
-- now:
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id, country) SEQUENCE BY sequence;

-- # history is kept from now on
-- finds: needs-full-refresh
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
-- now:
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence STORED AS SCD TYPE 2;

-- # appended rows become changes
-- finds: needs-full-refresh
CREATE STREAMING TABLE t;
CREATE FLOW f AS INSERT INTO t BY NAME SELECT * FROM STREAM(main.bronze.customer_changes);
-- now:
CREATE STREAMING TABLE t;
CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # other partitions
-- finds: needs-full-refresh
CREATE STREAMING TABLE t PARTITIONED BY (region) AS SELECT id, region, status FROM STREAM(main.bronze.orders);
-- now:
CREATE STREAMING TABLE t PARTITIONED BY (status) AS SELECT id, region, status FROM STREAM(main.bronze.orders);

-- # another type of a column
-- finds: needs-full-refresh
CREATE STREAMING TABLE t (id BIGINT, amount DOUBLE) AS SELECT id, amount FROM STREAM(main.bronze.orders);
-- now:
CREATE STREAMING TABLE t (id STRING, amount DOUBLE) AS SELECT id, amount FROM STREAM(main.bronze.orders);

-- # a flow of another name
-- finds: needs-full-refresh
CREATE STREAMING TABLE t;
CREATE FLOW web AS INSERT INTO t BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);
-- now:
CREATE STREAMING TABLE t;
CREATE FLOW clicks AS INSERT INTO t BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);

-- # other keys of a join
-- finds: needs-full-refresh
CREATE STREAMING TABLE t AS SELECT c.user_id, i.cost FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR AS c JOIN STREAM(main.bronze.impressions) AS i ON c.user_id = i.user_id AND c.clicked_at = i.shown_at;
-- now:
CREATE STREAMING TABLE t AS SELECT c.user_id, i.cost FROM STREAM(main.bronze.clicks) WATERMARK clicked_at DELAY OF INTERVAL 1 HOUR AS c JOIN STREAM(main.bronze.impressions) AS i ON c.ad_id = i.ad_id AND c.clicked_at = i.shown_at;

-- # a filter and a column more
-- finds: nothing
CREATE STREAMING TABLE t AS SELECT id FROM STREAM(main.bronze.orders);
-- now:
CREATE STREAMING TABLE t AS SELECT id, amount FROM STREAM(main.bronze.orders) WHERE amount > 0;

-- # another delay of a watermark
-- finds: nothing
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY ordered_at;
-- now:
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 2 HOURS GROUP BY ordered_at;

-- # another query of a materialized view
-- finds: nothing
CREATE MATERIALIZED VIEW t AS SELECT region, count(*) AS n FROM main.bronze.orders GROUP BY region;
-- now:
CREATE MATERIALIZED VIEW t AS SELECT status, sum(amount) AS s FROM main.bronze.orders GROUP BY status;

-- # a flow more
-- finds: nothing
CREATE STREAMING TABLE t;
CREATE FLOW web AS INSERT INTO t BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);
-- now:
CREATE STREAMING TABLE t;
CREATE FLOW web AS INSERT INTO t BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);
CREATE FLOW ads AS INSERT INTO t BY NAME SELECT user_id FROM STREAM(main.bronze.impressions);

-- # a wider type, a comment and clustering
-- finds: nothing
CREATE STREAMING TABLE t (id INT, amount FLOAT) AS SELECT id::int AS id, amount::float AS amount FROM STREAM(main.bronze.orders);
-- now:
CREATE OR REFRESH STREAMING TABLE t (id BIGINT, amount DOUBLE) COMMENT 'orders' CLUSTER BY (id) AS SELECT id, amount FROM STREAM(main.bronze.orders);

-- # a view of the pipeline's own becomes a table
-- finds: nothing
CREATE TEMPORARY VIEW t AS SELECT id FROM main.bronze.orders;
-- now:
CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.orders;

-- # the words in other capitals and lines
-- finds: nothing
CREATE STREAMING TABLE t AS SELECT ordered_at, count(*) AS n FROM STREAM(main.bronze.orders) WATERMARK ordered_at DELAY OF INTERVAL 1 HOUR GROUP BY ordered_at;
-- now:
create or refresh streaming table T as
select ORDERED_AT, COUNT(*) as n
from stream main.bronze.orders watermark ordered_at delay of interval 1 hour
group by Ordered_At;
