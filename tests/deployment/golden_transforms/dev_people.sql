-- Written by headgate from people.pipeline.yaml: change that file.

CREATE OR REFRESH MATERIALIZED VIEW `dev`.`silver`.`people`
AS
SELECT
  contacts.*,
  countries.name AS `country_name`
FROM `dev`.`bronze`.`contacts` AS `contacts`
LEFT JOIN `other_dev`.`geo`.`countries` AS `countries`
  ON contacts.country = countries.code;
