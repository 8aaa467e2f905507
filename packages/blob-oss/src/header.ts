import type { IncomingHttpHeaders } from 'node:http';

/** The value of a header, the first where it stands several times; null where it does not. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  return [headers[name] ?? null].flat()[0] ?? null;
}
