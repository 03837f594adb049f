import { once } from 'node:events'
import type { Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConnectAnswer, requestConnect } from '../../../src/transport/connect-tunnel.ts'
import { ProxyFailure } from '../../../src/transport/proxy-failure.ts'
import { version } from '../../../src/version.ts'

const origin = 'proxy-url'
const target = { hostname: 'api.example', port: 6443 }
const parse = (text: string) => parseConnectAnswer(Buffer.from(text, 'latin1'), origin)

/** What `requestConnect` sends, and how it ends after an answer. */
async function ask(
  answer: string,
  credentials: { username: string; password: string } | null = null,
  to = target,
) {
  const [ours, theirs] = duplexPair()
  const asked = requestConnect(ours as Socket, to, { credentials, origin })
  const [request] = (await once(theirs, 'data')) as [Buffer]
  theirs.end(answer)
  const error = await asked.then(
    () => null,
    (reason: Error) => reason,
  )
  return { request: request.toString('latin1'), error, socket: ours as Socket }
}

describe('the request', () => {
  test('names the target twice, and us', async () => {
    const { request, error } = await ask('HTTP/1.1 200 OK\r\n\r\n')
    expect(request).toBe(
      `CONNECT api.example:6443 HTTP/1.1\r\nHost: api.example:6443\r\nUser-Agent: podwire/${version}\r\n\r\n`,
    )
    expect(error).toBeNull()
  })

  test('puts an IPv6 address in brackets', async () => {
    const { request } = await ask('HTTP/1.1 200\r\n\r\n', null, { hostname: '::1', port: 1 })
    expect(request).toContain('CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\n')
  })

  test.each([
    ['u', 'p', 'dTpw'],
    ['u', '', 'dTo='],
    ['ü', 'a\r\nb', 'w7w6YQ0KYg=='],
  ])('authenticates %j and %j', async (username, password, token) => {
    const { request } = await ask('HTTP/1.1 200\r\n\r\n', { username, password })
    expect(request.split('\r\n')).toContain(`Proxy-Authorization: Basic ${token}`)
  })
})

describe('the answer', () => {
  const head = 'HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n'

  test('is known at its last byte, whatever follows', () => {
    const text = `${head}\x16\x03\x01`
    for (let length = 0; length <= text.length; length++) {
      const parsed = parse(text.slice(0, length))
      if (length < head.length) expect(parsed).toBeNull()
      else expect(parsed).toMatchObject({ length: head.length, value: { status: 200 } })
    }
  })

  test.each([
    ['HTTP/1.0 200\r\n\r\n', 200],
    ['HTTP/1.1 200 \n\n', 200],
    ['HTTP/1.1 407 Proxy Authentication Required\r\nA: b\n\r\n', 407],
    ['HTTP/1.1 100 Continue\r\n\r\n', 100],
  ])('%j', (text, status) => {
    expect(parse(text)).toMatchObject({ length: text.length, value: { status } })
  })

  test.each([
    'X',
    'http/1.1 200 OK',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 -20 OK\r\n\r\n',
    '\r\n',
    '\x05\x00',
    '\x15\x03\x01\x00\x02',
    'SSH-2.0-OpenSSH\r\n',
  ])('%j is not HTTP, which is known at once', (text) => {
    expect(() => parse(text)).toThrow(ProxyFailure)
    expect(() => parse(text)).toThrow(/does not answer as an HTTP proxy does; .* ?proxy-url$/)
  })

  test('a TLS alert is known', () => {
    expect(() => parse('\x15\x03\x01')).toThrow('it speaks TLS: write https:// in proxy-url')
  })

  test('has 64 KiB for its header', () => {
    const start = 'HTTP/1.1 200 OK\r\nA: '
    expect(parse(`${start}${'x'.repeat(60_000)}\r\n\r\n`)?.value.status).toBe(200)
    expect(parse(start + 'x'.repeat(60_000))).toBeNull()
    expect(() => parse(start + 'x'.repeat(65_536))).toThrow('sent a header of over 65536 bytes')
  })

  test('any bytes are an answer, the beginning of one or a failure, in linear time', () => {
    const piece = fc.constantFrom('HTTP/1.1 ', '200', ' ', '\r\n', '\n', 'a: b', '<', '\0', '\xff')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          const parsed = parse(pieces.join(''))
          if (parsed !== null) expect(parsed.value.status).toBe(200)
        } catch (error) {
          expect(error).toBeInstanceOf(ProxyFailure)
        }
      }),
    )
  })

  test('what follows stays in the socket', async () => {
    const { socket, error } = await ask(`${head}first words`)
    expect(error).toBeNull()
    expect(String(socket.read())).toBe('first words')
  })
})

describe('a refusal', () => {
  const refusal = async (answer: string, credentials?: { username: string; password: string }) =>
    `${(await ask(answer, credentials)).error?.message}`
  const start = 'refused the connection to api.example:6443: '

  test.each<[string, string]>([
    ['HTTP/1.1 407 No\r\n\r\n', 'HTTP/1.1 407 No (set user and password in proxy-url)'],
    [
      'HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nproxy-authenticate: Basic realm="x"\r\n\r\n',
      'HTTP/1.1 407 No (set user and password in proxy-url)',
    ],
    [
      'HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n',
      'HTTP/1.1 407 No (it wants another way of authentication than by user and password)',
    ],
    [
      'HTTP/1.1 403 Filtered\r\n\r\n',
      'HTTP/1.1 403 Filtered (its rules do not allow that host or port)',
    ],
    ['HTTP/1.0 401 No\r\n\r\n', 'HTTP/1.0 401 No (set user and password in proxy-url)'],
    ['HTTP/1.1 504 T\r\n\r\nslow', 'HTTP/1.1 504 T: slow (it cannot reach the server)'],
    ['HTTP/1.1 500 E\r\nContent-Length: 3\r\n\r\nabcdef', 'HTTP/1.1 500 E: abc'],
    ['HTTP/1.1 500 E\r\ncontent-length: 0\r\n\r\nabc', 'HTTP/1.1 500 E'],
    ['HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n', 'HTTP/1.1 302 Found'],
    ['HTTP/1.1 204 No\r\n\r\n', 'HTTP/1.1 204 No'],
    [
      'HTTP/1.1 500 E\r\n\r\n<style>a{}</style><!-- <b>x</b> --><p>one</p>\n<p class="a">two \x1b[1m3',
      'HTTP/1.1 500 E: one two [1m3',
    ],
    ['HTTP/1.1 500 E\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 'HTTP/1.1 500 E'],
    ['HTTP/1.1 500 \x1b]0;title\x07\r\n\r\n', 'HTTP/1.1 500  ]0;title'],
  ])('%j', async (answer, message) => {
    expect(await refusal(answer)).toBe(start + message)
  })

  test('of credentials that are there', async () => {
    const words = await refusal('HTTP/1.1 407 No\r\n\r\n', { username: 'u', password: 'p' })
    expect(words).toMatch(/\(check user and password in proxy-url\)$/)
  })

  test('quotes no more than is useful', async () => {
    const words = await refusal(`HTTP/1.1 500 ${'l'.repeat(9_000)}\r\n\r\n${'b'.repeat(9_000)}`)
    expect(words.length).toBeLessThan(700)
  })

  test('quotes no secret of ours', async () => {
    const credentials = { username: 'u', password: 's3cret' }
    const token = Buffer.from('u:s3cret').toString('base64')
    const words = await refusal(`HTTP/1.1 400 s3cret\r\n\r\nBasic ${token} s3cret`, credentials)
    expect(words).toBe(`${start}HTTP/1.1 400 [redacted]: Basic [redacted] [redacted]`)
  })
})
