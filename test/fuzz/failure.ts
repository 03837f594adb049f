/** Something that must not happen did; `input` is what it takes to see it again. */
export class FuzzFailure extends Error {
  constructor(what: string, input: unknown) {
    super(`${what}\n${JSON.stringify(input, (_key, value) => readable(value))}`)
  }
}

function readable(value: unknown): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value
}

/** @throws {FuzzFailure} it does not hold */
export function must(holds: boolean, what: string, input: unknown): void {
  if (!holds) throw new FuzzFailure(what, input)
}
