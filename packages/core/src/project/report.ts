/** Takes a problem of a configuration file with the keys that lead to it; a key may hold dots. */
export type Report = (path: readonly string[], message: string) => void;
