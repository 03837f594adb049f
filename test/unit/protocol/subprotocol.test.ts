import { describe, expect, test } from 'vitest'
import type { SessionNeeds, SubprotocolChoice } from '../../../src/protocol/subprotocol.ts'
import {
  chooseSubprotocol,
  hasJsonStatus,
  isBase64,
  isSubprotocol,
  mustRequestStdin,
  Subprotocol,
  subprotocols,
  supportsClose,
} from '../../../src/protocol/subprotocol.ts'
import { refusals } from '../../support/recording.ts'

const { V5, V4, V1, Base64V4, Base64V1 } = Subprotocol

test.each([
  [V5, 'v5.channel.k8s.io', { close: true, base64: false, json: true }],
  [V4, 'v4.channel.k8s.io', { close: false, base64: false, json: true }],
  [V1, 'channel.k8s.io', { close: false, base64: false, json: false }],
  [Base64V4, 'v4.base64.channel.k8s.io', { close: false, base64: true, json: true }],
  [Base64V1, 'base64.channel.k8s.io', { close: false, base64: true, json: false }],
])('%s', (subprotocol, name, expected) => {
  expect(subprotocol).toBe(name)
  expect({
    close: supportsClose(subprotocol),
    base64: isBase64(subprotocol),
    json: hasJsonStatus(subprotocol),
  }).toEqual(expected)
})

test('there are five, the most capable first', () => {
  expect(subprotocols).toEqual([V5, V4, V1, Base64V4, Base64V1])
})

describe('isSubprotocol', () => {
  test.each(subprotocols)('%s is one', (subprotocol) => {
    expect(isSubprotocol(subprotocol)).toBe(true)
  })

  test.each([
    '',
    'v2.channel.k8s.io',
    'v3.channel.k8s.io',
    'V5.channel.k8s.io',
    'v5.base64.channel.k8s.io',
    'V5',
    null,
    undefined,
    5,
  ])('%s is none', (name) => {
    expect(isSubprotocol(name)).toBe(false)
  })

  test.each(refusals.filter(({ name }) => /^(v[23] is|the name is)/.test(name)))(
    '$offered, which a server answered with $httpStatus, is none',
    ({ offered }) => {
      expect(isSubprotocol(offered)).toBe(false)
    },
  )
})

const v4First = { subprotocol: V4, fallback: V5 }
const v5First = { subprotocol: V5, fallback: V4 }
const v5Only = { subprotocol: V5, fallback: null }
const once = { containerStdin: true, containerStdinOnce: true }

/** kind, stdin, tty, containerStdin; what to offer; whether stdin is asked for on v4 although there is none. */
const needs: readonly [SessionNeeds, SubprotocolChoice, boolean][] = [
  [{ kind: 'exec', stdin: false, tty: false }, v4First, false],
  [{ kind: 'exec', stdin: false, tty: true }, v4First, true],
  [{ kind: 'exec', stdin: true, tty: false }, v5First, false],
  [{ kind: 'exec', stdin: true, tty: true }, v4First, true],
  [{ kind: 'attach', stdin: false, tty: false }, v4First, false],
  [{ kind: 'attach', stdin: false, tty: false, containerStdin: false }, v4First, false],
  [{ kind: 'attach', stdin: false, tty: false, containerStdin: true }, v5First, true],
  [{ kind: 'attach', stdin: false, tty: true, containerStdin: false }, v4First, false],
  [{ kind: 'attach', stdin: false, tty: true, containerStdin: true }, v5First, true],
  [{ kind: 'attach', stdin: true, tty: false, containerStdin: true }, v5First, true],
  [{ kind: 'attach', stdin: true, tty: true, containerStdin: true }, v4First, true],
  [{ kind: 'attach', stdin: false, tty: false, ...once }, v5Only, true],
  [{ kind: 'attach', stdin: false, tty: true, ...once }, v5Only, true],
  [{ kind: 'attach', stdin: true, tty: false, ...once }, v5First, true],
]

test.each(needs)('chooseSubprotocol(%j)', (session, expected) => {
  expect(chooseSubprotocol(session)).toEqual(expected)
})

test.each(needs)('mustRequestStdin(%j)', (session, _, expected) => {
  expect(mustRequestStdin(V5, session)).toBe(false)
  for (const raw of [V4, V1, Base64V4, Base64V1]) {
    expect(mustRequestStdin(raw, session)).toBe(expected)
  }
})
