/** A wrong value, by the name of the field that holds it; never shows the value. */
export class FieldError extends RangeError {
  readonly field: string
  /** The rest of the sentence that the field's name begins. */
  readonly problem: string

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`)
    this.name = 'RangeError'
    this.field = field
    this.problem = problem
  }
}
