import type { ServerResponse } from 'node:http'
import type { ContainerLog } from './container-log.ts'

/** `GET …/log`: the log as it is, and with `follow` what comes after it, until the client or the server leaves. */
export function servePodLog(
  response: ServerResponse,
  log: ContainerLog,
  query: URLSearchParams,
  signal: AbortSignal,
): void {
  const tailLines = query.get('tailLines')
  response.writeHead(200, { 'Content-Type': 'text/plain' })
  response.write(log.read(tailLines === null ? undefined : Number(tailLines)))
  if (query.get('follow') !== 'true') {
    response.end()
    return
  }
  response.flushHeaders()
  const stop = log.follow((output) => response.write(output))
  const end = (): void => {
    stop()
    response.end()
  }
  signal.addEventListener('abort', end, { once: true })
  response.once('close', () => {
    stop()
    signal.removeEventListener('abort', end)
  })
}
