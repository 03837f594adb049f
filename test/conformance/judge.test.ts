import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { SessionDecoder } from '../../src/protocol/index.ts'
import type { ConformanceServer } from './conformance-server.ts'
import { startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const v5 = 'v5.channel.k8s.io'

/** A client of `ws` alone, which may do what podwire never does. */
function open(command: readonly string[], subprotocol = v5): WebSocket {
  const query = new URLSearchParams([
    ...command.map((argument): [string, string] => ['command', argument]),
    ['stdin', 'true'],
    ['stdout', 'true'],
  ])
  const path = `/t/api/v1/namespaces/default/pods/solo-0/exec?${query}`
  return new WebSocket(`${server.url.replace('https', 'wss')}${path}`, [subprotocol], {
    ca: server.ca,
    headers: { Authorization: `Bearer ${server.tokens.admin}` },
    perMessageDeflate: false,
  })
}

/** What the session came to: its output, and whether its end is known. */
async function outcome(webSocket: WebSocket): Promise<{ stdout: string; known: boolean }> {
  const decoder = new SessionDecoder(v5)
  let stdout = ''
  let known = false
  webSocket.on('message', (data: Buffer) => {
    const event = decoder.decode(data)
    if (event?.type === 'output') stdout += Buffer.from(event.payload).toString()
    if (event?.type === 'outcome') known = true
  })
  await once(webSocket, 'close')
  return { stdout, known }
}

const stdin = (text: string) => Buffer.concat([Buffer.of(0), Buffer.from(text)])

describe.skipIf(missing !== null)(`a client that is wrong is found out (${because})`, () => {
  it('a right one is not', async () => {
    const webSocket = open(['cat'])
    const end = outcome(webSocket)
    await once(webSocket, 'open')
    webSocket.send(stdin('abcdef'))
    webSocket.send(Buffer.of(255, 0))
    expect(await end).toEqual({ stdout: 'abcdef', known: true })
  })

  it('one that fragments a message loses what follows the first fragment', async () => {
    const webSocket = open(['cat'])
    const end = outcome(webSocket)
    await once(webSocket, 'open')
    webSocket.send(stdin('abc'), { fin: false })
    webSocket.send(Buffer.from('def'), { fin: true })
    webSocket.send(Buffer.of(255, 0))
    expect(await end).toEqual({ stdout: 'abc', known: true })
  })

  it('one that offers v3 is refused without a word', async () => {
    const webSocket = open(['cat'], 'v3.channel.k8s.io')
    webSocket.on('error', () => {})
    const [, response] = (await once(webSocket, 'unexpected-response')) as [
      unknown,
      IncomingMessage,
    ]
    expect(response.statusCode).toBe(403)
    response.resume()
    webSocket.terminate()
  })

  it('one that closes the socket to end stdin never learns the outcome', async () => {
    const webSocket = open(['sh', '-c', 'cat; echo end'])
    const end = outcome(webSocket)
    await once(webSocket, 'open')
    webSocket.send(stdin('abc'))
    webSocket.close()
    expect((await end).known).toBe(false)
  })
})
