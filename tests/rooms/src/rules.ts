import * as files from './files.ts';
import * as manifests from './manifests.ts';
import * as touch from './touch.ts';
import type { Rule } from './workspace.ts';

/** Every rule between the rooms, by its sentence. */
export const rules: Readonly<Record<string, Rule>> = {
  'core uses none of our packages and at most five others': touch.coreStandsAlone,
  'what stands on core has it as a peer dependency': touch.coreIsAPeer,
  'a plugin uses core and at most one of snapshot and process': touch.pluginsStayThin,
  'a program for one platform is optional': touch.platformsAreOptional,
  'cli and server use no plugin': touch.hostsImportNoPlugin,
  'client takes only types from us': touch.clientImportsTypesOnly,
  'what src/ imports is declared': touch.importsAreDeclared,
  'relative imports stay in src/': files.importsStayInside,
  'no file imports itself by way of others': files.noCycles,
  'the folders of core are the steps of the way': files.coreFoldersAreTheSteps,
  'a file is named after its idea': files.filesHaveNames,
  'every manifest is whole': manifests.manifestsAreWhole,
  'a plugin says what it is': manifests.pluginsSayWhatTheyAre,
  'a library is free of side effects': manifests.librariesAreFreeOfSideEffects,
  'a peer of ours is installed here': manifests.peersAreInstalledHere,
  'every package has a README that says how to install it': manifests.readmesSayHowToInstall,
  'versions come from the catalog': manifests.versionsComeFromTheCatalog,
};
