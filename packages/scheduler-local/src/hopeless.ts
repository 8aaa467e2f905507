/** The codes of what no waiting heals: what is needed is not there, or its plugin cannot find it. */
export const hopeless: readonly (string | null)[] = [
  'blob.not_found',
  'blob.invalid_uri',
  'job.lost',
  'plugin.not_installed',
  'plugin.not_registered',
];
