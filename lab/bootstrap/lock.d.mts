// What the compiled lab sees of lock.mjs.

/** Runs `action` while no other process holds `path`; says so (`what`: "building govc") while it waits for the holder. */
export function withLock<T>(
  path: string,
  options: { readonly what: string; readonly report: (line: string) => void },
  action: () => Promise<T>,
): Promise<T>;

/** Whether a process of this number runs on this machine. */
export function isProcessAlive(pid: number): boolean;
