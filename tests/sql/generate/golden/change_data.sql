CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`customers`
FLOW AUTO CDC
FROM STREAM `main`.`bronze`.`customer_changes`
KEYS (`id`)
APPLY AS DELETE WHEN operation = 'DELETE'
SEQUENCE BY STRUCT(`committed_at`, `number`)
COLUMNS * EXCEPT (`operation`, `number`)
STORED AS SCD TYPE 2
TRACK HISTORY ON (`name`, `city`);

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`customers_now`;

CREATE FLOW `live` AS
AUTO CDC INTO `main`.`silver`.`customers_now`
FROM STREAM `main`.`bronze`.`customer_changes`
KEYS (`id`)
IGNORE NULL UPDATES
APPLY AS TRUNCATE WHEN operation = 'TRUNCATE'
SEQUENCE BY `committed_at`
STORED AS SCD TYPE 1;

CREATE TEMPORARY VIEW `products_changes`
AS
SELECT * FROM STREAM read_files('/Volumes/main/raw/products', format => 'json') AS `product_files`;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`products`
FLOW AUTO CDC
FROM STREAM `products_changes`
KEYS (`id`)
SEQUENCE BY `at`
COLUMNS (`id`, `name`)
STORED AS SCD TYPE 1;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`history`
FLOW AUTO CDC
FROM STREAM `main`.`bronze`.`customer_changes`
KEYS (`id`)
SEQUENCE BY `at`
STORED AS SCD TYPE 2
TRACK HISTORY ON * EXCEPT (`seen_at`);
