import type { JsonObject } from '@aiflow/core';
import type { CaseContext } from '../suite/case.ts';
import type { RegistrationSuiteOptions } from './options.ts';
import { readPackage } from './package.ts';
import type { Probe } from './probe.ts';
import { probe } from './probe.ts';

export class RegistrationContext implements CaseContext {
  readonly directory: URL;
  readonly manifest: JsonObject;
  readonly name: string;

  constructor(directory: URL) {
    this.directory = directory;
    this.manifest = readPackage(directory);
    this.name = String(this.manifest['name']);
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

export async function openRegistration({
  packageDirectory,
}: RegistrationSuiteOptions): Promise<RegistrationContext> {
  return new RegistrationContext(new URL(packageDirectory.href.replace(/\/?$/, '/')));
}
