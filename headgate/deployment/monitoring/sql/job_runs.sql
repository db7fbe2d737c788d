-- Of a run that takes long there is a row for each hour, of which the last has its state.
WITH started AS (
  SELECT DISTINCT
    workspace_id,
    update_id,
    CAST(trigger_details.job_task.job_task_run_id AS STRING) AS task_run_id
  FROM system.lakeflow.pipeline_update_timeline
  WHERE
    period_start_time >= current_timestamp() - INTERVAL 90 DAYS
    AND update_id IN (SELECT get_json_object(origin, '$.origin.update_id') FROM {events})
),
tasks AS (
  SELECT DISTINCT
    workspace_id,
    CAST(run_id AS STRING) AS task_run_id,
    CAST(job_run_id AS STRING) AS job_run_id
  FROM system.lakeflow.job_task_run_timeline
  WHERE period_start_time >= current_timestamp() - INTERVAL 90 DAYS
),
runs AS (
  SELECT
    workspace_id,
    CAST(job_id AS STRING) AS job_id,
    CAST(run_id AS STRING) AS job_run_id,
    MIN(period_start_time) AS job_started_at,
    MAX(period_end_time) AS job_ended_at,
    MAX(result_state) AS job_state
  FROM system.lakeflow.job_run_timeline
  WHERE period_start_time >= current_timestamp() - INTERVAL 90 DAYS
  GROUP BY workspace_id, job_id, run_id
)
SELECT update_id, job_id, job_run_id, job_started_at, job_ended_at, job_state
FROM started
JOIN tasks USING (workspace_id, task_run_id)
JOIN runs USING (workspace_id, job_run_id)
