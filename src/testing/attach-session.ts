import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { ProcessHandler } from './server-process.ts'
import type { SessionContext } from './session.ts'
import { finish, serveSession } from './session.ts'

/** A main process that prints nothing and reads nothing. */
const silent: ProcessHandler = async ({ signal }) => {
  if (!signal.aborted) await once(signal, 'abort')
}

const streamTimeout = 30_000

/**
 * Attach: the container's own `tty` and `stdin` decide, whatever the request says, and its exit code is not told.
 * Mismatches fail in the ways of the real path, hangs included (kubelet_pods.go, cri-streaming httpstream.go).
 */
export async function serveAttach(context: SessionContext): Promise<void> {
  const { connection, outlet, request } = context
  const { container } = request
  const translated = connection.subprotocol === 'v5.channel.k8s.io'
  const success = { kind: 'exit', exitCode: 0, command: [] } as const
  if (translated && container.tty && !request.tty) return holdOpen(context)
  if (translated && !container.tty && request.tty) {
    await setTimeout(streamTimeout, undefined, { signal: connection.gone }).catch(() => {})
    return finish(connection, outlet, { kind: 'status', status: timeout })
  }
  // An absent stdin has ended, for the raw path, and with it the attach.
  if (!translated && container.stdin && !request.stdin) {
    return finish(connection, outlet, success)
  }
  const ended = new AbortController()
  const signal = AbortSignal.any([context.signal, connection.gone, ended.signal])
  const closesStdin = container.stdinOnce === true && !container.tty
  const handler = context.request.container.attach ?? silent
  await serveSession({
    ...context,
    signal,
    request: { ...request, tty: container.tty ?? false },
    handler: async (process) => {
      // The end of stdin detaches, unless the container's own stdin ends with it.
      if (request.stdin && !closesStdin) {
        process.stdin.once('end', () => ended.abort())
        process.stdin.once('close', () => ended.abort())
      }
      const running = Promise.resolve(handler(process)).catch(() => 0)
      const detached = signal.aborted ? undefined : once(signal, 'abort')
      await Promise.race([running, detached ?? running])
      return 0
    },
  })
}

const timeout = {
  metadata: {},
  status: 'Failure',
  message: 'Internal error occurred: Timeout occurred',
  reason: 'InternalError',
  details: { causes: [{ message: 'Timeout occurred' }] },
  code: 500,
}

async function holdOpen({ connection }: SessionContext): Promise<void> {
  connection.read({ write: () => undefined, close: () => {} })
  if (!connection.gone.aborted) await once(connection.gone, 'abort')
}
