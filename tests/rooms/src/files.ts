import { posix } from 'node:path';
import type { Package, Problem, Rule } from './workspace.ts';

/** A relative import stays inside src/: what leads out of it is not in the published package. */
export const importsStayInside: Rule = ({ packages }) =>
  packages.flatMap((pack) =>
    pack.files.flatMap((file) =>
      file.imports
        .filter(
          ({ specifier }) => specifier.startsWith('.') && !targetOf(file.path, specifier).startsWith('src/'),
        )
        .map(({ specifier, line }) => ({
          where: `packages/${pack.folder}/${file.path}:${line}`,
          message: `'${specifier}' leads out of src/; import the package by its name`,
        })),
    ),
  );

/** No file runs itself by way of others. (Types may speak of each other: they are gone when the code runs.) */
export const noCycles: Rule = ({ packages }) => packages.flatMap((pack) => cyclesOf(pack));

function cyclesOf(pack: Package): Problem[] {
  const graph = new Map(
    pack.files.map((file) => [
      file.path,
      file.imports
        .filter((one) => one.specifier.startsWith('.') && !one.typeOnly)
        .map((one) => targetOf(file.path, one.specifier)),
    ]),
  );
  const problems: Problem[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (finished.has(file)) return;
    const start = path.indexOf(file);
    if (start !== -1) {
      const cycle = [...path.slice(start), file].join(' → ');
      problems.push({ where: `packages/${pack.folder}/${file}`, message: `imports itself: ${cycle}` });
      return;
    }
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return problems;
}

const steps = ['define', 'compile', 'snapshot', 'schedule', 'run', 'observe', 'plugin', 'project'];

/** The folders of core are the steps of the way through the house, so that its map stays true. */
export const coreFoldersAreTheSteps: Rule = ({ packages }) =>
  packages
    .filter(({ manifest }) => manifest.name === '@aiflow/core')
    .flatMap((pack) => {
      const folders = new Set(pack.files.flatMap(({ path }) => path.split('/').slice(1, -1).slice(0, 1)));
      return [...folders]
        .filter((folder) => !steps.includes(folder))
        .map((folder) => ({
          where: `packages/${pack.folder}/src/${folder}`,
          message: `is no step of the way; the folders are ${steps.join(', ')}`,
        }));
    });

/** A file holds one idea and is named after it. */
export const filesHaveNames: Rule = ({ packages }) =>
  packages.flatMap((pack) =>
    pack.files
      .filter(({ path }) => /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(path))
      .map(({ path }) => ({
        where: `packages/${pack.folder}/${path}`,
        message: 'name the file after its idea',
      })),
  );

function targetOf(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}
