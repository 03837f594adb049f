import type { ConformanceServer, Generation } from './conformance-server.ts'
import type { RawRequest } from './raw-websocket.ts'
import { RawWebSocket, shown } from './raw-websocket.ts'

export const v5 = 'v5.channel.k8s.io'
export const v4 = 'v4.channel.k8s.io'
export const v1 = 'channel.k8s.io'
export const success = /^\[3\] \{("metadata":\{\},)?"status":"Success"\}$/

/** Every generation with the subprotocols that decide who answers. */
export const paths: readonly [Generation, string][] = [
  ['l', v4],
  ['t', v4],
  ['t', v5],
  ['k', v4],
  ['k', v5],
]

/** A query that runs a script. */
export const script = (text: string, streams = 'stdout=true&stderr=true') =>
  `${streams}&command=sh&command=-c&command=${encodeURIComponent(text)}`

export interface SessionRequest extends Partial<RawRequest> {
  /** @default 'solo-0' */
  readonly pod?: string
  /** @default 'exec' */
  readonly verb?: string
}

/** Opens a session by hand; over v4 unless `lines` say otherwise. */
export function openRaw(
  server: ConformanceServer,
  generation: Generation,
  query: string,
  { pod = 'solo-0', verb = 'exec', ...rest }: SessionRequest = {},
): Promise<RawWebSocket> {
  const path = `/${generation}/api/v1/namespaces/default/pods/${pod}/${verb}?${query}`
  return RawWebSocket.open(server, { path, lines: [v4], ...rest })
}

/** What comes until the session has ended. */
export async function all(socket: RawWebSocket): Promise<string[]> {
  return shown(await socket.rest())
}

export const bytes = (...values: number[]) => Uint8Array.from(values)
export const stdin = (text: string) => Buffer.from(`\0${text}`)
