/** Builds a project if need be; exits with the compiler's report if it does not compile. */
export function ensureBuilt(name?: 'product' | 'local'): void;
