-- Two flows into one table, a table with an inline flow, and views.
CREATE OR REFRESH STREAMING TABLE shop.silver.orders
  (id BIGINT NOT NULL, email STRING MASK shop.rules.hide USING COLUMNS (id), PRIMARY KEY (id))
  CLUSTER BY (id, email)
  WITH ROW FILTER shop.rules.own ON (id);

CREATE FLOW europe COMMENT 'one half' AS INSERT INTO shop.silver.orders BY NAME
  SELECT * FROM STREAM(shop.bronze.orders_eu);
CREATE FLOW backfill AS INSERT INTO ONCE shop.silver.orders BY NAME
  SELECT id, lower(email) AS email FROM shop.bronze.orders_old;

CREATE OR REFRESH STREAMING TABLE shop.silver.customers
FLOW AUTO CDC
FROM STREAM shop.bronze.customers
KEYS (id, region)
IGNORE NULL UPDATES
APPLY AS DELETE WHEN op = 'D'
APPLY AS TRUNCATE WHEN op = 'T'
SEQUENCE BY struct(at, number)
COLUMNS id, region, name
STORED AS SCD TYPE 1;

CREATE OR REFRESH STREAMING TABLE shop.silver.month
FLOW REPLACE WHERE ordered_on >= date_trunc('MONTH', current_date()) BY NAME
SELECT * FROM shop.bronze.orders_eu;

CREATE TEMPORARY VIEW big AS SELECT * FROM STREAM(shop.silver.orders) WHERE amount > 10;
CREATE OR REFRESH PRIVATE MATERIALIZED VIEW counted CLUSTER BY AUTO AS SELECT count(*) AS n FROM shop.silver.orders;
CREATE FLOW lost AS INSERT INTO shop.silver.nowhere BY NAME SELECT 1 AS id;
