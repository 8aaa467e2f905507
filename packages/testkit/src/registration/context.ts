import type { JsonObject } from '@aiflow/core';
import type { CaseContext } from '../suite/case.ts';
import type { RegistrationSuiteOptions } from './options.ts';
import { nameOf, readPackage } from './package.ts';
import type { Probe } from './probe.ts';
import { probe } from './probe.ts';

export class RegistrationContext implements CaseContext {
  readonly directory: URL;
  readonly manifest: JsonObject;
  readonly name: string;

  constructor(directory: URL) {
    this.directory = directory;
    this.manifest = readPackage(directory);
    this.name = nameOf(this.manifest);
  }

  async importEntry(): Promise<Probe> {
    return await probe(this.directory, this.name);
  }

  async importPlugin(): Promise<Probe> {
    return await probe(this.directory, `${this.name}/plugin`);
  }

  async dispose(): Promise<void> {
    // It has made nothing.
  }
}

/** The directory with a `/` at its end, so that names can be resolved in it. */
export function directoryOf({ packageDirectory }: RegistrationSuiteOptions): URL {
  return new URL(packageDirectory.href.replace(/\/?$/, '/'));
}

export async function openRegistration(options: RegistrationSuiteOptions): Promise<RegistrationContext> {
  return new RegistrationContext(directoryOf(options));
}
