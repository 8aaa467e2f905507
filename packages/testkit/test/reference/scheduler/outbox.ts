import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '@aiflow/core';

/** Takes the events that a job left, in order. */
export function takeOutbox(directory: string): NewEvent[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .toSorted()
    .flatMap((name) => {
      const path = join(directory, name);
      const event = parse(readFileSync(path, 'utf8'));
      rmSync(path);
      return event ?? [];
    });
}

function parse(text: string): NewEvent | null {
  try {
    const { key, value } = JSON.parse(text) as { readonly key: string; readonly value: string };
    return { key, value };
  } catch {
    return null;
  }
}
