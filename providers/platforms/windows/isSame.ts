// Windows and Hyper-V compare names without case. Pure.
export function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
