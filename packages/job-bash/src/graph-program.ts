// The main process of a job with several nodes: runs them, and writes how they ended. It imports nothing but Node's
// own modules and its neighbours, so that it starts quickly. It keeps nothing that a crash could lose: when it dies,
// the job is lost, and the launcher ends what it left.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { GraphOrder, Variables } from './graph-order.ts';
import { secretVariables } from './graph-order.ts';
import { runGraph } from './run-graph.ts';

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as GraphOrder;
const secret = JSON.parse(process.env[secretVariables] ?? '{}') as Record<string, Variables>;
delete process.env[secretVariables]; // each node is to have its own alone
const nodes = order.nodes.map((node) => ({ ...node, variables: { ...node.variables, ...secret[node.id] } }));
const report = await runGraph({ ...order, nodes }, (line) => process.stdout.write(`${line}\n`));
const temporary = `${order.report}.${process.pid}`;
writeFileSync(temporary, JSON.stringify(report));
renameSync(temporary, order.report);
process.exitCode = report.failed === null ? 0 : 1;
