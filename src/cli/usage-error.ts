/** A command line that means nothing; the message says why. */
export class UsageError extends Error {
  /** Where more is to be read, in kubectl's words, which has two for flags and for the rest. */
  readonly see: 'usage' | 'examples' | 'nothing'

  constructor(message: string, see: UsageError['see'] = 'usage') {
    super(message)
    this.see = see
  }
}
