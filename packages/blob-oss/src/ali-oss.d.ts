/**
 * What is used here of `ali-oss`, as its source has it. Its types on npm lack the options `urllib` and `retryMax` and
 * say `any` of much of the rest.
 */
declare module 'ali-oss' {
  import type { IncomingHttpHeaders } from 'node:http';
  import type { Readable } from 'node:stream';

  class OSS {
    constructor(options: OSS.Options);
    put(name: string, content: Buffer, options: OSS.PutOptions): Promise<OSS.Result>;
    get(name: string, options: OSS.HeaderOptions): Promise<OSS.Result & { readonly content: Buffer }>;
    head(name: string): Promise<OSS.Result>;
    delete(name: string): Promise<OSS.Result>;
    deleteMulti(
      names: string[],
      options: { quiet: boolean },
    ): Promise<OSS.Result & { readonly deleted: readonly { readonly Key: string }[] }>;
    listV2(query: Record<string, string>): Promise<OSS.Page>;
    initMultipartUpload(name: string, options: OSS.PutOptions): Promise<{ readonly uploadId: string }>;
    uploadPart(
      name: string,
      uploadId: string,
      number: number,
      content: Buffer,
      start: number,
      end: number,
      options: OSS.PutOptions,
    ): Promise<{ readonly etag: string }>;
    completeMultipartUpload(
      name: string,
      uploadId: string,
      parts: readonly { readonly number: number; readonly etag: string }[],
      options: OSS.HeaderOptions,
    ): Promise<OSS.Result>;
    abortMultipartUpload(name: string, uploadId: string): Promise<OSS.Result>;
  }

  namespace OSS {
    interface Options {
      accessKeyId: string;
      accessKeySecret: string;
      stsToken?: string;
      refreshSTSTokenInterval?: number;
      bucket: string;
      endpoint: string;
      /** With the `oss-` at its beginning. */
      region?: string;
      cname: boolean;
      authorizationV4: boolean;
      retryMax: number;
      /** What sends the requests, instead of the package of this name. */
      urllib: { request(url: string, request: OutgoingRequest): Promise<IncomingAnswer> };
    }

    interface OutgoingRequest {
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly content?: Buffer | string | undefined;
      readonly stream?: Readable | undefined;
    }

    interface IncomingAnswer {
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly data: Buffer;
      readonly res: Pick<IncomingAnswer, 'status' | 'headers'>;
    }

    interface HeaderOptions {
      /** Some calls change them: never give the same object to two. */
      headers: Record<string, string>;
    }

    interface PutOptions extends HeaderOptions {
      mime: string;
    }

    interface Result {
      readonly res: Pick<IncomingAnswer, 'status' | 'headers'>;
    }

    interface Page extends Result {
      readonly objects: readonly {
        readonly name: string;
        readonly size: number;
        readonly lastModified: string;
      }[];
      readonly isTruncated: boolean;
      readonly nextContinuationToken: string | null;
    }
  }

  export = OSS;
}
