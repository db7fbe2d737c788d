CREATE TEMPORARY VIEW `names`
COMMENT 'For the query'
AS
SELECT * FROM `main`.`bronze`.`customers` AS `customers`;

CREATE OR REFRESH MATERIALIZED VIEW `main`.`gold`.`busy_customers`
AS
WITH `orders` AS (SELECT * FROM `main`.`silver`.`orders`),
`busy` AS (
  SELECT o.customer_id, v.name, count(*) AS orders
  FROM Orders AS o
  JOIN names AS v ON v.id = o.customer_id
  JOIN main.elsewhere.orders x ON x.id = o.id
  WHERE o.ordered_at > '2026-01-01' AND note <> 'two
  lines'
  GROUP BY o.customer_id, v.name
)
SELECT *
FROM `busy`
WHERE orders > 10;

CREATE TEMPORARY VIEW `streamed`
AS
SELECT * FROM STREAM `main`.`silver`.`orders` WATERMARK `ordered_at` DELAY OF INTERVAL 5 MINUTES AS `orders`;

CREATE OR REFRESH STREAMING TABLE `main`.`gold`.`busy_stream`
AS
WITH `streamed` AS (SELECT * FROM STREAM `streamed`)
SELECT customer_id FROM `streamed` WHERE customer_id > 0;

CREATE OR REFRESH MATERIALIZED VIEW `main`.`gold`.`own_with`
AS
WITH `orders` AS (SELECT * FROM `main`.`silver`.`orders`),
`with_inside` AS (
  WITH own AS (SELECT * FROM orders) SELECT * FROM own
)
SELECT * FROM `with_inside`;
