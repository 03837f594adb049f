export interface Position {
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 code units. */
  readonly column: number
}

/** What is wrong with a YAML text and where; never quotes the text, which may hold secrets. */
export class YamlError extends Error {
  readonly line: number | undefined
  readonly column: number | undefined
  /** The place inside the document, such as `users[0].user.token`. */
  readonly field: string | undefined

  constructor(message: string, position?: Position, field?: string) {
    super(message)
    this.name = 'YamlError'
    this.line = position?.line
    this.column = position?.column
    this.field = field
  }
}
