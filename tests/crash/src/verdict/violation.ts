/**
 * `lost`: what was acknowledged, or has happened, is not there or came to a wrong end. `twice`: what may be once came
 * twice. `stuck`: what should have ended has not.
 */
export interface Violation {
  readonly kind: 'lost' | 'twice' | 'stuck';
  readonly what: string;
}
