import { importsOfOurs, isForOnePlatform, isPlugin, packageOf } from './workspace.ts';
import type { Package, Problem, Rule, Workspace } from './workspace.ts';

const core = '@aiflow/core';
const shared = ['@aiflow/snapshot', '@aiflow/process'];
const hosts = ['@aiflow/cli', '@aiflow/server'];
const client = '@aiflow/client';

/** core imports none of our packages, and its dependencies can be counted on one hand. */
export const coreStandsAlone: Rule = (workspace) => {
  const pack = workspace.packages.find(({ manifest }) => manifest.name === core);
  if (pack === undefined) return [{ where: 'packages', message: `there is no ${core}` }];
  const problems = oursOf(workspace, pack).map(({ where, name }) => ({
    where,
    message: `${core} must not use ${name}: everything stands on core, and core on nothing of ours`,
  }));
  const count = Object.keys(installed(pack)).length;
  if (count > 5)
    problems.push({ where: manifestOf(pack), message: `${core} has ${count} dependencies, five at most` });
  return problems;
};

/** What stands on core takes it as a peer dependency, or two copies would be installed and the registry split. */
export const coreIsAPeer: Rule = ({ packages }) =>
  packages
    .filter((pack) => !isForOnePlatform(pack) && ![core, client, ...hosts].includes(pack.manifest.name))
    .flatMap((pack) => {
      const { dependencies, optionalDependencies, peerDependencies } = pack.manifest;
      const problems: Problem[] = [];
      if (dependencies?.[core] !== undefined || optionalDependencies?.[core] !== undefined) {
        problems.push({
          where: manifestOf(pack),
          message: `${core} belongs in peerDependencies, not in dependencies`,
        });
      }
      if (peerDependencies?.[core] !== 'workspace:^') {
        const found = peerDependencies?.[core] ?? 'nothing';
        const message = `peerDependencies["${core}"] must be "workspace:^" (published as ^1), found ${found}`;
        problems.push({ where: manifestOf(pack), message });
      }
      return problems;
    });

/** A plugin uses core and at most one of the shared libraries; a shared library and the testkit use core alone. */
export const pluginsStayThin: Rule = (workspace) =>
  workspace.packages
    .filter((pack) => ![core, client, ...hosts].includes(pack.manifest.name))
    .flatMap((pack) => {
      const used = oursOf(workspace, pack).filter(
        ({ name }) => name !== core && !platforms(workspace, pack).includes(name),
      );
      const allowed = isPlugin(pack) ? shared : [];
      const problems = used
        .filter(({ name }) => !allowed.includes(name))
        .map(({ where, name }) => ({ where, message: `${pack.manifest.name} must not use ${name}` }));
      const libraries = new Set(used.map(({ name }) => name).filter((name) => allowed.includes(name)));
      if (libraries.size > 1) {
        const message = `${pack.manifest.name} uses ${[...libraries].join(' and ')}: one of them at most`;
        problems.push({ where: manifestOf(pack), message });
      }
      return problems;
    });

/** A program for one platform, which a package takes along where it can be installed, and uses only there. */
export const platformsAreOptional: Rule = (workspace) =>
  workspace.packages.filter(isForOnePlatform).flatMap((pack) => {
    const { name, dependencies, peerDependencies, optionalDependencies } = pack.manifest;
    const problems = pack.files.map(({ path }) => ({
      where: `packages/${pack.folder}/${path}`,
      message: 'a package for one platform holds no code of ours: whoever uses it must also run elsewhere',
    }));
    const needed = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
    const owners = workspace.packages.filter((other) => platforms(workspace, other).includes(name));
    if (needed.length > 0)
      problems.push({ where: manifestOf(pack), message: `needs nothing, found ${needed.join(', ')}` });
    if (owners.length === 0)
      problems.push({
        where: manifestOf(pack),
        message: 'must be in optionalDependencies of the package it is named after',
      });
    return problems;
  });

/** The packages for one platform that belong to a package, by their names. */
function platforms({ packages }: Workspace, pack: Package): string[] {
  const optional = Object.keys(pack.manifest.optionalDependencies ?? {});
  return packages
    .filter(isForOnePlatform)
    .map(({ manifest }) => manifest.name)
    .filter((name) => optional.includes(name) && name.startsWith(`${pack.manifest.name}-`));
}

/** cli and server load the plugins that a project names, and import none. */
export const hostsImportNoPlugin: Rule = (workspace) => {
  const plugins = new Set(workspace.packages.filter(isPlugin).map(({ manifest }) => manifest.name));
  return workspace.packages
    .filter(({ manifest }) => hosts.includes(manifest.name))
    .flatMap((pack) =>
      oursOf(workspace, pack)
        .filter(({ name }) => plugins.has(name))
        .map(({ where, name }) => ({
          where,
          message: `${pack.manifest.name} must not use ${name}: it loads the plugins that the project names`,
        })),
    );
};

/** client gives types to whoever calls a server; code of ours would come along with it. */
export const clientImportsTypesOnly: Rule = (workspace) =>
  workspace.packages
    .filter(({ manifest }) => manifest.name === client)
    .flatMap((pack) =>
      importsOfOurs(workspace, pack)
        .filter(({ typeOnly }) => !typeOnly)
        .map(({ where, name }) => ({
          where,
          message: `${client} takes only types from ${name}: write \`import type\``,
        })),
    );

/** What src/ imports is installed with the package. (devDependencies are not.) */
export const importsAreDeclared: Rule = ({ packages }) =>
  packages.flatMap((pack) => {
    const declared = { ...installed(pack), ...pack.manifest.peerDependencies };
    return pack.files.flatMap((file) =>
      file.imports.flatMap(({ specifier, line }) => {
        const name = packageOf(specifier);
        if (name === null || name === pack.manifest.name || declared[name] !== undefined) return [];
        const where = `packages/${pack.folder}/${file.path}:${line}`;
        return [{ where, message: `${name} is in neither dependencies nor peerDependencies` }];
      }),
    );
  });

/** Everything of ours that a package uses: imported by its sources, or named in its manifest. */
function oursOf(workspace: Workspace, pack: Package): { readonly where: string; readonly name: string }[] {
  const ours = workspace.packages.map(({ manifest }) => manifest.name);
  const named = Object.keys({ ...installed(pack), ...pack.manifest.peerDependencies });
  return [
    ...importsOfOurs(workspace, pack),
    ...named.filter((name) => ours.includes(name)).map((name) => ({ where: manifestOf(pack), name })),
  ];
}

function installed(pack: Package): Readonly<Record<string, string>> {
  return { ...pack.manifest.dependencies, ...pack.manifest.optionalDependencies };
}

function manifestOf(pack: Package): string {
  return `packages/${pack.folder}/package.json`;
}
