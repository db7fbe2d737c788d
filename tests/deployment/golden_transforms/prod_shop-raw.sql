-- Written by headgate from raw.pipeline.yaml: change that file.

CREATE OR REFRESH STREAMING TABLE `main`.`shop`.`visits`
AS
SELECT * FROM STREAM `main`.`bronze`.`clicks` AS `clicks`;
