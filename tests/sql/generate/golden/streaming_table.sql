CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`shipped_orders` (
  CONSTRAINT `known` EXPECT (customer_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT `positive` EXPECT (amount > 0),
  CONSTRAINT `identified` EXPECT (order_id IS NOT NULL) ON VIOLATION FAIL UPDATE
)
COMMENT 'Orders on their way, it\'s one row each'
CLUSTER BY (`order_id`)
TBLPROPERTIES ('quality' = 'silver', 'delta.enableChangeDataFeed' = 'true')
AS
WITH `shipped` AS (
  SELECT *
  FROM STREAM `main`.`bronze`.`orders` AS `orders`
  WHERE status = 'shipped'
  AND shipped_at IS NOT NULL
),
`typed` AS (
  SELECT
    order_id,
    customer_id,
    CAST(amount AS DECIMAL(18, 2)) AS `amount`
  FROM `shipped`
)
SELECT
  typed.*,
  customers.name AS `name`
FROM `typed`
LEFT JOIN `main`.`bronze`.`customers` AS `customers`
  ON typed.customer_id = customers.id;
