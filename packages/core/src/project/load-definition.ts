import type { AIGraph } from '../define/graph.ts';
import { graphVersion } from '../define/graph.ts';
import type { AIFlowError } from '../errors.ts';
import { messageOf } from '../errors.ts';
import { explainThrown } from './definition-fault.ts';
import { faultOf } from './fault-place.ts';
import { findDefinition } from './layout.ts';
import type { DefinitionAnswer, ThreadFile } from './thread-message.ts';
import { ProjectThread } from './thread.ts';

export interface LoadDefinitionOptions {
  readonly projectDir: string;
  readonly workflowName: string;
  /** The directory of the command, whose neighbours serve where the project has not installed a package. */
  readonly commandDir?: string | undefined;
  /** Takes what the definition prints, both streams. */
  readonly onOutput?: (text: string) => void;
  /** In milliseconds; a definition that takes longer is ended. 60,000 unless said. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a workflow's definition and gives the graph that it exports. The file runs in a thread of its own: it may
 * print, throw, exit or never end without harm to the caller. Every fault is a coded error that begins with
 * `workflow.` (or `define.` for a mistake in the graph), whose message begins with `file:line:column` where that is
 * known and says what to write instead.
 */
export async function loadDefinition(options: LoadDefinitionOptions): Promise<AIGraph> {
  const file = findDefinition(options.projectDir, options.workflowName);
  const answer = await runDefinition(file, options);
  switch (answer.kind) {
    case 'threw':
      throw explainThrown(answer, file, options.projectDir);
    case 'no_workflow':
      throw faultOf(
        file,
        'workflow.no_export',
        `must export a workflow as its default ("export default defineWorkflow(…)"), and ${answer.found}`,
        { context: { exported: [...answer.exported] } },
      );
    case 'stalled':
      throw faultOf(
        file,
        'workflow.definition_exited',
        'awaits something that never comes: a definition only draws the graph, so let jobs do the waiting',
      );
    case 'graph':
      return checkGraph(answer.graph, answer.version, file, options.workflowName);
  }
}

function checkGraph(graph: AIGraph, version: number, file: string, workflowName: string): AIGraph {
  if (version !== graphVersion) {
    throw faultOf(
      file,
      'workflow.other_version',
      `was made with a @aiflow/core whose graphs have version ${version}, and this one reads ${graphVersion}: let the project and the command use the same major version`,
    );
  }
  if (graph.workflowName !== workflowName) {
    throw faultOf(
      file,
      'workflow.other_name',
      `defines workflow "${graph.workflowName}", expected "${workflowName}": the name, the file and its directory must be the same`,
    );
  }
  return graph;
}

async function runDefinition(file: string, options: LoadDefinitionOptions): Promise<DefinitionAnswer> {
  const { projectDir, commandDir = null, onOutput, timeout = 60_000, signal } = options;
  signal?.throwIfAborted();
  const request: ThreadFile = { file, projectDir, commandDir };
  const thread = new ProjectThread<DefinitionAnswer>('definition-thread', request, onOutput);
  const fault = (code: string, message: string, cause?: unknown): AIFlowError =>
    faultOf(file, code, message, { cause });
  try {
    const outcome = await thread.next({ timeout, signal });
    switch (outcome.kind) {
      case 'answer':
        return outcome.answer;
      case 'timeout':
        throw fault('workflow.definition_timeout', timeoutMessage(timeout, outcome.blocked));
      case 'not_plain': {
        const message = `exports what is not plain data: ${messageOf(outcome.error)}`;
        throw fault('workflow.definition_failed', message, outcome.error);
      }
      case 'failed': {
        const message = `could not be run: ${messageOf(outcome.error)}`;
        throw fault('workflow.definition_failed', message, outcome.error);
      }
      case 'exited':
        throw fault(
          'workflow.definition_exited',
          `ended its process (exit code ${outcome.code}) instead of exporting a workflow: take the call of process.exit() out`,
        );
    }
  } finally {
    await thread.end();
  }
}

function timeoutMessage(timeout: number, blocked: boolean): string {
  const saw = blocked
    ? 'it never came back from its own code, as in an endless loop or a call that blocks'
    : 'it still awaits something';
  return `did not finish loading within ${timeout / 1000} s, and ${saw}: a definition only draws the graph, so let jobs do the work`;
}
