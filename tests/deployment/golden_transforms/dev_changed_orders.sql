-- Written by headgate from changes.pipeline.yaml: change that file.

CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`orders_now`
FLOW AUTO CDC
FROM STREAM `main`.`bronze`.`order_changes`
KEYS (`id`)
SEQUENCE BY `changed_at`
STORED AS SCD TYPE 1;
