import type { Project } from '@aiflow/core';
import { AIFlowError, loadDefinition, openProject, readSettings, toWire } from '@aiflow/core';
import { commandDir } from '../command-dir.ts';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { compileProject } from '../compile-project.ts';
import { exitCodes } from '../exit-codes.ts';
import { factsText } from '../output/facts-text.ts';
import { graphJson, graphText } from '../output/graph-text.ts';
import { jsonText } from '../output/json.ts';
import { printable } from '../output/printable.ts';
import { workflowFacts } from '../output/workflow-facts.ts';

export const workflowShow: Command = {
  args: ['WORKFLOW'],
  options: {
    project: projectOption,
    output: outputOption,
    rules: { summary: 'say when each job starts, stops and restarts, and how it runs' },
    schedule: { summary: 'say when the workflow and its jobs start by time' },
    from: { summary: 'tell the times after this one, in ISO 8601 (that of the clock)', value: 'TIME' },
  },
  details:
    'Without --rules and --schedule it prints the graph as the definition draws it. With them it tells of the ' +
    'workflow as it would run: what the YAML says wins.',
  execute: async ({ positionals: [workflowName = ''], options, switches }) => {
    const from = options['from'] === undefined ? Date.now() : instantOf(options['from']);
    const project = await openProject(options['project'] ?? '.', process.env);
    const json = options['output'] === 'json';
    const wanted = { rules: switches.has('rules'), schedule: switches.has('schedule'), from };
    if (!wanted.rules && !wanted.schedule) {
      process.stdout.write(await graph(project, workflowName, json));
      return exitCodes.ok;
    }
    const facts = workflowFacts(await compileProject(project, workflowName), project.projectName, wanted);
    process.stdout.write(json ? jsonText(toWire(facts)) : factsText(facts));
    return exitCodes.ok;
  },
};

async function graph(project: Project, workflowName: string, json: boolean): Promise<string> {
  const { projectDir, projectName } = project;
  const onOutput = (text: string): void => void process.stderr.write(printable(text));
  const drawn = await loadDefinition({ projectDir, workflowName, commandDir, onOutput });
  await readSettings(projectDir, workflowName); // its mistakes are worth knowing before a run
  return json ? jsonText(graphJson(drawn, projectName)) : graphText(drawn, projectName);
}

function instantOf(text: string): number {
  const instant = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instant)) return instant;
  throw new AIFlowError(
    'time.invalid',
    `--from must be a time such as 2026-11-21 or 2026-11-21T06:00:00Z, not ${JSON.stringify(text.slice(0, 60))}`,
  );
}
