import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Asked } from '../../../src/transport/refusal.ts'
import { readRefusal, refusal } from '../../../src/transport/refusal.ts'
import { refusals } from '../../support/recording.ts'

const v4 = 'v4.channel.k8s.io'
const v5 = 'v5.channel.k8s.io'

const status = (code: number, reason: string, message: string) =>
  JSON.stringify({ kind: 'Status', status: 'Failure', message, reason, code })

interface Case {
  readonly name: string
  readonly httpStatus: number
  readonly body: string
  readonly asked?: Asked
  readonly words: string
  readonly hint: string | null
}

const forbidden = 'pods "web-0" is forbidden: '
const cannot = (user: string, verb: string) =>
  `${forbidden}User "${user}" cannot ${verb} resource "pods/exec" in API group "" in the namespace "default"`
const noGet = cannot('jo', 'get')
const anonymous = cannot('system:anonymous', 'get')
// Of Kubernetes 1.37; before, and for roles that say so, "cannot impersonate resource".
const impersonation = cannot('jo', 'impersonate-on:user-info:get')

const cases: readonly Case[] = [
  {
    name: 'a wrong token',
    httpStatus: 401,
    body: status(401, 'Unauthorized', 'Unauthorized'),
    words: 'Unauthorized',
    hint: 'credentials',
  },
  {
    name: 'get without create',
    httpStatus: 403,
    body: status(403, 'Forbidden', forbidden),
    words: 'pods "web-0" is forbidden:',
    hint: 'also create',
  },
  {
    name: 'no get',
    httpStatus: 403,
    body: status(403, 'Forbidden', noGet),
    words: noGet,
    hint: 'the verb get on pods/exec',
  },
  {
    name: 'no credentials, where anonymous requests are let in',
    httpStatus: 403,
    body: status(403, 'Forbidden', anonymous),
    words: anonymous,
    hint: 'no credentials',
  },
  {
    name: 'no right to impersonate',
    httpStatus: 403,
    body: status(403, 'Forbidden', impersonation),
    words: impersonation,
    hint: 'the verb impersonate',
  },
  {
    name: 'a list that is forbidden',
    httpStatus: 403,
    body: status(403, 'Forbidden', 'pods is forbidden'),
    asked: 'request',
    words: 'pods is forbidden',
    hint: 'lacks a permission',
  },
  {
    name: 'several containers',
    httpStatus: 400,
    body: status(
      400,
      'BadRequest',
      'a container name must be specified for pod web-0, choose one of: [app sidecar]',
    ),
    words: 'choose one of: [app sidecar]',
    hint: "option 'container'",
  },
  {
    name: 'a container that there is not',
    httpStatus: 400,
    body: status(400, 'BadRequest', 'container zzz is not valid for pod web-0'),
    words: 'container zzz is not valid for pod web-0',
    hint: null,
  },
  {
    name: 'no such pod',
    httpStatus: 404,
    body: status(404, 'NotFound', 'pods "zzz" not found'),
    words: 'pods "zzz" not found',
    hint: null,
  },
  {
    name: 'no such path',
    httpStatus: 404,
    body: '404 page not found\n',
    words: '404 page not found',
    hint: 'path',
  },
  { name: 'nothing at all', httpStatus: 404, body: '', words: '', hint: 'path' },
  {
    name: 'no such pod, by the kubelet',
    httpStatus: 404,
    body: 'pod does not exist',
    words: 'pod does not exist',
    hint: 'kubelet',
  },
  {
    name: 'a container that does not run',
    httpStatus: 500,
    body: 'container not found ("app")',
    words: 'container not found ("app")',
    hint: 'does not run',
  },
  {
    name: 'too large',
    httpStatus: 431,
    body: '431 Request Header Fields Too Large',
    words: '431 Request Header Fields Too Large',
    hint: 'stdin',
  },
  { name: 'a redirect', httpStatus: 302, body: '', words: '', hint: 'redirects are not followed' },
  { name: 'a wrong method', httpStatus: 405, body: 'bad method', words: 'bad method', hint: null },
  {
    name: 'a proxy',
    httpStatus: 502,
    body: '<h1>Bad\r\nGateway</h1>',
    words: '<h1>Bad Gateway</h1>',
    hint: null,
  },
  { name: 'JSON that is no object', httpStatus: 500, body: '[1]', words: '[1]', hint: null },
  {
    name: 'half of a JSON object',
    httpStatus: 500,
    body: '{"message":"x',
    words: '{"message":"x',
    hint: null,
  },
]

describe('the words of the server are kept, and the remedy named', () => {
  it.each(cases)('$name', ({ httpStatus, body, asked = v4, words, hint }) => {
    const error = refusal(httpStatus, 'Line', Buffer.from(body), asked)
    expect(error).toMatchObject({
      name: 'UpgradeError',
      code: asked === 'request' ? 'ERR_REQUEST_REFUSED' : 'ERR_UPGRADE_REFUSED',
      httpStatus,
    })
    expect(error.message).toContain(`the server answered ${httpStatus} Line`)
    expect(error.message).toContain(words)
    if (hint === null) expect(error.hint).toBeNull()
    else expect(error.hint).toContain(hint)
    if (error.hint !== null) expect(error.message).toContain(`(${error.hint})`)
    if (body.startsWith('{"kind"')) expect(error.status).toMatchObject({ status: 'Failure' })
    else expect(error.status).toBeNull()
  })
})

describe('a missing subprotocol', () => {
  it.each([
    [v5, 'Kubernetes 1.29 or older'],
    [v4, `does not have ${v4}`],
  ] as const)('%s', (asked, hint) => {
    const error = refusal(403, 'Forbidden', new Uint8Array(), asked)
    expect(error).toMatchObject({ code: 'ERR_SUBPROTOCOL', httpStatus: 403 })
    expect(error.hint).toContain(hint)
  })

  it('is not what an empty 403 to a GET means', () => {
    expect(refusal(403, '', new Uint8Array(), 'request').code).toBe('ERR_REQUEST_REFUSED')
  })

  it('is not what a 403 with words means', () => {
    expect(refusal(403, '', Buffer.from('no'), v5).code).toBe('ERR_UPGRADE_REFUSED')
  })
})

it.each(refusals)('recorded: $name', ({ httpStatus, body, message, offered }) => {
  const text = body ?? status(httpStatus, '', message ?? '')
  const asked = offered === v5 ? v5 : v4
  const error = refusal(httpStatus, '', Buffer.from(text), asked)
  expect(error.httpStatus).toBe(httpStatus)
  expect(error.message).toContain((message ?? text).trim())
  expect(error.code).toBe(text === '' ? 'ERR_SUBPROTOCOL' : 'ERR_UPGRADE_REFUSED')
})

describe('what a hostile server says', () => {
  it('reaches no terminal as a control character', () => {
    const error = refusal(500, 'a\u001b]0;b\u0007', Buffer.from('x\u001b[2J\r\ny\u0085z'), v4)
    expect(error.message).toBe('the server answered 500 a ]0;b: x [2J y z')
  })

  it('is cut in the message', () => {
    const error = refusal(500, '', Buffer.alloc(60_000, 'w'), v4)
    expect(error.message.length).toBeLessThan(4_200)
  })

  it('need not be UTF-8', () => {
    expect(refusal(500, '', Uint8Array.of(0xff, 0x41), v4).message).toContain('\ufffdA')
  })
})

describe('the body', () => {
  function response(chunks: Iterable<Uint8Array>, end?: Error): IncomingMessage {
    const body = Readable.from(
      (function* () {
        yield* chunks
        if (end !== undefined) throw end
      })(),
    )
    return Object.assign(body, {
      statusCode: 500,
      statusMessage: 'X',
    }) as unknown as IncomingMessage
  }

  it('is read up to 64 KiB, and the rest is left', async () => {
    let read = 0
    const endless = (function* () {
      for (;;) {
        read += 1
        yield Buffer.alloc(10_000, 'x')
      }
    })()
    const answer = response(endless)
    const error = await readRefusal(answer, v4)
    expect(error.message).toContain('xxx')
    expect(answer.destroyed).toBe(true)
    expect(read).toBeLessThan(30)
  })

  it('of just 64 KiB is read whole', async () => {
    const text = status(500, 'x', 'm'.repeat(60_000))
    const error = await readRefusal(response([Buffer.from(text)]), v4)
    expect(error.status?.message).toHaveLength(60_000)
  })

  it('cut short by the end of the connection counts as far as it came', async () => {
    const error = await readRefusal(response([Buffer.from('because')], new Error('reset')), v4)
    expect(error.message).toBe('the server answered 500 X: because')
  })
})
