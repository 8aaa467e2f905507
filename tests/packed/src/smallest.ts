/** What a user installs to run bash jobs on one machine; all that comes with it are libraries. */
export const smallest: readonly string[] = [
  '@aiflow/core',
  '@aiflow/cli',
  '@aiflow/scheduler-local',
  '@aiflow/blob-local',
  '@aiflow/job-bash',
];

/** A project with one workflow, `hello`, of these lines as its block. */
export function helloProject(...block: readonly string[]): Readonly<Record<string, string>> {
  return {
    'project.yaml': 'project_name: hello\n',
    'workflows/hello/hello.ts': `import { defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';

export default defineWorkflow('hello', (workflow) => {
${block.map((line) => `  ${line}\n`).join('')}});
`,
  };
}

/** What the tests read of `aiflow run -o json`. */
export interface RunResult {
  readonly status: string;
  readonly jobs: readonly {
    readonly job_name: string;
    readonly status: string;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
}
