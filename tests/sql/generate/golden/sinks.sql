CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`all_orders`
AS
SELECT * FROM STREAM `main`.`bronze`.`orders` AS `orders`;

CREATE TEMPORARY VIEW `topic_rows`
AS
SELECT to_json(struct(*)) AS `value`
FROM STREAM `main`.`bronze`.`orders` AS `orders`;
