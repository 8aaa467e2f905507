import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shortName } from '../../src/plugin/class-name.ts';
import { openProject } from '../../src/project/project-file.ts';
import { parseServerConfig, readServerConfig } from '../../src/project/server-file.ts';
import { parseSettings } from '../../src/project/settings.ts';
import { projectFiles, serverFiles, workflowFiles } from './aiflow-files.ts';
import { problemsOf } from './problems.ts';

describe("AIFlow's own files load unchanged:", () => {
  it.each(Object.entries(projectFiles))('project.yaml of %s', async (_, text) => {
    const directory = mkdtempSync(join(tmpdir(), 'aiflow-theirs-'));
    try {
      writeFileSync(join(directory, 'project.yaml'), text);
      const project = await openProject(directory);
      const named = /blob_managers?_plugins\.(\w+)_blob_manager/.exec(text)?.[1] ?? 'local';
      expect(shortName('blob', project.blob.className)).toBe(named);
      expect(project.serverUri).toBe(/^server_uri: (.*)$/m.exec(text)?.[1] ?? null);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each(Object.entries(workflowFiles))('a workflow with %s', async (_, text) => {
    const settings = await parseSettings(text, 'w.yaml', 'w');
    const keys = [...text.matchAll(/^(\w+):/gm)].map(([, key]) => key);
    const own = ['properties', 'dependencies', 'periodic_config', 'workflow_name'];
    expect([...settings.jobs.keys()]).toEqual(keys.filter((key) => !own.includes(key ?? '')));
    expect(settings.schedules !== null).toBe(keys.includes('periodic_config'));
  });

  it.each(Object.entries(serverFiles))('the file of a server of %s', async (_, text) => {
    const server = await parseServerConfig(text, 'server.yaml');
    expect(server.port).toBe(Number(/server_port: (\d+)/.exec(text)?.[1] ?? 50_051));
    const isAirflow = text.includes('AirFlowScheduler');
    expect(shortName('scheduler', server.scheduler.className)).toBe(isAirflow ? 'airflow' : 'local');
    expect(Object.keys(server.scheduler.config)).toHaveLength(isAirflow ? 2 : 0);
  });
});

describe('the file of a server', () => {
  const read = (text: string): ReturnType<typeof parseServerConfig> => parseServerConfig(text, 's.yaml');

  it('comes out alike, whichever form it is in', async () => {
    const forms = [
      'scheduler: {scheduler_class_name: x, scheduler_config: {a: 1}}',
      'scheduler: {scheduler_class: x, scheduler_config: {a: 1}}',
      'scheduler_service: {repository: /r, scheduler: {scheduler_class: x, scheduler_config: {a: 1}}}',
    ];
    for (const form of forms) {
      const { scheduler, locate } = await read(form);
      expect(scheduler).toMatchObject({ className: 'x', config: { a: 1 } });
      expect(locate([...scheduler.keys, 'a']).column).toBe(form.indexOf('a: 1') + 1);
    }
  });

  it('may be empty, and then says the defaults', async () => {
    expect(await read('')).toMatchObject({
      port: 50_051,
      schedules: true,
      scheduler: { className: 'local', config: {} },
      database: { uri: null, type: null },
      webServer: null,
    });
    expect(await read('db_type: SQL_LITE\nweb_server: {}\nstart_scheduler_service: False\n')).toMatchObject({
      database: { type: 'sqlite' },
      webServer: { host: '0.0.0.0', port: 8000 },
      schedules: false,
    });
  });

  it.each([
    ['server_port: 70000', 'server_port', /from 1 to 65535 \(found 70000\)/],
    ['server_prt: 5', 'server_prt', /did you mean "server_port"/],
    ['db_type: oracle', 'db_type', /SQL_LITE, MYSQL/],
    ['scheduler: {}\nscheduler_service: {scheduler: {}}', 'scheduler_service.scheduler', /keep one/],
    ['scheduler: {scheduler_class: a, scheduler_class_name: b}', 'scheduler.scheduler_class', /keep one/],
    ['scheduler_service: {schedulr: {}}', 'scheduler_service.schedulr', /did you mean "scheduler"/],
    ['start_scheduler_service: maybe', 'start_scheduler_service', /true or false/],
  ])('is refused where it is wrong: %s', async (text, key, message) => {
    const problems = await problemsOf(read(text));
    expect(problems).toMatchObject([{ key }]);
    expect(problems[0]?.message).toMatch(message);
  });

  it('that cannot be read is named', async () => {
    await expect(readServerConfig('/nowhere/server.yaml')).rejects.toMatchObject({
      code: 'config.unreadable',
    });
  });
});
