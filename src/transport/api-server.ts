import type { IncomingMessage } from 'node:http'
import type { Credential, CredentialSource } from '../auth/credential.ts'
import { UpgradeError } from '../errors.ts'
import type { Subprotocol, SubprotocolChoice } from '../protocol/index.ts'
import { onAbort } from './abort-listener.ts'
import { Deferred } from './deferred.ts'
import type { Endpoint } from './endpoint.ts'
import { answers, getJson } from './get.ts'
import { getStream } from './get-stream.ts'
import type { ObservedRequest, RequestObserver } from './request-observer.ts'
import { observe } from './request-observer.ts'
import type { Probe, Socket, SocketEvents } from './socket.ts'

/** `ws` takes longer to load than all the rest, and is needed for sessions only. */
const loadDial = () => import('./dial.ts')

/** While there is an answer to wait for. */
function preloadDial(): void {
  loadDial().catch(() => {})
}

export interface OpenOptions {
  readonly choice: SubprotocolChoice
  /** The request's path and query; what it asks for may depend on the subprotocol. */
  readonly path: (subprotocol: Subprotocol) => string
  readonly signal?: AbortSignal | undefined
}

/** An API server with the credentials for it: everything that leaves this process goes through here. */
export class ApiServer {
  readonly endpoint: Endpoint
  readonly #credentials: CredentialSource
  readonly #handshakeTimeout: number
  readonly #onRequest: RequestObserver | undefined

  constructor(
    endpoint: Endpoint,
    credentials: CredentialSource,
    options: {
      /** Milliseconds. */
      readonly handshakeTimeout: number
      readonly onRequest?: RequestObserver | undefined
    },
  ) {
    this.endpoint = endpoint
    this.#credentials = credentials
    this.#handshakeTimeout = options.handshakeTimeout
    this.#onRequest = options.onRequest
  }

  /**
   * Opens a socket for a session: once more with a fresh credential after a 401, once more with the choice's fallback
   * when the subprotocol is refused.
   */
  async open<Session extends SocketEvents>(
    options: OpenOptions,
    accept: (socket: Socket) => Session,
  ): Promise<Session> {
    const { subprotocol, fallback } = options.choice
    try {
      return await this.#dial(subprotocol, options, accept)
    } catch (error) {
      const refused =
        error instanceof UpgradeError &&
        error.code === 'ERR_SUBPROTOCOL' &&
        error.httpStatus === 403
      if (!refused || fallback === null) throw error
      return await this.#dial(fallback, options, accept)
    }
  }

  /**
   * GETs a JSON document below the API server's prefix.
   * @param accept the form that is wanted, for Kubernetes has some
   * @param keep whether a session that opens soon may go over the same connection
   */
  getJson(path: string, signal?: AbortSignal, accept?: string, keep?: boolean): Promise<unknown> {
    const timeout = this.#handshakeTimeout
    const onSent = keep ? preloadDial : undefined
    return this.#authenticated(signal, (credential) =>
      this.#observed({ path, answer: 200 }, () =>
        getJson(this.endpoint, { path, accept, keep, onSent, credential, timeout, signal }),
      ),
    )
  }

  /** GETs what comes bit by bit, such as a log; without a limit of time once the request is sent. */
  getStream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const timeout = this.#handshakeTimeout
    return this.#authenticated(signal, (credential) =>
      this.#observed({ path, answer: 200 }, () =>
        getStream(this.endpoint, { path, credential, timeout, signal }),
      ),
    )
  }

  /** Whether the server gives any answer on a new connection, before the signal. */
  answers(signal: AbortSignal): Promise<boolean> {
    return answers(this.endpoint, signal)
  }

  #dial<Session extends SocketEvents>(
    subprotocol: Subprotocol,
    { path, signal }: OpenOptions,
    accept: (socket: Socket) => Session,
  ): Promise<Session> {
    return this.#authenticated(signal, (credential) => {
      const probe: Probe = (end) => this.answers(end)
      const timeout = this.#handshakeTimeout
      const request = { path: path(subprotocol), subprotocol }
      const options = { ...request, credential, timeout, signal, probe }
      return this.#observed({ ...request, answer: 101 }, async () => {
        const { dial } = await loadDial()
        signal?.throwIfAborted()
        return dial(this.endpoint, options, accept)
      })
    })
  }

  #observed<T>(request: ObservedRequest, attempt: () => Promise<T>): Promise<T> {
    const onRequest = this.#onRequest
    return onRequest ? observe(this.endpoint, request, onRequest, attempt) : attempt()
  }

  async #authenticated<T>(
    signal: AbortSignal | undefined,
    attempt: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const credential = await unlessAborted(this.#credentials.credential(undefined, signal), signal)
    // An abort may come right behind a credential that was there at once.
    signal?.throwIfAborted()
    try {
      return await attempt(credential)
    } catch (error) {
      const rejected = error instanceof UpgradeError && error.httpStatus === 401
      if (!rejected || !this.#credentials.refreshable) throw error
      const fresh = await unlessAborted(this.#credentials.credential(credential, signal), signal)
      signal?.throwIfAborted()
      return await attempt(fresh)
    }
  }
}

/** Credentials may take as long as somebody needs to log in; an abort does not wait for that. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const aborted = new Deferred<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  const ignoreAbort = onAbort(signal, abort)
  try {
    return await Promise.race([aborted.promise, promise])
  } finally {
    ignoreAbort()
  }
}
