/** A command line that means nothing; the message says why. */
export class UsageError extends Error {
  /** Whether `--help` would answer it. */
  readonly seeHelp: boolean

  constructor(message: string, seeHelp = true) {
    super(message)
    this.seeHelp = seeHelp
  }
}
