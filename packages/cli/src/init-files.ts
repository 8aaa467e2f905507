import type { SchemaName } from './schema-paths.ts';
import { schemaNames, schemaPath } from './schema-paths.ts';

/**
 * The files of a new project, by path. `schemas` are the texts that its YAML files point editors at, and `versions` are those of the packages that were found, so that the project
 * asks for what its maker had.
 */
export function projectFiles(
  name: string,
  versions: ReadonlyMap<string, string>,
  schemas: Readonly<Record<SchemaName, string>>,
  ending: string,
): Readonly<Record<string, string>> {
  const range = (packageName: string): string => {
    const version = versions.get(packageName);
    return version === undefined ? 'latest' : `^${version}`;
  };
  const manifest = {
    name: name.toLowerCase(),
    private: true,
    type: 'module',
    scripts: { start: 'aiflow run hello' },
    dependencies: {
      '@aiflow/blob-local': range('@aiflow/blob-local'),
      '@aiflow/cli': 'latest',
      '@aiflow/core': '^1.0.0',
      '@aiflow/job-bash': range('@aiflow/job-bash'),
      '@aiflow/scheduler-local': range('@aiflow/scheduler-local'),
    },
    devDependencies: { typescript: 'latest' },
  };
  return {
    'project.yaml': `# yaml-language-server: $schema=${schemaPath('project')}\nproject_name: ${name}\n`,
    [`workflows/hello/hello.${ending}`]: definition,
    'workflows/hello/hello.yaml': settings,
    ...Object.fromEntries(schemaNames.map((schema) => [schemaPath(schema), schemas[schema]])),
    'resources/names.txt': 'Ada\nGrace\nKatherine\n',
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify(tsconfig, null, 2)}\n`,
    '.gitignore': 'node_modules/\n.aiflow/\n',
  };
}

const definition = `import { defineWorkflow, finished } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';

export default defineWorkflow('hello', (workflow) => {
  const greet = workflow.job('greet', (job) => {
    job.node(bash('sed "s/^/$GREETING, /" resources/names.txt | tee "$AIFLOW_EXECUTION_DIR/greetings.txt"'));
  });
  const count = workflow.job('count', (job) => {
    job.node(bash('wc -l < "$AIFLOW_EXECUTION_DIR/greetings.txt"'));
  });
  count.startWhen(finished(greet));
});
`;

const settings = `# yaml-language-server: $schema=../../${schemaPath('workflow')}
# One key for each job. What stands here wins over the definition.
greet:
  job_type: bash
  properties:
    env:
      GREETING: Hello
`;

/** What Node's type stripping takes, so that an editor marks the rest. */
const tsconfig = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
  },
  include: ['workflows', 'plugins'],
};
