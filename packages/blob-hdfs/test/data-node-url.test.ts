import { expect, it } from 'vitest';
import { dataNodeUrl } from '../src/data-node-url.ts';

it.each([
  ['http://nn:9870', 'http://dn:9864/webhdfs/v1/a?op=OPEN', true],
  ['http://nn:9870', 'https://dn:9865/webhdfs/v1/a?op=OPEN', true],
  ['https://nn:9871', 'https://dn:9865/webhdfs/v1/a?op=OPEN', true],
  ['https://nn:9871', 'http://dn:9864/webhdfs/v1/a?op=OPEN', false],
  ['http://nn:9870', 'ftp://dn/a', false],
  ['http://nn:9870', 'file:///etc/passwd', false],
  ['http://nn:9870', 'http://who:word@dn:9864/a', false],
  ['http://nn:9870', 'http://', false],
])('from %s to %s: followed is %j', (nameNode, location, isFollowed) => {
  expect(dataNodeUrl(location, new URL(nameNode))?.href ?? null).toBe(isFollowed ? location : null);
});

it('a path alone leads back to the same server, as a gateway may say it', () => {
  expect(dataNodeUrl('/webhdfs/v1/a?data=true', new URL('http://httpfs:14000/webhdfs/v1'))?.href).toBe(
    'http://httpfs:14000/webhdfs/v1/a?data=true',
  );
});
