import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import type { Subprotocol } from '../../src/index.ts'
import type { ConformanceServer, Generation } from './conformance-server.ts'

export interface BareRequest {
  readonly generation: Generation
  readonly subprotocol: Subprotocol
  readonly pod: string
  /** Absent: attach. */
  readonly command?: readonly string[]
  readonly tty?: boolean
  /** Absent: stdin is not asked for. */
  readonly stdin?: Uint8Array
  /** Milliseconds until it gives up. */
  readonly time: number
}

export interface BareResult {
  readonly output: string
  /** What channel 3 brought; `null` for nothing. */
  readonly status: string | null
  /** `null` when the session was still open when the time was over. */
  readonly closeCode: number | null
}

/** A session of a client that has none of podwire's rules: what it asks for is what is asked, and all of stdin goes at once. */
export async function bareSession(
  server: ConformanceServer,
  request: BareRequest,
): Promise<BareResult> {
  const { generation, subprotocol, pod, command, tty = false, stdin, time } = request
  const url = new URL(server.url.replace(/^http/, 'ws'))
  const verb = command === undefined ? 'attach' : 'exec'
  url.pathname = `/${generation}/api/v1/namespaces/default/pods/${pod}/${verb}`
  const streams = { stdin: stdin !== undefined, stdout: true, stderr: !tty, tty }
  for (const [name, wanted] of Object.entries(streams)) url.searchParams.set(name, String(wanted))
  for (const word of command ?? []) url.searchParams.append('command', word)
  const headers = { authorization: `Bearer ${server.tokens.admin}` }
  const socket = new WebSocket(url, subprotocol, { ca: server.ca, headers })

  let output = ''
  let status: string | null = null
  socket.on('message', (message: Buffer) => {
    if (message[0] === 3) status = message.toString('utf8', 1)
    else output += message.toString('utf8', 1)
  })
  // How it ended is told by the close code.
  socket.on('error', () => {})
  socket.on('open', () => {
    if (stdin === undefined) return
    const most = 32 * 1024
    for (let sent = 0; sent < stdin.length; sent += most) {
      socket.send(Buffer.concat([Buffer.of(0), stdin.subarray(sent, sent + most)]))
    }
    if (subprotocol === 'v5.channel.k8s.io') socket.send(Buffer.of(255, 0))
  })
  const closed = once(socket, 'close').then(([code]) => Number(code))
  const closeCode = await Promise.race([closed, sleep(time, null)])
  socket.terminate()
  return { output, status, closeCode }
}
