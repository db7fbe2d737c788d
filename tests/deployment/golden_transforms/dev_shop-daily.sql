-- Written by headgate from daily.pipeline.yaml: change that file.

CREATE OR REFRESH STREAMING TABLE `main`.`shop`.`kept_visits` (
  CONSTRAINT `known` EXPECT (id IS NOT NULL)
)
AS
SELECT * FROM STREAM `main`.`shop`.`visits` AS `visits`;
