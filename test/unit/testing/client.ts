import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { ClientOptions } from 'ws'
import { WebSocket } from 'ws'
import type { TestServer } from '../../../src/testing/index.ts'

/** A session of a bare `ws` client: what came, in the order in which it came. */
export interface Session {
  readonly socket: WebSocket
  /** `[channel] text`, or the text itself of a text message. */
  readonly messages: string[]
  readonly subprotocol: string
  /** Codes of errors of the TCP connection, which `ws` keeps for itself. */
  readonly tcpErrors: string[]
  /** Resolves with the close code. */
  readonly closed: Promise<number>
  /** Resolves when such a message has come. */
  message(pattern: RegExp): Promise<string>
}

export interface Refusal {
  readonly code: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export const v5 = 'v5.channel.k8s.io'
export const v4 = 'v4.channel.k8s.io'

interface Options extends ClientOptions {
  readonly subprotocols?: readonly string[]
  readonly token?: string | null
  readonly pod?: string
  readonly kind?: 'exec' | 'attach'
}

function open(server: TestServer, query: string, options: Options): WebSocket {
  const { subprotocols = [v5], token = server.token, pod = 'web-0', kind = 'exec' } = options
  const url = `${server.url.replace(/^https/, 'wss')}/api/v1/namespaces/default/pods/${pod}/${kind}?${query}`
  const { headers, ...rest } = options
  return new WebSocket(url, [...subprotocols], {
    ca: server.ca,
    perMessageDeflate: false,
    ...rest,
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
  })
}

/** Query of an exec of a shell script, with stdout and stderr. */
export function script(text: string, streams = 'stdout=true&stderr=true'): string {
  return `${streams}&command=sh&command=-c&command=${encodeURIComponent(text)}`
}

export async function connect(
  server: TestServer,
  query: string,
  options: Options = {},
): Promise<Session> {
  const socket = open(server, query, options)
  const messages: string[] = []
  let wake = (): void => {}
  socket.on('message', (data: Buffer, isBinary) => {
    messages.push(isBinary ? `[${data[0]}] ${data.subarray(1)}` : `${data}`)
    wake()
  })
  const tcpErrors: string[] = []
  socket.on('upgrade', (response) => {
    response.socket.on('error', (error: NodeJS.ErrnoException) => tcpErrors.push(`${error.code}`))
  })
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(([code]) => code as number)
  await once(socket, 'open')
  return {
    socket,
    messages,
    tcpErrors,
    subprotocol: socket.protocol,
    closed,
    async message(pattern) {
      while (true) {
        const found = messages.find((message) => pattern.test(message))
        if (found !== undefined) return found
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/** A whole session: its messages and its close code. */
export async function run(
  server: TestServer,
  query: string,
  options: Options = {},
): Promise<{ messages: string[]; code: number }> {
  const { messages, closed } = await connect(server, query, options)
  return { messages, code: await closed }
}

/** An upgrade that is refused. */
export async function refused(
  server: TestServer,
  query: string,
  options: Options = {},
): Promise<Refusal> {
  const socket = open(server, query, options)
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  return answer(response as IncomingMessage)
}

/** An ordinary request. */
export async function get(
  server: TestServer,
  path: string,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${server.token}` },
  options: { readonly cert?: string; readonly key?: string; readonly method?: string } = {},
): Promise<Refusal> {
  const sent = request(`${server.url}${path}`, { ca: server.ca, agent: false, headers, ...options })
  sent.end()
  const [response] = await once(sent, 'response')
  return answer(response as IncomingMessage)
}

async function answer(response: IncomingMessage): Promise<Refusal> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    code: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  }
}
