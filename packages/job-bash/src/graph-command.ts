import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JobRuntimeEnv } from '@aiflow/core';
import type { ProcessCommand } from '@aiflow/process';
import { graphFiles } from './files.ts';
import type { GraphOrder, OrderedNode, Variables } from './graph-order.ts';
import { secretVariables } from './graph-order.ts';
import type { BashProperties } from './options.ts';

/** A node that is ready to be started. */
export interface PreparedNode {
  readonly ordered: OrderedNode;
  /** Those of its variables that no file may hold. */
  readonly secret: Variables;
}

/** The program that runs several nodes; its order is written down first. */
export function graphCommand(
  nodes: readonly PreparedNode[],
  properties: Required<BashProperties>,
  environment: Variables,
  env: JobRuntimeEnv,
): ProcessCommand {
  const files = graphFiles(env);
  const secret = Object.fromEntries(
    nodes.filter((node) => Object.keys(node.secret).length > 0).map((node) => [node.ordered.id, node.secret]),
  );
  const order: GraphOrder = {
    nodes: nodes.map((node) => node.ordered),
    output_encoding: properties.output_encoding,
    stop_grace_ms: properties.stop_grace_seconds * 1000,
    report: files.report,
  };
  writeFileSync(files.order, JSON.stringify(order));
  return {
    argv: [process.execPath, graphProgram, files.order],
    environment: { ...environment, [secretVariables]: JSON.stringify(secret) },
  };
}

// The same file as TypeScript when this runs from its sources, and as JavaScript when it was built.
const graphProgram = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './graph-program.ts' : './graph-program.js', import.meta.url),
);
