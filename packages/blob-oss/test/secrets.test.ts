import { inspect } from 'node:util';
import type { OssServer, TroubleKind } from '@aiflow-private/oss-server';
import { createTestHost } from '@aiflow/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { OssBlobManager } from '../src/manager.ts';
import type { OssBlobManagerOptions } from '../src/options.ts';
import { optionsFor, startServer, temporary } from './bucket.ts';
import { openStore } from './hosts.ts';

const canaries = [temporary.accessKeyId, temporary.accessKeySecret, temporary.securityToken ?? ''];

let server: OssServer;
beforeAll(async () => {
  server = await startServer();
});
afterEach(() => server.troubles.clear());
afterAll(async () => await server.close());

/** All that anyone could print of an error. */
function everythingOf(thrown: unknown): string {
  const parts = [
    inspect(thrown, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(thrown),
  ];
  for (let at = thrown; at instanceof Error; at = at.cause) {
    parts.push(
      at.message,
      at.stack ?? '',
      JSON.stringify(at, Object.getOwnPropertyNames(at)),
      inspect(Object.getOwnPropertyDescriptors(at)),
    );
  }
  return parts.join('\n');
}

// OSS repeats of the request what it was signed with; a server may repeat all of it.
const repeating: TroubleKind = {
  kind: 'answer',
  status: 400,
  code: `Odd${temporary.accessKeySecret}`,
  message: canaries.join(' and '),
};

it.each<[string, Partial<OssBlobManagerOptions>, TroubleKind | null]>([
  ['a wrong secret', { access_key_secret: `not-${temporary.accessKeySecret}` }, null],
  ['a wrong token', { security_token: `not-${temporary.securityToken}` }, null],
  ['a wrong bucket', { bucket: 'no-such-bucket' }, null],
  ['a server that repeats them', {}, repeating],
  ['a server that fails', {}, { kind: 'answer', status: 500 }],
  ['a connection that is cut', {}, { kind: 'cut' }],
  ['a damaged answer', {}, { kind: 'cutMiddle' }],
])(
  'no secret is anywhere in the error of %s, for any call and signature',
  async (_what, options, trouble) => {
    const secrets = [...canaries, ...Object.values(options).map(String)].filter(
      (text) => text !== 'no-such-bucket',
    );
    for (const signature_version of ['v1', 'v4'] as const) {
      const { store } = openStore(server, {
        ...optionsFor(server, temporary),
        ...options,
        signature_version,
        max_attempts: 2,
      });
      const large = new Uint8Array(9 * 1024 * 1024);
      const calls = [
        async () => await store.put('a', new Uint8Array(1)),
        async () => await store.put('a', large),
        async () => await store.putIfAbsent('b', new Uint8Array(1)),
        async () => await store.get('a'),
        async () => await store.head('a'),
        async () => await store.list('').next(),
        async () => await store.delete('a'),
        async () => await store.deleteMany(['a']),
      ];
      server.troubles.clear();
      if (trouble !== null) server.troubles.add(trouble, { times: Infinity });
      let failed = 0;
      for (const call of calls) {
        const thrown = await call().then(
          () => null,
          (error: unknown) => error,
        );
        if (thrown === null) continue;
        failed += 1;
        const text = everythingOf(thrown);
        for (const secret of secrets) expect(text).not.toContain(secret);
      }
      expect(failed).toBeGreaterThan(trouble?.kind === 'cutMiddle' ? 2 : 6);
    }
  },
);

it('`.config` shows the options without secrets', async () => {
  const host = await createTestHost();
  try {
    const options = { ...optionsFor(server, temporary), root_directory: 'flows', session_token: 'another' };
    const { config } = new OssBlobManager(options, host);
    expect(config).toEqual({
      access_key_id: temporary.accessKeyId,
      endpoint: server.endpoint,
      region: 'cn-hangzhou',
      bucket: 'shelf',
      root_directory: 'flows',
      max_attempts: 6,
      timeout_seconds: 60,
    });
  } finally {
    await host.dispose();
  }
});
