import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { maxTimer } from '../../../src/option.ts'
import type { ExecOptions, SpawnOptions } from '../../../src/process/options.ts'
import { copyOf, validExecOptions, validSpawnOptions } from '../../../src/process/options.ts'

type Bad = readonly [name: string, options: unknown, error: typeof TypeError | typeof RangeError]

const session: readonly Bad[] = [
  ['null', null, TypeError],
  ['a string', 'x', TypeError],
  ['an unknown option', { verfy: true }, TypeError],
  ['an unknown option without a value', { nothing: undefined }, TypeError],
  ['signal: a controller', { signal: new AbortController() }, TypeError],
  ['signal: null', { signal: null }, TypeError],
  ['subprotocol: v3', { subprotocol: 'v3.channel.k8s.io' }, RangeError],
  ['subprotocol: a number', { subprotocol: 5 }, RangeError],
  ['stdinWindow: 0', { stdinWindow: 0 }, RangeError],
  ['stdinWindow: a fraction', { stdinWindow: 1.5 }, RangeError],
  ['stdinWindow: Infinity', { stdinWindow: Infinity }, RangeError],
  ['stdinWindow: a string', { stdinWindow: '1' }, TypeError],
  ['verify: 1', { verify: 1 }, TypeError],
  ['cwd: empty', { cwd: '' }, RangeError],
  ['env: a list', { env: ['A=b'] }, TypeError],
  ['cwd without verify', { cwd: '/', verify: false }, RangeError],
  ['env without verify', { env: {}, verify: false }, RangeError],
  ['user: a number', { user: 0 }, TypeError],
  ['user: a flag', { user: '-u' }, RangeError],
  ['user without verify', { user: 'root', verify: false }, RangeError],
]

const exec: readonly Bad[] = [
  ['stdin: true', { stdin: true }, TypeError],
  ['stdin: null', { stdin: null }, TypeError],
  ['stdin over v4', { stdin: '', subprotocol: 'v4.channel.k8s.io' }, RangeError],
  [
    'stdin of unknown length over v4',
    { stdin: Readable.from([]), subprotocol: 'v4.channel.k8s.io', verify: true },
    RangeError,
  ],
  ['encoding: utf-8', { encoding: 'utf-8' }, RangeError],
  ['encoding: null', { encoding: null }, RangeError],
  ['maxBuffer: -1', { maxBuffer: -1 }, RangeError],
  ['maxBuffer: NaN', { maxBuffer: Number.NaN }, RangeError],
  ['maxBuffer: a string', { maxBuffer: '1' }, TypeError],
  ['maxBuffer: null', { maxBuffer: null }, TypeError],
  ['timeout: 0', { timeout: 0 }, RangeError],
  ['timeout: too long for a timer', { timeout: 2 ** 31 }, RangeError],
  ['timeout: Infinity', { timeout: Infinity }, RangeError],
  ['timeout: a string', { timeout: '10s' }, TypeError],
  ['check: 1', { check: 1 }, TypeError],
  ['reject: a string', { reject: 'false' }, TypeError],
  ['tty, which is of spawn', { tty: true }, TypeError],
  ['stdout, which is of spawn', { stdout: false }, TypeError],
]

const spawn: readonly Bad[] = [
  ['stdin: a string', { stdin: 'x' }, TypeError],
  ['stdout: null', { stdout: null }, TypeError],
  ['stderr: 0', { stderr: 0 }, TypeError],
  ['no stream at all', { stdout: false, stderr: false }, RangeError],
  ['no stream at all: a tty has no stderr', { stdout: false, tty: true }, RangeError],
  ['tty: a number', { tty: 80 }, TypeError],
  ['tty: null', { tty: null }, TypeError],
  ['tty: no rows', { tty: { columns: 80 } }, TypeError],
  ['tty: 0 rows', { tty: { columns: 80, rows: 0 } }, RangeError],
  ['tty: 65536 columns', { tty: { columns: 65_536, rows: 1 } }, RangeError],
  ['tty with stderr', { tty: true, stderr: true }, RangeError],
  [
    'verify without output',
    { stdin: true, stdout: false, stderr: false, verify: true },
    RangeError,
  ],
  [
    'verify with a tty without output',
    { stdin: true, stdout: false, tty: true, cwd: '/' },
    RangeError,
  ],
  ['timeout, which is of exec', { timeout: 1 }, TypeError],
]

describe('exec refuses', () => {
  it.each([...session, ...exec])('%s', (_name, options, error) => {
    expect(() => validExecOptions(options as ExecOptions)).toThrow(error)
  })
})

describe('spawn refuses', () => {
  it.each([...session, ...spawn])('%s', (_name, options, error) => {
    expect(() => validSpawnOptions(options as SpawnOptions)).toThrow(error)
  })
})

describe('exec takes', () => {
  it.each<[string, ExecOptions]>([
    ['nothing', {}],
    ['undefined everywhere', { stdin: undefined, timeout: undefined, signal: undefined }],
    ['the least', { maxBuffer: 0, timeout: 1, stdinWindow: 1 }],
    ['the most', { maxBuffer: Infinity, timeout: maxTimer, stdinWindow: Number.MAX_SAFE_INTEGER }],
    ['stdin over v5', { stdin: 'x', subprotocol: 'v5.channel.k8s.io' }],
    ['any subprotocol without stdin', { subprotocol: 'base64.channel.k8s.io' }],
  ])('%s', (_name, options) => expect(validExecOptions(options)).toBe(options))
})

describe('spawn takes', () => {
  it.each<[string, SpawnOptions]>([
    ['nothing', {}],
    ['stdin alone', { stdin: true, stdout: false, stderr: false }],
    ['a tty', { tty: true, stderr: false }],
    ['no tty', { tty: false, stderr: true }],
    ['a size', { tty: { columns: 65_535, rows: 1 } }],
  ])('%s', (_name, options) => expect(validSpawnOptions(options)).toBe(options))
})

describe('a copy of the options', () => {
  it('has them all, inherited ones, too', () => {
    const signal = new AbortController().signal
    const options = Object.assign(Object.create({ verify: true }), { signal, maxBuffer: 5 })
    expect(copyOf(options)).toMatchObject({ verify: true, signal, maxBuffer: 5 })
  })

  it('does not follow what becomes of environment and size', () => {
    const env = { A: '1' }
    const tty = { columns: 80, rows: 24 }
    const copy = copyOf({ env, tty })
    env.A = '2'
    tty.rows = 0
    expect(copy).toMatchObject({ env: { A: '1' }, tty: { columns: 80, rows: 24 } })
  })
})
