-- # a stream of a materialized view
-- finds: stream-of-changes
CREATE MATERIALIZED VIEW totals AS SELECT region, sum(amount) AS amount FROM main.bronze.orders GROUP BY region;
CREATE STREAMING TABLE copy AS SELECT * FROM STREAM(totals);

-- # a stream of an older live table
-- finds: stream-of-changes
CREATE OR REFRESH LIVE TABLE totals AS SELECT region, count(*) AS n FROM main.bronze.orders GROUP BY region;
CREATE OR REFRESH STREAMING LIVE TABLE copy AS SELECT * FROM STREAM(LIVE.totals);

-- # a stream of what AUTO CDC writes
-- finds: stream-of-changes
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
CREATE STREAMING TABLE names AS SELECT id, name FROM STREAM(customers);

-- # a stream of history of SCD type 2
-- finds: stream-of-changes
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes)
KEYS (id) SEQUENCE BY sequence STORED AS SCD TYPE 2;
CREATE STREAMING TABLE names AS SELECT id, name FROM STREAM customers;

-- # a stream of what APPLY CHANGES writes
-- finds: stream-of-changes
CREATE OR REFRESH STREAMING LIVE TABLE customers;
APPLY CHANGES INTO LIVE.customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
CREATE OR REFRESH STREAMING LIVE TABLE names AS SELECT id, name FROM STREAM(LIVE.customers);

-- # a stream of an inline AUTO CDC table
-- finds: stream-of-changes
CREATE STREAMING TABLE customers FLOW AUTO CDC FROM STREAM main.bronze.customer_changes KEYS (id) SEQUENCE BY sequence;
CREATE STREAMING TABLE names AS SELECT id FROM STREAM(customers);

-- # a stream of a table that other programs update
-- finds: stream-of-changes
CREATE STREAMING TABLE names AS SELECT id, name FROM STREAM(main.ref.customers);

-- # a stream of such a table beside another stream
-- finds: stream-of-changes, unbounded-state
CREATE STREAMING TABLE t AS
SELECT o.id, c.name FROM STREAM(main.bronze.orders) AS o JOIN STREAM(main.ref.customers) AS c ON o.customer_id = c.id;

-- # changes of a table that changes
-- finds: stream-of-changes
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.ref.customers) KEYS (id) SEQUENCE BY updated_at;

-- # a stream of what a flow replaces
-- finds: stream-of-changes
CREATE STREAMING TABLE days FLOW REPLACE WHERE region = 'eu' BY NAME SELECT id, region FROM main.bronze.orders;
CREATE STREAMING TABLE copy AS SELECT * FROM STREAM(days);

-- # a stream of a materialized view, in a flow
-- finds: stream-of-changes
CREATE MATERIALIZED VIEW totals AS SELECT region, sum(amount) AS amount FROM main.bronze.orders GROUP BY region;
CREATE STREAMING TABLE all_totals;
CREATE FLOW copy AS INSERT INTO all_totals BY NAME SELECT * FROM STREAM(totals);

-- # the chain breaks in the middle
-- finds: stream-of-changes
CREATE STREAMING TABLE bronze AS SELECT * FROM STREAM(main.bronze.orders);
CREATE MATERIALIZED VIEW silver AS SELECT id, amount FROM bronze WHERE amount > 0;
CREATE STREAMING TABLE gold AS SELECT id FROM STREAM(silver);

-- # a stream of a materialized view through a view
-- finds: stream-of-changes
CREATE MATERIALIZED VIEW totals AS SELECT region, sum(amount) AS amount FROM main.bronze.orders GROUP BY region;
CREATE TEMPORARY VIEW v AS SELECT * FROM STREAM(totals);
CREATE STREAMING TABLE copy AS SELECT * FROM STREAM(v);

-- # qualified names
-- finds: stream-of-changes
CREATE OR REFRESH MATERIALIZED VIEW main.silver.totals AS SELECT region, sum(amount) AS amount FROM main.bronze.orders GROUP BY region;
CREATE OR REFRESH STREAMING TABLE main.gold.copy AS SELECT * FROM STREAM(silver.totals);

-- # a stream of a streaming table
-- finds: nothing
CREATE STREAMING TABLE bronze AS SELECT * FROM STREAM(main.bronze.orders);
CREATE STREAMING TABLE silver AS SELECT id, amount FROM STREAM(bronze) WHERE amount > 0;
CREATE STREAMING TABLE gold AS SELECT id FROM STREAM(silver);

-- # whole reads of what changes
-- finds: nothing
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
CREATE MATERIALIZED VIEW names AS SELECT id, name FROM customers;
CREATE MATERIALIZED VIEW more_names AS SELECT * FROM names;

-- # a stream joined with what changes, which is read whole
-- finds: nothing
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes)
KEYS (id) APPLY AS DELETE WHEN operation = 'D' SEQUENCE BY sequence COLUMNS * EXCEPT (operation, sequence) STORED AS SCD TYPE 1;
CREATE STREAMING TABLE named AS
SELECT o.id, c.name FROM STREAM(main.bronze.orders) AS o LEFT JOIN customers AS c ON o.customer_id = c.id;

-- # changed rows are skipped
-- finds: nothing
-- spark: unknown, for it is an option of Delta
CREATE STREAMING TABLE names AS SELECT id, name FROM STREAM main.ref.customers WITH (skipChangeCommits = true);

-- # many append flows into one table, which is read as a stream
-- finds: nothing
CREATE STREAMING TABLE users;
CREATE FLOW web AS INSERT INTO users BY NAME SELECT user_id FROM STREAM(main.bronze.clicks);
CREATE FLOW ads AS INSERT INTO users BY NAME SELECT user_id FROM STREAM(main.bronze.impressions);
CREATE STREAMING TABLE copy AS SELECT user_id FROM STREAM(users);
