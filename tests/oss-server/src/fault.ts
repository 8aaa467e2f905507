import { escapeXml } from './xml.ts';

/** A refusal as OSS words it: a status, a code and a message, and what else its XML tells of this code. */
export class OssFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The body of a refusal. */
export function faultXml(fault: OssFault, requestId: string, host: string): string {
  const members = {
    Code: fault.code,
    Message: fault.message,
    RequestId: requestId,
    HostId: host,
    ...fault.details,
  };
  const lines = Object.entries(members).map(([name, value]) => `  <${name}>${escapeXml(value)}</${name}>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n${lines.join('')}</Error>\n`;
}
