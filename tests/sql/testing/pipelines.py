"""A pipeline file and tests of it, as text."""

from __future__ import annotations

PIPELINE = """\
catalog: main
schema: silver
sources:
  orders:
    table: main.bronze.orders
    columns: {id: BIGINT, customer: BIGINT, amount: STRING, at: TIMESTAMP}
    watermark_column: at
    watermark_delay: 10 minutes
  customers: {connector: crm, table: customers}
  raw: {files: /Volumes/main/raw, format: json}
  changes: {table: main.bronze.changes}
transforms:
  typed: {from: orders, select: [id, customer, at, amount: "CAST(amount AS DECIMAL(18, 2))"]}
  named:
    from: typed
    join: {with: customers, how: left, on: typed.customer = customers.id}
    select: [typed.*, name: customers.name]
  sums: {from: sales, aggregate: {by: [name], values: {money: sum(amount)}}}
  hourly:
    from: typed
    aggregate: {window: {type: tumbling, column: at, size: 1 hour}, values: {n: count(*)}}
tables:
  sales:
    type: streaming_table
    from: named
    expectations:
      known: {check: customer IS NOT NULL, on_violation: drop}
      positive: {check: amount > 0, on_violation: quarantine}
  totals: {type: materialized_view, from: sums}
  by_hour: {type: streaming_table, from: hourly}
  strict: {type: streaming_table, from: typed, expectations: {early: {check: id < 100, on_violation: fail}}}
  files: {type: streaming_table, from: raw}
  people:
    type: streaming_table
    flows:
      - from: changes
        cdc: {keys: [id], sequence_by: [n], delete_when: "op = 'D'", except_columns: [op, n], scd_type: 2}
  latest:
    type: streaming_table
    flows:
      - from: changes
        cdc: {keys: [id], sequence_by: [n], delete_when: "op = 'D'", except_columns: [op, n], ignore_null_updates: true}
"""

# Each holds.
GOOD = """\
tests:
  expectations drop, and put into quarantine:
    given:
      orders:
        - {id: 1, customer: 7, amount: "3.5", at: 2026-01-02 10:00}
        - {id: 2, amount: "1", at: 2026-01-02 10:00}
        - {id: 3, customer: 7, amount: "-1", at: 2026-01-02 10:00}
      customers: [{id: 7, name: "O'Hara \\\\ ${x} é"}]
    expect:
      sales: [{id: 1, amount: 3.50, name: "O'Hara \\\\ ${x} é"}]
      sales_quarantine: [{id: 3, _failed_expectations: [positive]}]
      totals: [{money: 3.50}]
    dropped: {sales: [{id: 2}]}
    violations: {sales: {known: 1}}
  a window is there once the watermark passed it, and rows behind that are not:
    steps:
      - given: {orders: [{id: 2, at: 2026-01-02 10:20}, {id: 1, at: 2026-01-02 10:10}, {id: 1, at: 2026-01-02 10:10}]}
        expect: {by_hour: []}
      - given: {orders: [{id: 3, at: 2026-01-02 12:00}]}
        expect: {by_hour: [{window_start: 2026-01-02 10:00, n: 3}]}
      - given: {orders: [{id: 4, at: 2026-01-02 10:30}]}
        expect: {by_hour: [{window_start: 2026-01-02 10:00, n: 3}]}
  an expectation that fails stops the update:
    given: {orders: [{id: 100}]}
    violations: {strict: {early: 1}}
  files have any rows:
    given: {raw: [{a: 1, b: {c: [1, 2]}, d: 0.1}, {a: null, d: 3}]}
    expect: {files: [{a: 1, b: {c: [1, 2]}, d: 0.10000000001}, {d: 3}]}
  changes that come out of order are a history:
    steps:
      - given: {changes: [{id: 1, name: b, op: U, n: 2}, {id: 2, name: x, op: I, n: 1}]}
        expect: {latest: [{id: 1, name: b}, {id: 2, name: x}]}
      - given: {changes: [{id: 1, name: a, op: I, n: 1}, {id: 1, op: U, n: 3}, {id: 2, op: D, n: 5}]}
        expect:
          people:
            - {id: 1, name: a, __START_AT: 1, __END_AT: 2}
            - {id: 1, name: b, __START_AT: 2, __END_AT: 3}
            - {id: 1, __START_AT: 3}
            - {id: 2, name: x, __START_AT: 1, __END_AT: 5}
          latest: [{id: 1, name: b}]
"""

# Each fails, and what is said of it is in golden/failing.txt.
FAILING = """\
tests:
  a column differs, a row is missing and one too many:
    given: {raw: [{a: 1, b: x}, {a: 2, b: x}, {a: 3, b: y}]}
    expect: {files: [{a: 1, b: z}, {a: 2, b: x}, {a: 9, b: q}]}
  a value is of another type:
    given: {orders: [{id: 1}, {id: many}]}
    expect: {by_hour: []}
  an expected value is of another type:
    given: {orders: [{id: 1}]}
    expect: {strict: [{id: one}]}
  there is no such column:
    given: {orders: [{id: 1}]}
    expect: {strict: [{idd: 1}]}
  an update stops:
    given: {orders: [{id: 100}]}
    expect: {strict: []}
  the second step differs:
    steps:
      - given: {orders: [{id: 1}]}
        expect: {strict: [{id: 1}]}
      - given: {orders: [{id: 1}]}
        expect: {strict: [{id: 1}]}
        violations: {strict: {early: 1}}
  nothing is known of what it reads:
    given: {orders: [{id: 1}]}
    expect: {sales: []}
  no expectation drops rows:
    given: {orders: [{id: 1}]}
    dropped: {strict: [{id: 1}]}
"""
SDP_MODEL = """\
CREATE OR REFRESH STREAMING TABLE ${silver_schema}.stg_products AS
SELECT
  CAST(sku AS STRING) AS product_id,
  CAST(price / 100 AS DECIMAL(16, 2)) AS price,
  COALESCE(kind = 'drink', FALSE) AS is_drink,
  CASE WHEN p.is_old THEN 'old' ELSE s.label END AS label
FROM STREAM(${catalog}.${bronze_schema}.products) WATERMARK at DELAY OF INTERVAL 1 HOUR AS p
LEFT JOIN ${bronze_schema}.shops AS s ON p.shop = s.id
"""
SDP_TESTS = """\
tests:
  - name: maps the price
    model: stg_products.sql
    spark_conf: {spark.sql.session.timeZone: Europe/Berlin}
    given:
      - table: ${bronze_schema}.products
        schema: {sku: int}
        rows:
          - {sku: "1", price: 350, kind: drink, at: "2024-01-15T10:30:00"}
      - table: ${bronze_schema}.shops
        rows: []
    expect:
      rows:
        - {product_id: "1", price: 3.50, is_drink: true}
  - name: gives no row of none
    model: stg_products.sql
    given: [{table: "${catalog}.${bronze_schema}.products", rows: []}, {table: "${bronze_schema}.shops", rows: []}]
"""
