CREATE OR REFRESH STREAMING TABLE `main`.`gold`.`clicks_by_hour`
AS
SELECT
  page,
  lower(site) AS `site`,
  window.start AS window_start,
  window.end AS window_end,
  count(*) AS `clicks`,
  approx_count_distinct(user_id) AS `users`
FROM STREAM `main`.`bronze`.`clicks` WATERMARK `clicked_at` DELAY OF INTERVAL 10 MINUTES AS `clicks`
GROUP BY
  page,
  lower(site),
  window(`clicked_at`, '1 hour')
HAVING count(*) > 1;

CREATE OR REFRESH STREAMING TABLE `main`.`gold`.`clicks_by_ten_minutes`
AS
SELECT
  window.start AS window_start,
  window.end AS window_end,
  count(*) AS `clicks`
FROM STREAM `main`.`bronze`.`clicks` WATERMARK `clicked_at` DELAY OF INTERVAL 10 MINUTES AS `clicks`
GROUP BY
  window(`clicked_at`, '10 minutes', '5 minutes');

CREATE OR REFRESH STREAMING TABLE `main`.`gold`.`page_visits`
AS
SELECT
  page,
  session_window.start AS window_start,
  session_window.end AS window_end,
  count(*) AS `views`
FROM (SELECT * FROM STREAM read_files('/Volumes/main/raw/views/*.json', format => 'json', schema => '`viewed_at` TIMESTAMP, `page` STRING')) WATERMARK `viewed_at` DELAY OF INTERVAL 1 HOUR AS `views`
GROUP BY
  page,
  session_window(`viewed_at`, '30 minutes');

CREATE OR REFRESH STREAMING TABLE `main`.`gold`.`clicks_of_views`
AS
SELECT
  clicks.*,
  viewed_at
FROM STREAM `main`.`bronze`.`clicks` WATERMARK `clicked_at` DELAY OF INTERVAL 10 MINUTES AS `clicks`
INNER JOIN (SELECT * FROM STREAM read_files('/Volumes/main/raw/views/*.json', format => 'json', schema => '`viewed_at` TIMESTAMP, `page` STRING')) WATERMARK `viewed_at` DELAY OF INTERVAL 1 HOUR AS `views`
  ON clicks.page = views.page AND clicked_at BETWEEN viewed_at AND viewed_at + INTERVAL 1 HOUR;

CREATE OR REFRESH MATERIALIZED VIEW `main`.`gold`.`clicks_in_all`
CLUSTER BY AUTO
AS
SELECT count(*) AS `clicks`
FROM `main`.`bronze`.`clicks` AS `clicks`;
