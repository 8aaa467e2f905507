import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalBlobManager } from '@aiflow/blob-local';
import type { ProjectContext } from '@aiflow/core';
import { silentLogger, snapshotProject, systemClock } from '@aiflow/core';

export const projectName = 'crash';

/** What one line of the judge's file says. */
export interface Testimony {
  readonly what: string;
  readonly attemptId: string;
  readonly executionId: string;
  readonly jobName: string;
  /** Of `end` the exit code, of `said` the event's value. */
  readonly detail: string;
}

/** A directory with all that one scheduler and its jobs write; the scheduler's own state is below `state`. */
export class Room {
  readonly directory: string;
  readonly stateDir: string;
  readonly project: ProjectContext;

  private constructor(directory: string, stateDir: string, project: ProjectContext) {
    this.directory = directory;
    this.stateDir = stateDir;
    this.project = project;
  }

  /** Makes one, with a project that is stored, as `aiflow run` would have done. */
  static async open(): Promise<Room> {
    const directory = mkdtempSync(join(tmpdir(), 'aiflow-crash-'));
    const stateDir = join(directory, 'state');
    const projectPath = join(directory, 'project');
    // The socket of a launcher lies below `tmp`: its path tells whose launcher it is.
    for (const name of ['state', 'project', 'locks', 'tmp']) mkdirSync(join(directory, name));
    copyFileSync(join(import.meta.dirname, 'job.sh'), join(directory, 'job.sh'));
    writeFileSync(join(directory, 'judge'), '');
    writeFileSync(join(projectPath, 'project.yaml'), `project_name: ${projectName}\n`);
    const { snapshotId, manifest } = await snapshotProject({
      projectPath,
      projectName,
      workflowName: null,
      plugins: [],
      overlay: null,
      indexPath: null,
    });
    const uri = await openBlob(stateDir).uploadProject(snapshotId, projectPath, { manifest });
    return new Room(directory, stateDir, { projectName, snapshotId, uri });
  }

  /** What the jobs have said, in the order of their lines. */
  testimony(): Testimony[] {
    const lines = readFileSync(join(this.directory, 'judge'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [what = '', attemptId = '', executionId = '', jobName = '', detail = ''] = line.split(' ');
      return { what, attemptId, executionId, jobName, detail };
    });
  }

  /** Whether a job was launched by plain Node, as happens where the native launcher does not answer in time. */
  usesNode(): boolean {
    return globSync('executions/*/jobs/*/process/identity', { cwd: this.stateDir }).length > 0;
  }

  /** Writes down what was found, beside the database, the judge's file and the scheduler's log. */
  keep(found: unknown): void {
    const plain = (_key: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);
    writeFileSync(join(this.directory, 'evidence.json'), JSON.stringify(found, plain, 2));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function openBlob(stateDir: string): LocalBlobManager {
  const host = { logger: silentLogger, clock: systemClock, secrets: { get: () => null }, stateDir };
  return new LocalBlobManager({ root_directory: 'snapshots' }, host);
}
