import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for `localhost` and 127.0.0.1 that only itself vouches for, and its key: paths of PEM files. */
export interface Certificate extends Disposable {
  readonly certificate: string;
  readonly key: string;
}

/** Made by `openssl`, which must be installed. It holds for two days. */
export function makeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-certificate-'));
  const [certificate, key] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')];
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-out', certificate, '-keyout', key];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'pipe' });
  return { certificate, key, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}
