import { jobTypesOf, loadDefinition, openProject, readSettings, splitGraph } from '@aiflow/core';
import type { AIGraph, AISubGraph, Condition, JobRule } from '@aiflow/core';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../output/printable.ts';
import { commandDir } from '../session.ts';

export const workflowShow: Command = {
  args: ['WORKFLOW'],
  options: { project: projectOption },
  execute: async ({ positionals: [workflowName = ''], options }) => {
    const project = await openProject(options['project'] ?? '.', process.env);
    const onOutput = (text: string): void => void process.stderr.write(printable(text));
    const graph = await loadDefinition({
      projectDir: project.projectDir,
      workflowName,
      commandDir,
      onOutput,
    });
    await readSettings(project.projectDir, workflowName); // its mistakes are worth knowing before a run
    process.stdout.write(graphText(graph, project.projectName));
    return exitCodes.ok;
  },
};

/** The graph as text: each job with when it starts, its nodes and what they take. */
function graphText(graph: AIGraph, projectName: string): string {
  const types = jobTypesOf(graph).join(', ');
  const lines = [
    `workflow ${graph.workflowName} of project ${projectName}: ${graph.jobs.length} jobs (${types})`,
  ];
  const rules = Map.groupBy(graph.rules, (rule) => rule.jobName);
  for (const subGraph of splitGraph(graph))
    lines.push('', ...jobLines(subGraph, rules.get(subGraph.config.jobName) ?? []));
  return `${lines.join('\n')}\n`;
}

function jobLines(subGraph: AISubGraph, rules: readonly JobRule[]): string[] {
  const { jobName, jobType } = subGraph.config;
  const starts = rules.some((rule) => rule.action === 'START') ? [] : ['starts with the workflow'];
  return [
    `${jobName}  (${jobType})`,
    ...[...starts, ...rules.map(describeRule)].map((line) => `  ${line}`),
    ...subGraph.nodes.map((node) => {
      const inputs = subGraph.dataEdges.filter((edge) => edge.destination === node.nodeId);
      const from = inputs.map(({ source }) =>
        source.port === 0 ? source.nodeId : `${source.nodeId}[${source.port}]`,
      );
      return `  - ${node.nodeId}: ${node.processor.kind}${from.length > 0 ? ` ← ${from.join(', ')}` : ''}`;
    }),
  ];
}

const verbs = { START: 'starts', STOP: 'stops', RESTART: 'restarts', NONE: 'does nothing' } as const;

function describeRule(rule: JobRule): string {
  return `${verbs[rule.action]} when ${describeCondition(rule.condition)}`;
}

function describeCondition(condition: Condition, inner = false): string {
  if (condition.kind === 'job_status') return `${condition.jobName} is ${condition.status}`;
  if (condition.kind === 'event') return `event ${condition.key}`;
  const text = condition.of
    .map((part) => describeCondition(part, true))
    .join(condition.kind === 'all' ? ' and ' : ' or ');
  return inner && condition.of.length > 1 ? `(${text})` : text;
}
