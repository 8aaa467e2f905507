/** What a signature is made of: a request as it came, its parts decoded. */
export interface SignedRequest {
  readonly method: string;
  /** Null where the request names no bucket, and an empty key where it names no object. */
  readonly bucket: string | null;
  readonly key: string;
  /** In the order of the request. A parameter without `=` has the value ''. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** By code units, which is by bytes for the ASCII that names and encoded texts are. */
export function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
