import { describe, expect, it } from 'vitest'
import type { AttachOptions } from '../../../src/process/attach-options.ts'
import { validAttachOptions } from '../../../src/process/attach-options.ts'

const all: Required<AttachOptions> = {
  container: 'app',
  stdin: true,
  stdout: true,
  stderr: false,
  size: { columns: 80, rows: 24 },
  signal: new AbortController().signal,
  subprotocol: 'v5.channel.k8s.io',
  stdinWindow: 1,
  trace: () => {},
}

it('takes what it has', () => {
  expect(validAttachOptions(all)).toBe(all)
  expect(validAttachOptions({})).toEqual({})
  const none = Object.fromEntries(Object.keys(all).map((key) => [key, undefined]))
  expect(validAttachOptions(none)).toBe(none)
})

describe('refuses', () => {
  it.each([
    ['null', null, TypeError],
    ['a string', 'app', TypeError],
    ['an unknown option', { tty: true }, TypeError],
    ['stdin: a string', { stdin: 'x' }, TypeError],
    ['size: true', { size: true }, TypeError],
    ['size: 0x0', { size: { columns: 0, rows: 0 } }, RangeError],
    ['signal: {}', { signal: {} }, TypeError],
    ['subprotocol: v3', { subprotocol: 'v3.channel.k8s.io' }, RangeError],
    ['stdinWindow: 0', { stdinWindow: 0 }, RangeError],
    ['trace: true', { trace: true }, TypeError],
    ['no stream at all', { stdout: false, stderr: false }, RangeError],
  ])('%s', (_name, options, error) => {
    expect(() => validAttachOptions(options as AttachOptions)).toThrow(error)
  })

  it.each(['verify', 'cwd', 'env', 'user', 'onAbort'])('%s, which needs a command', (key) => {
    const options = { [key]: undefined } as AttachOptions
    expect(() => validAttachOptions(options)).toThrow(
      new TypeError(`attach cannot have '${key}': the process runs already; use spawn`),
    )
  })
})
