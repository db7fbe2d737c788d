CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`all_orders`
PARTITIONED BY (`region`);

CREATE FLOW `from_europe` AS
INSERT INTO `main`.`silver`.`all_orders` BY NAME
SELECT * FROM STREAM `main`.`bronze`.`orders_eu` AS `europe`;

CREATE FLOW `from_america` COMMENT 'The other half' AS
INSERT INTO `main`.`silver`.`all_orders` BY NAME
SELECT * FROM STREAM `main`.`bronze`.`orders_us` AS `america`;

CREATE FLOW `backfill` AS
INSERT INTO ONCE `main`.`silver`.`all_orders` BY NAME
SELECT * FROM read_files('/Volumes/main/raw/old', format => 'parquet') AS `old`;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`one`
FLOW INSERT BY NAME
SELECT * FROM STREAM `main`.`bronze`.`orders_eu` AS `europe`;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`first`
FLOW INSERT ONCE BY NAME
SELECT * FROM read_files('/Volumes/main/raw/old', format => 'parquet') AS `old`;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`month`
FLOW REPLACE WHERE ordered_on >= date_trunc('MONTH', current_date()) BY NAME
SELECT * FROM `main`.`bronze`.`orders_eu` AS `europe`;
