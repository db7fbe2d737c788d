CREATE OR REFRESH PRIVATE STREAMING TABLE `good_orders_checked` (
  CONSTRAINT `positive` EXPECT (amount > 0),
  CONSTRAINT `it's dated` EXPECT (ordered_at IS NOT NULL)
)
AS
SELECT
  *,
  array_compact(array(
    IF(amount > 0, NULL, 'positive'),
    IF(ordered_at IS NOT NULL, NULL, 'it\'s dated')
  )) AS _failed_expectations
FROM (
  SELECT * FROM STREAM `main`.`bronze`.`orders` AS `orders`
) AS all_rows;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`good_orders` (
  CONSTRAINT `known` EXPECT (customer_id IS NOT NULL) ON VIOLATION DROP ROW
)
AS
SELECT * EXCEPT (_failed_expectations) FROM STREAM `good_orders_checked` WHERE size(_failed_expectations) = 0;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`bad_orders`
COMMENT 'Rows of good_orders that fail its expectations, with the names of those'
AS
SELECT * FROM STREAM `good_orders_checked` WHERE size(_failed_expectations) > 0;

CREATE OR REFRESH PRIVATE MATERIALIZED VIEW `good_days_checked` (
  CONSTRAINT `early` EXPECT (ordered_at < now())
)
AS
SELECT
  *,
  array_compact(array(
    IF(ordered_at < now(), NULL, 'early')
  )) AS _failed_expectations
FROM (
  SELECT * FROM `main`.`silver`.`good_orders` AS `good_orders`
) AS all_rows;

CREATE OR REFRESH PRIVATE MATERIALIZED VIEW `good_days`
AS
SELECT * EXCEPT (_failed_expectations) FROM `good_days_checked` WHERE size(_failed_expectations) = 0;

CREATE OR REFRESH PRIVATE MATERIALIZED VIEW `good_days_quarantine`
COMMENT 'Rows of good_days that fail its expectations, with the names of those'
AS
SELECT * FROM `good_days_checked` WHERE size(_failed_expectations) > 0;
