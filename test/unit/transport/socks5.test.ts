import type { Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { describe, expect, test } from 'vitest'
import {
  encodeTarget,
  parseMethod,
  parseReply,
  parseVerdict,
  requestSocks5,
} from '../../../src/transport/socks5.ts'

const origin = 'proxy-url'
const target = { hostname: 'api.example', port: 6443 }
const credentials = { username: 'me', password: 'ä' }
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** What is sent to a proxy that answers step by step, and how it ends. */
async function talk(answers: readonly string[], user: typeof credentials | null = null) {
  const [ours, theirs] = duplexPair()
  const sent: string[] = []
  const left = answers.map(hex)
  theirs.on('data', (chunk: Buffer) => {
    sent.push(chunk.toString('hex'))
    const answer = left.shift()
    if (answer === undefined) theirs.end()
    else theirs.write(answer)
  })
  const error = await requestSocks5(ours as Socket, target, { credentials: user, origin }).then(
    () => null,
    (reason: Error) => reason.message,
  )
  return { sent, error, socket: ours }
}

const name = Buffer.from('api.example').toString('hex')
const request = `050100030b${name}192b`
const granted = '05 00 00 01 00000000 0000'

describe('the conversation', () => {
  test('without a user', async () => {
    const { sent, error } = await talk(['05 00', granted])
    expect([sent, error]).toEqual([['050100', request], null])
  })

  test('with user and password, when they are wanted', async () => {
    const { sent, error } = await talk(['05 02', '01 00', granted], credentials)
    expect([sent, error]).toEqual([['05020002', '01026d6502c3a4', request], null])
  })

  test('with user and password, when they are not', async () => {
    const { sent, error } = await talk(['05 00', granted], credentials)
    expect([sent, error]).toEqual([['05020002', request], null])
  })

  test('all answers at once, and the first words of the server', async () => {
    const { error, socket } = await talk([`05 00 ${granted} 616263`])
    expect(error).toBeNull()
    expect(String(socket.read())).toBe('abc')
  })

  test('a reply with a name, and one with an IPv6 address', async () => {
    expect((await talk(['05 00', '05 00 00 03 02 6162 0050'])).error).toBeNull()
    expect((await talk(['05 00', `05 00 00 04 ${'00'.repeat(16)} 0050`])).error).toBeNull()
  })

  test.each<[string, string[], typeof credentials | null, string]>([
    [
      'no way in',
      ['05 ff'],
      null,
      'wants a user and a password, or another way of authentication; set both in proxy-url',
    ],
    [
      'another way in',
      ['05 ff'],
      credentials,
      'wants another way of authentication than by user and password',
    ],
    ['a way not offered', ['05 02'], null, 'chose a way of authentication that was not offered'],
    ['GSSAPI', ['05 01'], credentials, 'chose a way of authentication that was not offered'],
    [
      'wrong user',
      ['05 02', '01 01'],
      credentials,
      'does not accept the user and password; check proxy-url',
    ],
    ['wrong version of that', ['05 02', '05 00'], credentials, 'answered with what is not SOCKS5'],
    ['SOCKS4', ['00 5b'], null, 'does not answer as a SOCKS5 proxy does; check proxy-url'],
    [
      'HTTP',
      ['48545450'],
      null,
      'does not answer as a SOCKS5 proxy does; it speaks HTTP: write http:// in proxy-url',
    ],
    ['silence and an end', [], null, 'closed the connection instead of answering'],
    ['half a reply', ['05 00', '05 00 00 01 00'], null, ''],
    [
      'rules',
      ['05 00', '05 02 00 01 00000000 0000'],
      null,
      'refused the connection to api.example:6443: its rules do not allow it (2)',
    ],
    [
      'a short refusal',
      ['05 00', '05 05'],
      null,
      'refused the connection to api.example:6443: connection refused (5)',
    ],
    [
      'an unknown reason',
      ['05 00', '05 63 00 01'],
      null,
      'refused the connection to api.example:6443: unknown reason (99)',
    ],
    [
      'an unknown address',
      ['05 00', '05 00 00 02 00000000'],
      null,
      'answered with what is not SOCKS5',
    ],
    ['another version', ['05 00', '04 00'], null, 'answered with what is not SOCKS5'],
  ])('%s', async (title, answers, user, message) => {
    if (title !== 'half a reply') expect((await talk(answers, user)).error).toBe(message)
    else expect(parseReply(hex(answers[1] ?? ''))).toBeNull()
  })
})

test.each([
  ['10.0.0.1', '01 0a000001 192b'],
  ['::', `04 ${'00'.repeat(16)} 192b`],
  ['fd00::1', `04 fd00 ${'00'.repeat(12)} 0001 192b`],
  ['1:2:3:4:5:6:7:8', '04 00010002000300040005000600070008 192b'],
  ['1::', `04 0001 ${'00'.repeat(14)} 192b`],
  ['::ffff:1.2.3.4', `04 ${'00'.repeat(10)} ffff 01020304 192b`],
  ['a', '03 01 61 192b'],
])('%s on the wire', (hostname, expected) => {
  expect(encodeTarget({ hostname, port: 6443 })).toEqual(hex(expected))
})

test('a name may have 255 bytes', () => {
  expect(encodeTarget({ hostname: 'a'.repeat(255), port: 1 }).length).toBe(259)
  expect(() => encodeTarget({ hostname: 'a'.repeat(256), port: 1 })).toThrow('255 bytes')
})

test.each([
  ['a method', (bytes: Buffer) => parseMethod(bytes, origin), '0502'],
  ['a verdict', parseVerdict, '0100'],
  ['a reply', parseReply, '05000001000000000000'],
  ['a reply with a name', parseReply, '050000030161 0050'],
  ['a reply with an empty name', parseReply, '0500000300 0050'],
  ['a reply with an IPv6 address', parseReply, `05000004${'00'.repeat(18)}`],
] as const)('%s is known at its last byte, whatever follows', (_name, parse, text) => {
  const whole = hex(text)
  const followed = Buffer.concat([whole, hex('050505')])
  for (let length = 0; length <= followed.length; length++) {
    const parsed = parse(followed.subarray(0, length))
    if (length < whole.length) expect(parsed).toBeNull()
    else expect(parsed?.length).toBe(whole.length)
  }
})
