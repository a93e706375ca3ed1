// What the tests see of dependencies.mjs.

/** Whether node_modules in `folder` holds what its package-lock.json names. */
export function areDependenciesInstalled(folder?: string): boolean;
