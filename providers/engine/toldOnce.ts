// How an error of a dynamic resource reaches the user once and without a stack. Pure.

/**
 * Pulumi tells an error of read and delete with the resource, and its dynamic provider prints `${error}: ${error.stack}`
 * besides. So that the user reads the reason once and no stack, what is printed points to the resource.
 */
export async function toldOnce<T>(resource: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw Object.assign(error, { toString: () => resource, stack: "failed; the reason stands with its resource" });
  }
}
