import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a project with one workflow, `bench`, of so many independent jobs that run `true`. */
export function writeProject(projectDir: string, jobs: number): void {
  write(join(projectDir, 'project.yaml'), 'project_name: bench\n');
  write(join(projectDir, 'package.json'), '{ "name": "bench", "private": true, "type": "module" }\n');
  write(
    join(projectDir, 'workflows', 'bench', 'bench.ts'),
    `import { defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';

export default defineWorkflow('bench', (workflow) => {
  for (let at = 0; at < ${jobs}; at += 1) {
    workflow.job(\`job_\${at}\`, (job) => void job.node(bash('true')));
  }
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
