import { describe, expect, it } from 'vitest'
import type { ClientOptions, ExecOptions } from '../../src/index.ts'
import {
  ConnectionError,
  ConnectionLostError,
  connect,
  ProtocolError,
  StatusError,
  UpgradeError,
} from '../../src/index.ts'
import type { Fault, TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const sh = (script: string) => ['sh', '-c', script]

interface Attempt {
  readonly fault: Fault
  readonly command?: readonly string[]
  readonly options?: ExecOptions
  readonly client?: ClientOptions
}

/** One exec under a fault, with a heartbeat that is quick to judge. */
async function attempt(server: TestServer, { fault, command, options, client }: Attempt) {
  const { url, ca, token } = server
  const cluster = await connect({
    server: url,
    tls: { ca },
    auth: { token },
    heartbeat: { interval: 50, deadline: 200 },
    ...client,
  })
  server.setFault(fault)
  const pod = cluster.pod('web-0', { container: 'app' })
  return await pod.exec(command ?? sh('echo out; exit 3'), { ...options, encoding: 'utf8' })
}

type ErrorClass = abstract new (...args: never[]) => Error

interface Failure extends Attempt {
  readonly error: ErrorClass
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: RegExp
}

const unknown = { exitCode: null, verified: false }
const endless = sh('echo out; exec sleep 60')
const v5: ExecOptions = { stdin: '' }
const base64: ExecOptions = { subprotocol: 'v4.base64.channel.k8s.io' }

const failures: Record<string, Failure> = {
  'refused with a Status': {
    fault: {
      kind: 'refuse',
      code: 503,
      body: { kind: 'Status', status: 'Failure', message: 'etcd is down', code: 503 },
    },
    error: UpgradeError,
    fields: {
      code: 'ERR_UPGRADE_REFUSED',
      httpStatus: 503,
      status: { kind: 'Status', status: 'Failure', message: 'etcd is down', code: 503 },
    },
    message: /503 Service Unavailable: etcd is down/,
  },
  'refused with a text': {
    fault: { kind: 'refuse', code: 500, body: 'container not found ("c")' },
    error: UpgradeError,
    fields: { code: 'ERR_UPGRADE_REFUSED', httpStatus: 500, status: null },
    message: /container not found \("c"\)/,
  },
  'refused without a word, v5 and v4': {
    fault: { kind: 'refuse', code: 403 },
    error: UpgradeError,
    fields: { code: 'ERR_SUBPROTOCOL', httpStatus: 403 },
    message: /does not have/,
  },
  redirected: {
    fault: { kind: 'redirect', location: 'https://elsewhere.invalid/' },
    error: UpgradeError,
    fields: {
      code: 'ERR_UPGRADE_REFUSED',
      httpStatus: 302,
      hint: expect.stringContaining('redirect'),
    },
    message: /redirects are not followed/,
  },
  'never answered': {
    fault: { kind: 'no-answer' },
    client: { handshakeTimeout: 300 },
    error: ConnectionError,
    fields: { code: 'ERR_HANDSHAKE_TIMEOUT' },
    message: /did not answer within 300 ms/,
  },
  'answered with another subprotocol': {
    fault: { kind: 'wrong-subprotocol', subprotocol: 'v3.channel.k8s.io' },
    error: UpgradeError,
    fields: { code: 'ERR_SUBPROTOCOL', httpStatus: 101 },
    message: /another subprotocol instead of v4.channel.k8s.io/,
  },
  'answered with no subprotocol': {
    fault: { kind: 'wrong-subprotocol', subprotocol: null },
    error: UpgradeError,
    fields: { code: 'ERR_SUBPROTOCOL', httpStatus: 101 },
    message: /no subprotocol instead of v4.channel.k8s.io/,
  },
  'half-open after the upgrade': {
    fault: { kind: 'half-open' },
    command: endless,
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_CONNECTION_LOST', closeCode: 1006, stdout: '', status: null },
    message: /sent nothing for 200 ms/,
  },
  'pings unanswered in silence': {
    fault: { kind: 'no-pong' },
    command: endless,
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_CONNECTION_LOST', closeCode: 1006, stdout: 'out\n' },
    message: /not even answers to pings/,
  },
  'reset in the middle of output': {
    fault: { kind: 'reset', afterBytes: 4 },
    command: endless,
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_CONNECTION_LOST', closeCode: 1006, status: null },
    message: /the connection was lost/,
  },
  'cut in the middle of output': {
    fault: { kind: 'cut', afterBytes: 4 },
    command: endless,
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_CONNECTION_LOST', closeCode: 1006, stdout: 'out\n' },
    message: /the connection was lost/,
  },
  'closed without a status': {
    fault: { kind: 'no-status' },
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_NO_STATUS', closeCode: 1000, stdout: 'out\n', status: null },
    message: /without a status/,
  },
  'closed without a status on v5': {
    fault: { kind: 'no-status' },
    options: v5,
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_NO_STATUS', closeCode: 1000, protocol: 'v5.channel.k8s.io' },
    message: /without a status/,
  },
  'ended with neither status nor close frame': {
    fault: { kind: 'abnormal-close' },
    error: ConnectionLostError,
    fields: { ...unknown, code: 'ERR_CONNECTION_LOST', closeCode: 1006, stdout: 'out\n' },
    message: /is not known/,
  },
  'ended with a malformed status': {
    fault: { kind: 'malformed-status' },
    error: ProtocolError,
    fields: { ...unknown, code: 'ERR_STATUS_MALFORMED', stdout: 'out\n' },
    message: /not a JSON object/,
  },
  'ended with a text for a status': {
    fault: { kind: 'malformed-status', payload: 'rpc error: code = Unknown' },
    error: ProtocolError,
    fields: { ...unknown, code: 'ERR_STATUS_MALFORMED', stdout: 'out\n' },
    message: /not a JSON object/,
  },
  'ended with a Status without status': {
    fault: { kind: 'empty-status' },
    error: StatusError,
    fields: { ...unknown, code: 'ERR_STATUS', stdout: 'out\n', status: { metadata: {} } },
    message: /gave no reason/,
  },
  'a text message on a binary subprotocol': {
    fault: { kind: 'wrong-opcode' },
    command: endless,
    error: ProtocolError,
    fields: { ...unknown, code: 'ERR_PROTOCOL' },
    message: /text message/,
  },
  'a binary message on a base64 subprotocol': {
    fault: { kind: 'wrong-opcode' },
    command: endless,
    options: base64,
    error: ProtocolError,
    fields: { ...unknown, code: 'ERR_PROTOCOL' },
    message: /binary message/,
  },
  'what is not base64 on a base64 subprotocol': {
    fault: { kind: 'invalid-base64' },
    command: endless,
    options: base64,
    error: ProtocolError,
    fields: { ...unknown, code: 'ERR_PROTOCOL' },
    message: /not base64/,
  },
  'a message too large to hold': {
    fault: { kind: 'oversized-message', bytes: 64 * 1024 * 1024 },
    command: endless,
    client: { heartbeat: false },
    error: ProtocolError,
    fields: { ...unknown, code: 'ERR_PROTOCOL' },
    message: /WebSocket protocol/,
  },
}

describe('fails, typed, with what there was', () => {
  it.each(Object.entries(failures))('%s', async (_name, failure) => {
    await using server = await createTestServer()
    const error = await attempt(server, failure).then(
      (result) => expect.unreachable(`resolved: ${JSON.stringify(result)}`),
      (reason: unknown) => reason as Error,
    )
    expect(error).toBeInstanceOf(failure.error)
    expect(error).toMatchObject(failure.fields)
    expect(error.message).toMatch(failure.message)
    // A half-open server reads nothing, so it does not see that we have gone.
    const left = failure.fault.kind === 'half-open' ? 1 : 0
    await expect.poll(() => server.connections).toBe(left)
  })

  it('and with reject: false resolves with null and the error', async () => {
    await using server = await createTestServer()
    const result = await attempt(server, {
      fault: { kind: 'cut', afterBytes: 4 },
      command: endless,
      options: { reject: false },
    })
    expect(result).toMatchObject({ exitCode: null, stdout: 'out\n', stderr: '', status: null })
    expect(result.error).toBeInstanceOf(ConnectionLostError)
  })
})

const harmless: Record<string, Omit<Attempt, 'command'>> = {
  'a split status': { fault: { kind: 'split-status', parts: 7 } },
  'a split status on v1': {
    fault: { kind: 'split-status', parts: 3 },
    options: { subprotocol: 'channel.k8s.io' },
  },
  'empty messages, unknown channels and a CLOSE': { fault: { kind: 'noise' } },
  'one byte per message': { fault: { kind: 'byte-by-byte' } },
  delay: { fault: { kind: 'delay', milliseconds: 20 } },
  'a slow link': { fault: { kind: 'bandwidth', bytesPerSecond: 1_000 } },
  'a status and no close': { fault: { kind: 'no-close' } },
  'pings unanswered while there is output': {
    fault: { kind: 'no-pong' },
    client: { heartbeat: { interval: 20, deadline: 5_000 } },
  },
}

describe('makes nothing of', () => {
  it.each(Object.entries(harmless))('%s', async (_name, { fault, options, client }) => {
    await using server = await createTestServer()
    const result = await attempt(server, {
      fault,
      command: sh('echo out; echo err >&2; exit 3'),
      ...(options && { options }),
      client: { heartbeat: { interval: 1_000, deadline: 5_000 }, ...client },
    })
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
    await expect.poll(() => server.connections).toBe(0)
  })
})

describe('limits of the server that no client sees through without more', () => {
  // Kubernetes up to 1.36 turns a lost kubelet into Success on v5; v4, the default without stdin, is cut instead.
  it('a lost hop is Success on v5', async () => {
    await using server = await createTestServer()
    const fault: Fault = { kind: 'lost-hop', afterBytes: 4 }
    const result = await attempt(server, { fault, command: endless, options: v5 })
    expect(result).toMatchObject({ exitCode: 0, stdout: 'out\n', verified: false })
    expect(result.protocol).toBe('v5.channel.k8s.io')
  })

  it('unread stdin: the output arrives, the exit stays pending until the timeout', async () => {
    await using server = await createTestServer()
    const error = await attempt(server, {
      fault: { kind: 'unread-stdin' },
      command: ['head', '-c', '5'],
      options: { stdin: Buffer.alloc(1024 * 1024, 'x'), timeout: 1_500 },
    }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT', stdout: 'xxxxx', exitCode: null })
  })
})

describe('a heartbeat', () => {
  it('is patient with a server that is busy taking stdin and still answers elsewhere', async () => {
    await using server = await createTestServer()
    const error = await attempt(server, {
      fault: { kind: 'stop-reading', afterBytes: 65536 },
      command: ['cat'],
      options: { stdin: Buffer.alloc(4 * 1024 * 1024), timeout: 1_500 },
    }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT' })
    expect(server.requests.some(({ path }) => path.endsWith('/version'))).toBe(true)
  })

  it('is patient while nobody reads', async () => {
    await using server = await createTestServer()
    const { url, ca, token } = server
    const heartbeat = { interval: 20, deadline: 200 }
    const cluster = await connect({ server: url, tls: { ca }, auth: { token }, heartbeat })
    const remote = await cluster.pod('web-0').spawn(sh('head -c 8000000 /dev/zero; exit 4'))
    await expect.poll(() => server.requests.length, { timeout: 5_000 }).toBeGreaterThan(3)
    remote.stdout?.resume()
    expect((await remote.exit).exitCode).toBe(4)
  })
})
