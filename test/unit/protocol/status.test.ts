import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Status } from '../../../src/protocol/status.ts'
import {
  decodeStatus,
  exitCodeOf,
  outcomeOf,
  outcomeOfText,
  ranUnwatched,
} from '../../../src/protocol/status.ts'
import { anyString } from '../../support/arbitrary.ts'
import { jsonStatuses, refusals, textStatuses } from '../../support/recording.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

function exited(
  message: string,
  causes: readonly object[] = [{ reason: 'ExitCode', message }],
): Status {
  return { status: 'Failure', reason: 'NonZeroExitCode', details: { causes } }
}

describe('decodeStatus', () => {
  test.each(jsonStatuses)('$name', ({ text, expected }) => {
    const status = decodeStatus(utf8(text))
    expect(status).toEqual(JSON.parse(text))
    expect(outcomeOf(status as Status)).toEqual(expected)
  })

  test('reads every field', () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: { selfLink: '/x', resourceVersion: '7', continue: 'abc', remainingItemCount: 2 },
      status: 'Failure',
      message: 'pods "zzz" not found',
      reason: 'NotFound',
      details: {
        name: 'zzz',
        group: 'g',
        kind: 'pods',
        causes: [{ reason: 'FieldValueInvalid', message: 'no', field: 'spec' }],
        retryAfterSeconds: 1,
      },
      code: 404,
    }
    expect(decodeStatus(utf8(` ${JSON.stringify(status)}\n`))).toEqual(status)
  })

  test.each([
    ['{"status":1,"message":null,"reason":[],"code":"500","kind":{},"apiVersion":false}', {}],
    ['{"metadata":[],"details":"x"}', {}],
    ['{"metadata":null,"details":null}', {}],
    ['{"metadata":{"labels":{"a":"b"},"resourceVersion":3}}', { metadata: {} }],
    ['{"details":{"causes":{}}}', { details: {} }],
    [
      '{"details":{"causes":[1,null,"x",[],{"message":2,"field":"f"}]}}',
      { details: { causes: [{ field: 'f' }] } },
    ],
    ['{"code":1.5,"details":{"retryAfterSeconds":1e99}}', { details: {} }],
    ['{"__proto__":{"status":"Success"}}', {}],
    ['{"unknown":1,"status":"Success"}', { status: 'Success' }],
  ])('leaves out what has the wrong type: %s', (text, expected) => {
    expect(decodeStatus(utf8(text))).toStrictEqual(expected)
  })

  test.each([
    '',
    ' ',
    '[]',
    'null',
    '1',
    '"Success"',
    '{',
    '{"status":"Success"',
    '{}{}',
    "{'a':1}",
    'status: Success',
  ])('%j is none', (text) => {
    expect(decodeStatus(utf8(text))).toBeNull()
  })

  test('bytes that are not UTF-8 are none, and do not spoil the next one', () => {
    const broken = Uint8Array.from([...utf8('{"message":"'), 0xc3, ...utf8('"}')])
    expect(decodeStatus(broken)).toBeNull()
    expect(decodeStatus(utf8('{"message":"é"}'))).toEqual({ message: 'é' })
  })

  test.each(refusals.filter(({ body }) => body !== null))(
    'the text of a refusal is none: $name',
    ({ body }) => {
      expect(decodeStatus(utf8(body ?? ''))).toBeNull()
    },
  )

  test('a polluted prototype lends it nothing', () => {
    const prototype: object = Object.prototype
    Object.assign(prototype, { status: 'Success', details: {} })
    try {
      expect(Object.keys(decodeStatus(utf8('{}')) ?? { none: true })).toEqual([])
    } finally {
      Reflect.deleteProperty(prototype, 'status')
      Reflect.deleteProperty(prototype, 'details')
    }
  })

  test('what is nested too deeply to be printed is left out', () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const status = decodeStatus(utf8(`{"metadata":${deep},"details":${deep},"message":${deep}}`))
    expect(JSON.stringify(status)).toBe('{"metadata":{},"details":{}}')
  })

  test('any bytes and any JSON: an object of known fields, or null', () => {
    const known = [
      'kind',
      'apiVersion',
      'metadata',
      'status',
      'message',
      'reason',
      'details',
      'code',
    ]
    const input = fc.oneof(
      fc.uint8Array(),
      fc.json().map(utf8),
      fc.object().map((o) => utf8(JSON.stringify(o))),
    )
    fc.assert(
      fc.property(input, (payload) => {
        const status = decodeStatus(payload)
        expect(Object.keys(status ?? {}).filter((key) => !known.includes(key))).toEqual([])
      }),
    )
  })
})

describe('exitCodeOf', () => {
  test.each<[Status, number | null]>([
    [{ status: 'Success' }, 0],
    [exited('3'), 3],
    [exited('255'), 255],
    [exited('3221225477'), 3_221_225_477],
    [exited('-1073741819'), -1_073_741_819],
    [exited('9007199254740991'), Number.MAX_SAFE_INTEGER],
    [exited('9007199254740993'), null],
    [exited('99999999999999999999'), null],
    [exited('0'), null],
    [exited('-0'), null],
    [exited(''), null],
    [exited('3\n'), null],
    [exited(' 3'), null],
    [exited('+3'), null],
    [exited('3.0'), null],
    [exited('0x3'), null],
    [exited('1e3'), null],
    [exited('３'), null],
    [exited('', []), null],
    [exited('', [{ reason: 'ExitCode' }]), null],
    [exited('', [{ reason: 'Other', message: '4' }]), null],
    [exited('', [{ message: '4' }, { reason: 'ExitCode', message: '5' }]), 5],
    [{ status: 'Failure', reason: 'NonZeroExitCode' }, null],
    [{ status: 'Failure', reason: 'NonZeroExitCode', details: {} }, null],
    [{ ...exited('3'), reason: 'InternalError' }, null],
    [
      { reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } },
      null,
    ],
    [{ status: 'success' }, null],
    [{ metadata: {} }, null],
    [{}, null],
  ])('%j: %s', (status, expected) => {
    expect(exitCodeOf(status)).toBe(expected)
  })

  test('is any safe integer but 0 that a cause names', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (code) => {
        expect(exitCodeOf(exited(String(code)))).toBe(code === 0 ? null : code)
      }),
    )
  })
})

describe('outcomeOf', () => {
  test.each<Status>([
    {},
    { metadata: {} },
    { message: 'x' },
    { status: '' },
    { status: 'Unknown' },
  ])('%j is a failure, never a success', (status) => {
    expect(outcomeOf(status)).toEqual({ kind: 'failure', status })
  })

  test('a non-zero exit code without the code is malformed', () => {
    expect(outcomeOf(exited('many'))).toEqual({
      violation: 'status',
      description: 'the server reported a non-zero exit code without naming a usable one',
    })
  })
})

describe('ranUnwatched', () => {
  test.each([
    ['failed while waiting for exec "x": ttrpc: closed', true],
    ['failed to drain exec process "x" io in 2s', true],
    ['write |1: broken pipe', true],
    ['exec: "broken pipe": executable file not found in $PATH', false],
    [undefined, false],
  ])('%s: %s', (message, ran) => {
    expect(ranUnwatched({ status: 'Failure', ...(message !== undefined && { message }) })).toBe(ran)
  })
})

describe('outcomeOfText', () => {
  const prefix = 'command terminated with non-zero exit code: '
  const containerd = (argv: string, code: string) =>
    `${prefix}error executing command [${argv}], exit code ${code}`

  test.each(textStatuses)('$name', ({ text, expected }) => {
    expect(outcomeOfText(text)).toEqual(expected)
  })

  test.each([
    [containerd('echo ], exit code 7', '3'), 3],
    [containerd(`sh -c ${prefix}exit status 9`, '4'), 4],
    [containerd('a\nb\u2028c', '137'), 137],
    [containerd('', '3221225477'), 3_221_225_477],
  ])('%j: the last number counts', (text, exitCode) => {
    expect(outcomeOfText(text)).toMatchObject({ kind: 'exit', exitCode })
  })

  test.each([
    '',
    'exit status 3',
    `${prefix}exit status 3\n`,
    `${prefix}exit status 3 `,
    ` ${prefix}exit status 3`,
    `${prefix}exit status -3`,
    `${prefix}exit status 0`,
    `${prefix}exit status 99999999999999999999`,
    `${prefix}signal: killed`,
    `x: ${containerd('true', '3')}`,
    containerd('true', '3, and more'),
    containerd('true', '0'),
    `Internal error occurred: ${containerd('true', '3')}`,
    '{"metadata":{},"status":"Success"}',
  ])('%j is a failure', (message) => {
    expect(outcomeOfText(message)).toEqual({
      kind: 'failure',
      status: { status: 'Failure', message },
    })
  })

  test('four megabytes of argv do not break it', () => {
    for (const argv of ['x', ']', '], exit code 1']) {
      const text = containerd(argv.repeat((4 * 1024 * 1024) / argv.length), '3')
      expect(outcomeOfText(text)).toMatchObject({ kind: 'exit', exitCode: 3 })
      expect(outcomeOfText(`${text}!`)).toMatchObject({ kind: 'failure' })
    }
  })

  test('any text: an exit code other than 0, or a failure that keeps the text', () => {
    fc.assert(
      fc.property(anyString, fc.maxSafeInteger(), (argv, code) => {
        const message = containerd(argv, String(code))
        const expected = code > 0 ? { kind: 'exit', exitCode: code } : { kind: 'failure' }
        expect(outcomeOfText(message)).toMatchObject({
          ...expected,
          status: { status: 'Failure', message },
        })
        expect(outcomeOfText(argv)).toEqual({
          kind: 'failure',
          status: { status: 'Failure', message: argv },
        })
      }),
    )
  })
})
