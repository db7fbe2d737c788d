-- # expectations in CORE
-- finds: edition
-- edition: core
CREATE MATERIALIZED VIEW t (CONSTRAINT positive EXPECT (amount > 0)) AS SELECT id, amount FROM main.bronze.orders;

-- # expectations in PRO
-- finds: edition
-- edition: pro
CREATE STREAMING TABLE t (CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW) AS SELECT id, amount FROM STREAM(main.bronze.orders);

-- # changes in CORE
-- finds: edition
-- edition: core
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # older changes in CORE
-- finds: edition
-- edition: core
CREATE OR REFRESH STREAMING LIVE TABLE customers;
APPLY CHANGES INTO LIVE.customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # inline changes in CORE
-- finds: edition
-- edition: core
CREATE STREAMING TABLE customers FLOW AUTO CDC FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # expectations of a view in CORE
-- finds: edition
-- edition: core
CREATE TEMPORARY VIEW t (CONSTRAINT positive EXPECT (amount > 0)) AS SELECT id, amount FROM main.bronze.orders;

-- # expectations of a table that takes changes, in PRO
-- finds: edition
-- edition: pro
CREATE STREAMING TABLE customers (CONSTRAINT named EXPECT (name IS NOT NULL) ON VIOLATION FAIL UPDATE);
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # expectations and changes in CORE
-- finds: edition
-- edition: core
CREATE STREAMING TABLE customers (CONSTRAINT named EXPECT (name IS NOT NULL));
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # streams in CORE
-- finds: nothing
-- edition: core
CREATE STREAMING TABLE t (id BIGINT NOT NULL) AS SELECT id FROM STREAM(main.bronze.orders);
CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n FROM t;

-- # changes in PRO
-- finds: nothing
-- edition: pro
CREATE STREAMING TABLE customers;
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;

-- # both in ADVANCED
-- finds: nothing
-- edition: advanced
CREATE STREAMING TABLE customers (CONSTRAINT named EXPECT (name IS NOT NULL));
CREATE FLOW changes AS AUTO CDC INTO customers FROM STREAM(main.bronze.customer_changes) KEYS (id) SEQUENCE BY sequence;
