import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the projects of benches use: packages of this workspace. */
const packages = ['core', 'blob-local', 'blob-s3', 'job-bash', 'scheduler-local'];

/** Writes a project with one workflow, `bench`, of so many independent jobs that run a command. */
export function writeProject(projectDir: string, jobs: number, command: string = 'true'): void {
  writeWorkflow(
    projectDir,
    `for (let at = 0; at < ${jobs}; at += 1) {
    workflow.job(\`job_\${at}\`, (job) => void job.node(bash('${command}')));
  }`,
  );
}

/** Writes a project with one workflow, `bench`, whose definition draws this, and with more in its project.yaml. */
export function writeWorkflow(projectDir: string, draws: string, more: string = ''): void {
  write(join(projectDir, 'project.yaml'), `project_name: bench\n${more}`);
  const dependencies = Object.fromEntries(packages.map((name) => [`@aiflow/${name}`, '*']));
  const manifest = { name: 'bench', private: true, type: 'module', dependencies };
  write(join(projectDir, 'package.json'), `${JSON.stringify(manifest)}\n`);
  write(join(projectDir, '.gitignore'), 'node_modules/\n');
  mkdirSync(join(projectDir, 'node_modules'));
  symlinkSync(join(import.meta.dirname, '../node_modules/@aiflow'), join(projectDir, 'node_modules/@aiflow'));
  write(
    join(projectDir, 'workflows', 'bench', 'bench.ts'),
    `import { defineWorkflow, event } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';

export default defineWorkflow('bench', (workflow) => {
  ${draws}
});
`,
  );
}

/** Adds so many small files, a hundred in a directory. */
export function writeManyFiles(projectDir: string, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const directory = join(projectDir, 'resources', `part_${Math.floor(at / 100)}`);
    if (at % 100 === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `file_${at}.txt`), `This is file ${at}.\n`);
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
