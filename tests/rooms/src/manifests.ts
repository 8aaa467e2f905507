import { isPlugin } from './workspace.ts';
import type { Manifest, Package, Problem, Rule } from './workspace.ts';

/** What every published package says of itself. */
export const manifestsAreWhole: Rule = ({ packages }) =>
  packages.flatMap((pack) => {
    const { manifest } = pack;
    const problem = problemsOf(pack);
    return [
      problem(manifest.type === 'module', '"type" must be "module"'),
      problem(manifest.license === 'Apache-2.0', '"license" must be "Apache-2.0"'),
      problem(manifest.engines?.['node'] === '>=22.18', '"engines.node" must be ">=22.18"'),
      problem((manifest.description ?? '') !== '', '"description" is missing'),
      problem(manifest.files?.includes('dist') === true, '"files" must contain "dist"'),
      problem(manifest.publishConfig?.['access'] === 'public', '"publishConfig.access" must be "public"'),
      problem(
        manifest.private !== true,
        'a package below packages/ is published; private ones live elsewhere',
      ),
      problem(
        manifest.exports?.['./package.json'] === './package.json',
        '"exports" must give "./package.json"',
      ),
      problem(manifest.sideEffects !== undefined, '"sideEffects" is missing'),
    ].flat();
  });

const kinds = ['job', 'blob', 'scheduler'];

/** A plugin can be found without being run, and registers in its entry and nowhere else. */
export const pluginsSayWhatTheyAre: Rule = ({ packages }) =>
  packages.flatMap((pack) => {
    const { manifest } = pack;
    const looksLikeOne =
      /^(job|blob|scheduler)-/.test(pack.folder) || manifest.keywords?.includes('aiflow-plugin') === true;
    const problem = problemsOf(pack);
    if (!isPlugin(pack)) return problem(!looksLikeOne, '"aiflow.plugins" must name its kind and name');
    return [
      problem(
        manifest.keywords?.includes('aiflow-plugin') === true,
        '"keywords" must contain "aiflow-plugin"',
      ),
      problem(
        namesPlugins(manifest),
        `each of "aiflow.plugins" needs a kind (${kinds.join(', ')}) and a name`,
      ),
      problem(
        sameList(manifest.sideEffects, ['./dist/index.js']),
        '"sideEffects" must be ["./dist/index.js"]',
      ),
      problem(manifest.exports?.['./plugin'] !== undefined, '"exports" must give "./plugin"'),
      problem(
        pack.files.some(({ path }) => path === 'src/plugin.ts'),
        'src/plugin.ts, the factory without a side effect, is missing',
      ),
    ].flat();
  });

/** What does not register has no side effect, and says so to bundlers. */
export const librariesAreFreeOfSideEffects: Rule = ({ packages }) =>
  packages
    .filter((pack) => !isPlugin(pack))
    .flatMap((pack) => problemsOf(pack)(pack.manifest.sideEffects === false, '"sideEffects" must be false'));

/** One version of everything from outside, in the catalog; our own by the workspace. */
export const versionsComeFromTheCatalog: Rule = ({ packages }) => {
  const ours = new Set(packages.map(({ manifest }) => manifest.name));
  return packages.flatMap((pack) => {
    const { dependencies, peerDependencies, optionalDependencies, devDependencies } = pack.manifest;
    const all = [dependencies, peerDependencies, optionalDependencies, devDependencies];
    return all
      .flatMap((group) => Object.entries(group ?? {}))
      .flatMap(([name, range]) => {
        const isOurs = ours.has(name) || name.startsWith('@aiflow-private/');
        const wanted = isOurs ? 'workspace:^' : 'catalog:';
        return problemsOf(pack)(range === wanted, `"${name}" must be "${wanted}", found "${range}"`);
      });
  });
};

/** Builds are ordered by dependencies and devDependencies, not by peers. */
export const peersAreInstalledHere: Rule = ({ packages }) => {
  const ours = new Set(packages.map(({ manifest }) => manifest.name));
  return packages.flatMap((pack) =>
    Object.keys(pack.manifest.peerDependencies ?? {})
      .filter((name) => ours.has(name) && pack.manifest.devDependencies?.[name] === undefined)
      .flatMap((name) => problemsOf(pack)(false, `the peer "${name}" must be in devDependencies as well`)),
  );
};

/** A README shows first what a user types. It goes into the tarball by itself, and is the package's page on npm. */
export const readmesSayHowToInstall: Rule = ({ packages }) =>
  packages.flatMap(({ folder, manifest: { name }, readme }) => {
    const where = `packages/${folder}/README.md`;
    if (readme === null)
      return [{ where, message: 'is missing: install, import, options, an example, limits' }];
    const [typed = ''] = /^```sh\n[\s\S]*?^```$/m.exec(readme) ?? [];
    const installs = typed.split('\n').filter((line) => line.startsWith('npm install '));
    if (installs.some((line) => line.split(' ').includes(name))) return [];
    return [{ where, message: `the first block must be sh, with "npm install ${name}"` }];
  });

function namesPlugins(manifest: Manifest): boolean {
  const plugins = manifest.aiflow?.plugins ?? [];
  return plugins.every(({ kind, name }) => kinds.includes(kind ?? '') && (name ?? '') !== '');
}

function sameList(found: unknown, wanted: readonly string[]): boolean {
  return JSON.stringify(found) === JSON.stringify(wanted);
}

function problemsOf(pack: Package): (holds: boolean, message: string) => Problem[] {
  return (holds, message) => (holds ? [] : [{ where: `packages/${pack.folder}/package.json`, message }]);
}
