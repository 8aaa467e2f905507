// Runs in threads: it loads nothing but Node.
/** What went wrong with a file, as plain data: it happens in a thread, and becomes an error where the thread is used. */
export type Fault =
  /** A file of the project is not what the manifest says. */
  | { readonly kind: 'changed'; readonly path: string; readonly why: string }
  | {
      readonly kind: 'unreadable';
      readonly path: string;
      readonly message: string;
      readonly systemCode: string | null;
    }
  /** A path of the snapshot cannot be made on this machine. */
  | {
      readonly kind: 'local';
      readonly path: string;
      readonly message: string;
      readonly systemCode: string | null;
    }
  /** What came from the store is not what was put there; `where` is a pack's id. */
  | { readonly kind: 'corrupt'; readonly where: string; readonly why: string };

/** Thrown by what runs in a thread, which knows no more than this. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.kind);
    this.fault = fault;
  }
}
