import { isIP } from 'node:net';

/** What the options say of where the bucket is. */
export interface EndpointOptions {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly internal?: boolean | undefined;
}

export interface Endpoint {
  /** With its protocol, which is `https` unless the option says `http`; without a path. */
  readonly url: string;
  /** Such as `cn-hangzhou`; null where neither the options nor the host tell. */
  readonly region: string | null;
}

/** The key of an option, and what is wrong with it. */
export interface EndpointFault {
  readonly key: keyof EndpointOptions;
  readonly wrong: string;
}

/** The endpoint that the options mean, or what is wrong with them. */
export function readEndpoint(options: EndpointOptions): Endpoint | EndpointFault {
  const region = options.region?.replace(/^oss-/, '') ?? null;
  const text = options.endpoint;
  if (text === undefined) {
    if (region === null)
      return { key: 'endpoint', wrong: 'expected "endpoint" or "region": neither is there' };
    return {
      url: `https://oss-${region}${options.internal === true ? '-internal' : ''}.aliyuncs.com`,
      region,
    };
  }
  if (options.internal === true) {
    return { key: 'internal', wrong: 'goes with "region" alone: write the internal address as "endpoint"' };
  }
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !isPlain(url)) {
    return {
      key: 'endpoint',
      wrong:
        'expected a host such as oss-cn-hangzhou.aliyuncs.com, with https:// or http:// before it or without',
    };
  }
  if (isIP(url.hostname) !== 0 && region === null) {
    return {
      key: 'region',
      wrong: 'expected the region of the bucket, because the endpoint is an IP address',
    };
  }
  const [, named = ''] = /^oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/.exec(url.hostname) ?? [];
  const isOfAll = named === '' || named.startsWith('accelerate'); // which is one address for all regions
  return { url: url.origin, region: region ?? (isOfAll ? null : named) };
}

function isPlain(url: URL): boolean {
  return (
    ['http:', 'https:'].includes(url.protocol) &&
    /^[A-Za-z0-9.-]+$/.test(url.hostname) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '' &&
    url.pathname === '/'
  );
}
