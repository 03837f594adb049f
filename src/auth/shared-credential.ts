import type { Credential } from './credential.ts'

/** Gets a new credential; aborted when nobody waits for it any more. */
export type Obtain = (signal: AbortSignal) => Promise<Credential>

interface Run {
  readonly promise: Promise<Credential>
  readonly controller: AbortController
  waiting: number
}

/**
 * A credential that is costly to get: kept until it expires or is rejected, and got once for all who ask meanwhile.
 * One that is expired on arrival is used by those who waited for it, and by nobody else, as in client-go.
 */
export class SharedCredential {
  #kept: Credential | undefined
  #run: Run | undefined

  /** @param obtain used when this call has to get a new one */
  async get(
    obtain: Obtain,
    rejected: Credential | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Credential> {
    signal?.throwIfAborted()
    if (this.#kept === rejected || isExpired(this.#kept)) this.#kept = undefined
    if (this.#kept !== undefined) return this.#kept
    this.#run ??= this.#start(obtain)
    const run = this.#run
    run.waiting += 1
    try {
      return await unlessAborted(run.promise, signal)
    } finally {
      run.waiting -= 1
      if (run.waiting === 0) this.#end(run)
    }
  }

  #start(obtain: Obtain): Run {
    const controller = new AbortController()
    const promise = obtain(controller.signal)
    const run: Run = { promise, controller, waiting: 0 }
    promise.then(
      (credential) => {
        if (this.#run === run) this.#kept = credential
        this.#end(run)
      },
      () => this.#end(run),
    )
    return run
  }

  #end(run: Run): void {
    run.controller.abort()
    if (this.#run === run) this.#run = undefined
  }
}

function isExpired(credential: Credential | undefined): boolean {
  return credential?.expiresAt !== undefined && credential.expiresAt.getTime() <= Date.now()
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  let abort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([aborted, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
