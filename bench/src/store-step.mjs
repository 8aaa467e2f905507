// @ts-check
// One step of a bench in a process of its own: `upload PROJECT STATE [TIMES]` or `download PROJECT STATE ID URI
// DIRECTORY`. Prints what came of it as JSON, a StepResult. JavaScript, as what is published: to take the types out of
// a program, Node loads what takes as long as starting it.
import { join } from 'node:path';
import { boundMemory } from '@aiflow/cli';
import {
  createBlobManager,
  environmentSecrets,
  loadPlugins,
  makeStateDirectory,
  openProject,
  silentLogger,
  snapshotProject,
  systemClock,
} from '@aiflow/core';
import { mostResident } from './most-resident.mjs';

/** @typedef {Pick<import('./store-project.ts').StepResult, 'snapshotId' | 'uri'>} Done */

const [action = '', projectDir = '', stateDir = '', ...rest] = process.argv.slice(2);
boundMemory(); // as every command that works on a project does
const project = await openProject(projectDir, { AIFLOW_HOME: stateDir });
makeStateDirectory(stateDir);
const manager = await open();
manager.prepare?.(); // as `aiflow run` does
/** @type {number[]} */
const all = [];
let done = await timed(action === 'upload' ? upload : download);
for (let left = action === 'upload' ? Number(rest[0] ?? 1) : 1; left > 1; left -= 1)
  done = await timed(upload);
const memory = mostResident();
console.log(JSON.stringify({ milliseconds: all.at(-1) ?? 0, all, memory, ...done }));

async function open() {
  const commandDir = import.meta.dirname;
  const needs = [{ kind: /** @type {const} */ ('blob'), className: project.blob.className }];
  const [name = ''] = await loadPlugins(needs, { projectDir: project.projectDir, plugins: [], commandDir });
  const secrets = environmentSecrets(process.env);
  return await createBlobManager(project, name, {
    logger: silentLogger,
    clock: systemClock,
    secrets,
    stateDir,
  });
}

/** @param {() => Promise<Done>} step */
async function timed(step) {
  const began = performance.now();
  const found = await step();
  all.push(performance.now() - began);
  return found;
}

/** @returns {Promise<Done>} */
async function upload() {
  const { snapshotId, manifest } = await snapshotProject({
    projectPath: projectDir,
    projectName: project.projectName,
    workflowName: null,
    plugins: [],
    overlay: null,
    indexPath: join(stateDir, 'index'),
    blob: manager,
  });
  const uri = await manager.uploadProject(snapshotId, projectDir, { manifest });
  return { snapshotId, uri };
}

/** @returns {Promise<Done>} */
async function download() {
  const [snapshotId = '', uri = '', directory = ''] = rest;
  await manager.downloadProject(snapshotId, uri, directory);
  return { snapshotId, uri };
}
