import { tell } from '../callback.ts'
import { UpgradeError } from '../errors.ts'
import type { Subprotocol } from '../protocol/index.ts'
import type { Endpoint } from './endpoint.ts'
import { hostOf } from './endpoint.ts'

/** A request and what came of it. */
export interface RequestEvent {
  /** The arguments of a command are left out. */
  readonly url: string
  /** The one offered, of a handshake; `null` for a plain GET. */
  readonly subprotocol: Subprotocol | null
  /** `null`: there was no answer. */
  readonly httpStatus: number | null
  /** From before there was a connection until the answer was read, or the session open. */
  readonly milliseconds: number
}

export type RequestObserver = (event: RequestEvent) => void

export interface ObservedRequest {
  readonly path: string
  readonly subprotocol?: Subprotocol
  /** The HTTP status of a success. */
  readonly answer: number
}

/** Makes a request and tells of it; an observer that fails changes nothing about it. */
export async function observe<T>(
  endpoint: Endpoint,
  { path, subprotocol, answer }: ObservedRequest,
  onRequest: RequestObserver,
  attempt: () => Promise<T>,
): Promise<T> {
  const started = performance.now()
  const url = `${endpoint.secure ? 'https' : 'http'}://${hostOf(endpoint)}${withoutCommand(path)}`
  const done = (httpStatus: number | null) => {
    const milliseconds = performance.now() - started
    const event = { url, subprotocol: subprotocol ?? null, httpStatus, milliseconds }
    tell(onRequest, event, (error) => {
      process.emitWarning(`onRequest failed: ${(error as Error)?.message}`)
    })
  }
  try {
    const result = await attempt()
    done(answer)
    return result
  } catch (error) {
    done(error instanceof UpgradeError ? error.httpStatus : null)
    throw error
  }
}

/** `command=a&command=b` becomes one `command=…`: arguments may be secrets. */
function withoutCommand(path: string): string {
  return path.replace(/command=[^&]*(?:&command=[^&]*)*/g, 'command=…')
}
