/** Who may speak to the server. */
export interface Account {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Temporary keys come with a token, which each request must then show. */
  readonly securityToken?: string;
  readonly may: 'everything' | 'read' | 'nothing';
}
