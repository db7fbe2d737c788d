-- Written by headgate from sales.pipeline.yaml: change that file.

CREATE OR REFRESH MATERIALIZED VIEW `dev_hubspot`.`silver`.`contacts` (
  CONSTRAINT `id_is_known` EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW
)
AS
WITH `contacts_typed` AS (
  SELECT *
  FROM `dev_hubspot`.`bronze`.`contacts` AS `contacts_bronze`
)
SELECT * EXCEPT (_row_number)
FROM (
  SELECT
    *,
    row_number() OVER (PARTITION BY `id` ORDER BY updatedAt DESC) AS _row_number
  FROM `contacts_typed`
) AS numbered
WHERE _row_number = 1;

CREATE OR REFRESH MATERIALIZED VIEW `dev_hubspot`.`gold`.`contacts_summary`
AS
SELECT
  count(*) AS `row_count`,
  max(updatedAt) AS `newest`
FROM `dev_hubspot`.`silver`.`contacts` AS `contacts`;

CREATE OR REFRESH MATERIALIZED VIEW `dev_hubspot`.`silver`.`deals` (
  CONSTRAINT `id_is_known` EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW
)
AS
WITH `deals_typed` AS (
  SELECT *
  FROM `dev_hubspot`.`bronze`.`deals` AS `deals_bronze`
)
SELECT * EXCEPT (_row_number)
FROM (
  SELECT
    *,
    row_number() OVER (PARTITION BY `id` ORDER BY updatedAt DESC) AS _row_number
  FROM `deals_typed`
) AS numbered
WHERE _row_number = 1;

CREATE OR REFRESH MATERIALIZED VIEW `dev_hubspot`.`gold`.`deals_summary`
AS
SELECT
  count(*) AS `row_count`,
  max(updatedAt) AS `newest`
FROM `dev_hubspot`.`silver`.`deals` AS `deals`;
