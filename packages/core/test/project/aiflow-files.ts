/** Texts of our own in every form that AIFlow's own files have, of its versions 0.1 to 0.3. */
export const projectFiles: Readonly<Record<string, string>> = {
  'version 0.1, with an address and a port': `##
## A licence would stand here.
##
project_name: tutorial
server_ip: localhost
server_port: 50051
notification_uri: localhost:50051
blob:
  blob_manager_class: ai_flow_plugins.blob_manager_plugins.local_blob_manager.LocalBlobManager
`,
  'version 0.2, with keys of the user': `project_name: test_project
server_uri: localhost:50051,localhost:50052
notification_server_uri: localhost:50053
enable_ha: true
ai_flow_home: /opt/aiflow
ai_flow_job_master.host: "localhost"
ai_flow_job_master.port: 8081
ai_flow_conf: 'taskmanager.slot=2'
airflow_deploy_path: /srv/airflow/
a: a
`,
  'version 0.3, on HDFS': `project_name: celery_example
server_uri: server:50051
notification_server_uri: server:50052
blob:
  blob_manager_class: ai_flow_plugins.blob_manager_plugins.hdfs_blob_manager.HDFSBlobManager
  blob_manager_config:
    hdfs_url: http://namenode:50070
    hdfs_user: hdfs
    root_directory: /blobs
`,
  'the documents, with empty options': `project_name: penguins
blob:
  blob_manager_class: ai_flow_plugins.blob_manager_plugins.oss_blob_manager.OssBlobManager
  blob_manager_config:
    access_key_id:
    access_key_secret:
    endpoint:
    bucket:
    root_directory:
`,
};

export const workflowFiles: Readonly<Record<string, string>> = {
  'jobs of several types': `# job name: job_1
job_1:
  # a bash job
  job_type: bash
train:
  job_type: python
  periodic_config:
    interval: '0,0,0,60' # every minute
predict:
  job_type: flink
  properties:
    run_mode: cluster
    stop_mode: stop
    flink_run_args: # a list
      - -pyexec
      - /path/to/python
    flink_stop_args:
      - -p
      - /savepoints
`,
  'a period of the workflow, jobs with intervals, dependencies': `task_1:
  job_type: bash
  job_label_report_interval: 60.0

task_2:
  job_type: bash
  periodic_config:
    start_date: "2020,1,1,1,1,1,"
    cron: "* * * * * * *"

task_3:
  job_type: bash
  periodic_config:
    start_date: "2020,1,1,1,1,1,"
    interval: "1,1,1,1"

periodic_config:
  start_date: "2020,1,1,1,1,1,Asia/Chongqing"
  interval: "1,1,1,1"

properties:
  a: a

dependencies:
  jars:
    - a.jar
    - b.jar
`,
  'a name, a platform and an engine': `workflow_name: w
task_1:
  platform: local
  engine: cmd_line
  job_name: task_1
  exec_mode: batch
`,
  'a job whose only property is commented out': `read_only:
  job_type: read_only_flink
  properties:
    # job_id:
empty_job:
other: {}
`,
  'options for Airflow among the properties': `task_6:
  job_type: mock
  properties:
    airflow_args:
      retries: 2
      retry_delay: timedelta(seconds=5)
periodic_config:
  cron: "0 */1 * * * * *"
  timezone: Asia/Shanghai
`,
};

export const serverFiles: Readonly<Record<string, string>> = {
  'version 0.1': `server_ip: localhost
server_port: 50051
db_uri: sqlite:///aiflow.db
db_type: sql_lite
start_scheduler_service: True
notification_uri: localhost:50052
k8s_namespace: ai-flow
#enable_ha: false
# start_default_notification: True
scheduler:
  scheduler_class: ai_flow_plugins.scheduler_plugins.airflow.airflow_scheduler.AirFlowScheduler
  repository: /srv/repo
  scheduler_config:
    airflow_deploy_path: /srv/dags
    notification_service_uri: localhost:50051
`,
  'version 0.3': `server_port: 50051
db_uri: sqlite:////srv/aiflow.db
db_type: SQL_LITE
notification_server_uri: 127.0.0.1:50052
#start_meta_service: True
wait_for_server_started_timeout: 60
base_log_folder: /srv/logs
scheduler_service:
  scheduler:
    scheduler_class: ai_flow_plugins.scheduler_plugins.airflow.airflow_scheduler.AirFlowScheduler
    scheduler_config:
      resource_dir: /tmp
      notification_server_uri: 127.0.0.1:50052
  #repository: /tmp
web_server:
  airflow_web_server_uri: http://localhost:8080
  host: 0.0.0.0
  port: 8000
`,
  'a server of events': `server_port: 50052
db_uri: sqlite:///events.db
enable_ha: false
ha_ttl_ms: 10000
advertised_uri: 127.0.0.1:50052
`,
  'the documents': `scheduler:
    scheduler_class_name: ai_flow_plugins.scheduler_plugins.airflow.airflow_scheduler.AirFlowScheduler
    scheduler_config:
        airflow_deploy_path: /srv/airflow/dag
        notification_server_uri: localhost:50052
`,
};
