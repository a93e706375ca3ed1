// What a run of the command means for its caller: exit codes, and the error whose text is for the user.

/** Exit codes of every subcommand. `warnings` is of `multiport check` alone. */
export const EXIT = {
  clean: 0,
  /** The environment has errors, or the preview failed. */
  errors: 1,
  /** The command itself could not be carried out as given: an argument, a file or a setting is wrong. */
  usage: 2,
  /** Warnings, and no errors. */
  warnings: 3,
  /** A bug in multiport. */
  bug: 70,
} as const;

/** The user asked for something that is not there or can't be done; the message says what is right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What the command was to do, it did; the answer is no. */
export class FailedError extends Error {
  override readonly name = "FailedError";
}

/** What a file system error says to somebody who never heard of errno. */
export function fileErrorWords(error: unknown): string {
  const { code = "unknown", message = String(error) } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: "it does not exist",
    EACCES: "this user may not",
    EPERM: "this user may not",
    EROFS: "the file system is read-only",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is a file, not a folder",
    EEXIST: "a file of that name is in the way",
    ENOSPC: "the disk is full",
    ELOOP: "its symbolic links lead in a circle",
    ENAMETOOLONG: "its name is too long",
  };
  return words[code] ?? message;
}
