CREATE OR REFRESH STREAMING TABLE `dev`.`silver`.`new_orders`
TBLPROPERTIES ('owner' = 'team 10 false')
AS
SELECT *
FROM STREAM `dev`.`bronze`.`orders` AS `orders`
WHERE ordered_at > 'it\'s 2026' AND (number > 10 OR FALSE) AND doc:a.b::int = 1;

CREATE OR REFRESH STREAMING TABLE `dev`.`silver`.`new_files`
AS
SELECT * FROM STREAM read_files('/Volumes/dev/raw', maxFilesPerTrigger => '10') AS `files`;
