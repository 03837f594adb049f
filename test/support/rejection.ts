import type { ExecError } from '../../src/index.ts'

/** The error that a promise rejects with. */
export async function rejection<E = ExecError>(promise: Promise<unknown>): Promise<E> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`)
    },
    (error) => error as E,
  )
}
