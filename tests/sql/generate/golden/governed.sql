CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`people_masked` (
  `id` BIGINT NOT NULL COMMENT 'The person\'s number, \\ once each',
  `email` STRING MASK `main`.`rules`.`hide`,
  `city` STRUCT<name: STRING, zip: STRING> MASK `main`.`rules`.`hide_city` USING COLUMNS (`id`, `a``b`)
)
WITH ROW FILTER `main`.`rules`.`own_region` ON (`id`)
AS
SELECT * FROM STREAM `main`.`bronze`.`people` AS `people`;

CREATE OR REFRESH PRIVATE STREAMING TABLE `inner`
AS
SELECT * FROM STREAM `main`.`bronze`.`people` AS `people`;

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`outer_one`
AS
SELECT * FROM STREAM `inner`;
