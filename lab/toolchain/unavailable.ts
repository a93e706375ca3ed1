// What the user is told when a part of the toolchain cannot be had. Pure.

/** Something this machine lacks: `message` says what is missing, why it is needed and the command that gets it. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";

  constructor(what: string, options: { readonly neededFor: string; readonly remedy: string }) {
    super(`${what}. It is needed ${options.neededFor}. ${options.remedy}`);
  }
}
