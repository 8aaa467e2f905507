// The main process of a job with several nodes: runs them, and writes how they ended. It imports nothing but Node's
// own modules and its neighbours, so that it starts quickly. It keeps nothing that a crash could lose: when it dies,
// the job is lost, and the launcher ends what it left.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { GraphOrder } from './graph-order.ts';
import { runGraph } from './run-graph.ts';

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as GraphOrder;
const report = await runGraph(order, (line) => process.stdout.write(`${line}\n`));
const temporary = `${order.report}.${process.pid}`;
writeFileSync(temporary, JSON.stringify(report));
renameSync(temporary, order.report);
process.exitCode = report.failed === null ? 0 : 1;
