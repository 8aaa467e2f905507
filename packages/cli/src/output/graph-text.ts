import type { AIGraph, AINode, AISubGraph, Condition, JobRule, Json } from '@aiflow/core';
import { jobTypesOf, splitGraph, toWire } from '@aiflow/core';
import { count } from '../words/policy.ts';
import { printableLine } from './printable.ts';

/** The graph as text: each job with when it starts, its nodes and what they take. */
export function graphText(graph: AIGraph, projectName: string): string {
  const types = jobTypesOf(graph).join(', ');
  const lines = [
    `workflow ${graph.workflowName} of project ${projectName}: ${count(graph.jobs.length, 'job')} (${types})`,
  ];
  const rules = rulesByJob(graph);
  for (const subGraph of splitGraph(graph))
    lines.push('', ...jobLines(subGraph, rules.get(subGraph.config.jobName) ?? []));
  return `${lines.map(printableLine).join('\n')}\n`;
}

/** The same as data. */
export function graphJson(graph: AIGraph, projectName: string): Json {
  const rules = rulesByJob(graph);
  const jobs = splitGraph(graph).map(({ config, nodes, dataEdges }) => ({
    ...config,
    rules: (rules.get(config.jobName) ?? []).map(({ action, condition }) => ({ action, condition })),
    nodes: nodes.map((node) => ({
      ...node,
      inputs: dataEdges
        .filter(({ destination }) => destination === node.nodeId)
        .map(({ source, port }) => ({ port, nodeId: source.nodeId, outputPort: source.port })),
    })),
  }));
  return toWire({ projectName, workflowName: graph.workflowName, jobs });
}

function rulesByJob(graph: AIGraph): ReadonlyMap<string, readonly JobRule[]> {
  return Map.groupBy(graph.rules, (rule) => rule.jobName);
}

function jobLines(subGraph: AISubGraph, rules: readonly JobRule[]): string[] {
  const { jobName, jobType, schedules = [] } = subGraph.config;
  const waits = rules.some((rule) => rule.action === 'START');
  const starts =
    schedules.length > 0 ? ['starts at times of its own'] : waits ? [] : ['starts with the workflow'];
  return [
    `${jobName}  (${jobType})`,
    ...[...starts, ...rules.map(describeRule)].map((line) => `  ${line}`),
    ...subGraph.nodes.map((node) => {
      const inputs = subGraph.dataEdges.filter((edge) => edge.destination === node.nodeId);
      const from = inputs.map(({ source }) =>
        source.port === 0 ? source.nodeId : `${source.nodeId}[${source.port}]`,
      );
      return `  - ${node.nodeId}: ${describeNode(node)}${from.length > 0 ? ` ← ${from.join(', ')}` : ''}`;
    }),
  ];
}

/** What a node does and on what, and the processor that does it. */
function describeNode({ operation, processor, config }: AINode): string {
  if (operation === 'user_define_operation') return processor.kind;
  const on = [config.dataset?.name, config.model?.name].filter((name) => name !== undefined);
  return `${[operation, ...on].join(' ')} (${processor.kind})`;
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
