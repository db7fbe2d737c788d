-- Written by headgate from sales.pipeline.yaml: change that file.

CREATE OR REFRESH STREAMING TABLE `dev`.`silver`.`sales` (
  CONSTRAINT `known` EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW
)
AS
SELECT * FROM STREAM read_files('/Volumes/main/raw/orders', format => 'json', schema => '`id` BIGINT, `amount` DECIMAL(18, 2)') AS `orders`;

CREATE TEMPORARY VIEW `out_rows`
AS
SELECT * FROM STREAM read_files('/Volumes/main/raw/orders', format => 'json', schema => '`id` BIGINT, `amount` DECIMAL(18, 2)') AS `orders`;
