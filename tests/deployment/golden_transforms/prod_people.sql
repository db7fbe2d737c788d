-- Written by headgate from people.pipeline.yaml: change that file.

CREATE OR REFRESH MATERIALIZED VIEW `main`.`silver`.`people`
AS
SELECT
  contacts.*,
  countries.name AS `country_name`
FROM `main`.`bronze`.`contacts` AS `contacts`
LEFT JOIN `other`.`geo`.`countries` AS `countries`
  ON contacts.country = countries.code;
