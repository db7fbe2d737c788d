CREATE OR REFRESH MATERIALIZED VIEW `main`.`gold`.`order_steps`
AS
WITH `latest` AS (
  SELECT * EXCEPT (_row_number)
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY `order_id` ORDER BY changed_at DESC NULLS LAST, number) AS _row_number
    FROM `main`.`silver`.`orders` AS `orders`
  ) AS numbered
  WHERE _row_number = 1
)
SELECT
  *,
  lag(amount) OVER (PARTITION BY customer_id ORDER BY ordered_at) AS `before`,
  sum(amount) FILTER (WHERE amount > 0) OVER (PARTITION BY customer_id ORDER BY ordered_at) AS `sum_so_far`
FROM `latest`;

CREATE OR REFRESH MATERIALIZED VIEW `other`.`elsewhere`.`kept_orders`
AS
WITH `latest` AS (
  SELECT * EXCEPT (_row_number)
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY `order_id` ORDER BY changed_at DESC NULLS LAST, number) AS _row_number
    FROM `main`.`silver`.`orders` AS `orders`
  ) AS numbered
  WHERE _row_number = 1
),
`distinct_rows` AS (
  SELECT DISTINCT * FROM `main`.`silver`.`returns` AS `returns`
),
`both` AS (
  SELECT * FROM `latest`
  UNION ALL
  SELECT * FROM `distinct_rows`
),
`kept` AS (
  SELECT *
  FROM `both`
  LEFT ANTI JOIN `main`.`silver`.`returns` AS `returns`
    USING (`order_id`)
)
SELECT *
FROM `kept`
CROSS JOIN `main`.`silver`.`regions` AS `regions`;

CREATE OR REFRESH MATERIALIZED VIEW `main`.`gold`.`copy`
AS
SELECT * FROM `other`.`elsewhere`.`kept_orders` AS `kept_orders`;
