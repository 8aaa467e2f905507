import dns from 'node:dns';
import type { Certificate, FaultProxy, S3Server } from '@aiflow-private/engines';
import {
  makeCertificate,
  startFaultProxy,
  startVersitygw,
  versitygw,
  whereEngine,
} from '@aiflow-private/engines';
import type { TestHost } from '@aiflow/testkit';
import { createTestHost } from '@aiflow/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { S3BlobManagerOptions } from '../src/options.ts';
import { S3ObjectStore } from '../src/store.ts';
import { optionsFor, optionsOf } from './options-for.ts';
import { refusalOf } from './refusal.ts';

const bytes = new TextEncoder().encode('what is kept');

let host: TestHost;
beforeAll(async () => {
  host = await createTestHost();
});
afterAll(async () => await host.dispose());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Whatever this machine knows of AWS. */
function forgetCredentials(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
}

const open = async (given: object): Promise<S3ObjectStore> => new S3ObjectStore(await optionsOf(given), host);

whereEngine(versitygw, (home) => {
  describe('a server with a certificate of its own', () => {
    let server: S3Server;
    let made: Certificate;
    beforeAll(async () => {
      made = makeCertificate();
      server = await startVersitygw(home, { tls: made });
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      made[Symbol.dispose]();
    });

    test('is not trusted unless the options say so', async () => {
      const refusal = await refusalOf(new S3ObjectStore(await optionsFor(server), host).get('key'));
      expect(refusal.code).toBe('blob.untrusted');
      expect(refusal.message).toContain('"verify"');
      expect(refusal.context['attempts']).toBe(1);
    });

    test.each([true, false])('is trusted when its certificate is, or when any is (%s)', async (isNamed) => {
      const verify = isNamed ? made.certificate : false;
      const store = new S3ObjectStore(await optionsFor(server, { verify, use_ssl: true }), host);
      await store.put('key', bytes);
      expect(await store.get('key')).toEqual(bytes);
    });

    test('is not reached when the file of certificates is not there', async () => {
      const verify = `${made.certificate}.not-there`;
      const store = new S3ObjectStore(await optionsFor(server, { verify }), host);
      await expect(store.get('key')).rejects.toMatchObject({ code: 'blob.invalid_certificates' });
    });
  });

  describe('a server', () => {
    let server: S3Server;
    let proxy: FaultProxy;
    beforeAll(async () => {
      server = await startVersitygw(home, { virtualDomain: 's3.example.com' });
      proxy = await startFaultProxy(server.url);
    });
    afterEach(() => {
      proxy.faultOf = () => null;
    });
    afterAll(async () => {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    test('is asked for the bucket by the name of the host with addressing_style: virtual', async () => {
      const names: unknown[] = [];
      const real = dns.lookup;
      const lookup = (name: unknown, ...rest: readonly unknown[]): unknown => {
        names.push(name);
        return Reflect.apply(real, dns, ['127.0.0.1', ...rest]);
      };
      vi.spyOn(dns, 'lookup').mockImplementation(lookup);
      const { port } = new URL(proxy.url);
      const endpoint_url = `http://s3.example.com:${port}`;
      const given: Partial<S3BlobManagerOptions> = { endpoint_url, addressing_style: 'virtual' };
      const store = new S3ObjectStore(
        await optionsFor(server, { ...given, root_directory: 'virtual' }),
        host,
      );
      await store.put('key', bytes);
      expect(await store.get('key')).toEqual(bytes);
      expect(names[0]).toBe('bucket.s3.example.com');
      expect(proxy.requests.at(-1)?.path.startsWith('/virtual/key')).toBe(true);
    });

    test('is asked for the bucket by the path unless said', async () => {
      const store = new S3ObjectStore(await optionsFor({ ...server, url: proxy.url }), host);
      await store.put('key', bytes);
      expect(proxy.requests.at(-1)?.path.startsWith('/bucket/key')).toBe(true);
    });

    test('never shows a secret of the environment', async () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'CANARYKEY4713');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary-secret-4711');
      vi.stubEnv('AWS_SESSION_TOKEN', 'canary-token-4712');
      const message = 'CANARYKEY4713 canary-secret-4711 canary-token-4712';
      const body = `<?xml version="1.0"?><Error><Code>InvalidToken</Code><Message>${message}</Message></Error>`;
      proxy.faultOf = () => ({ answer: 400, body });
      const refusal = await refusalOf(
        (await open({ bucket_name: 'bucket', endpoint_url: proxy.url })).get('key'),
      );
      expect(refusal.code).toBe('blob.unauthorized');
      expect(refusal.message).toContain('(*** *** ***)');
    });

    test('that has another region says so', async () => {
      const refusal = await refusalOf(
        new S3ObjectStore(await optionsFor(server, { region_name: 'eu-west-3' }), host).get('key'),
      );
      expect(refusal.code).toBe('blob.store_failed');
      expect(refusal.message).toContain('us-east-1');
      expect(refusal.message).toContain('region_name');
    });

    test('gets no more connections than it has to, and keeps them', async () => {
      const store = new S3ObjectStore(await optionsFor({ ...server, url: proxy.url }), host);
      const before = proxy.connections;
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => await store.put(`many/${index}`, bytes)),
      );
      expect(proxy.connections - before).toBeLessThanOrEqual(64);
    });
  });
});

whereEngine(versitygw, (home) => {
  test.each(['AWS_REGION', 'AWS_DEFAULT_REGION'])(
    'the credentials and the region are those of the environment when the options name none (%s)',
    async (name) => {
      await using server = await startVersitygw(home, { region: 'eu-west-3' });
      forgetCredentials();
      vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretAccessKey);
      vi.stubEnv(name, 'eu-west-3');
      const store = await open({ bucket_name: 'bucket', endpoint_url: server.url });
      await store.put('key', bytes);
      expect(await store.get('key')).toEqual(bytes);
    },
  );
});

test('without credentials anywhere it says where to put them', async () => {
  forgetCredentials();
  const refusal = await refusalOf(
    (await open({ bucket_name: 'bucket', endpoint_url: 'http://127.0.0.1:1' })).get('key'),
  );
  expect(refusal.code).toBe('blob.unauthorized');
  expect(refusal.message).toContain('access_key_id');
});
