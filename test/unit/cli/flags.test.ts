import { describe, expect, it } from 'vitest'
import { parseFlags } from '../../../src/cli/flags.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

const table = {
  namespace: { type: 'string', short: 'n' },
  container: { type: 'string', short: 'c' },
  stdin: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
  quiet: { type: 'boolean', short: 'q' },
  'as-group': { type: 'strings' },
  verbosity: { type: 'integer', short: 'v' },
  since: { type: 'duration' },
} as const

describe('flags', () => {
  it.each<[string, object]>([
    ['-i -t', { stdin: true, tty: true }],
    ['-it', { stdin: true, tty: true }],
    ['-itq', { stdin: true, tty: true, quiet: true }],
    ['-itn shop', { stdin: true, tty: true, namespace: 'shop' }],
    ['-itnshop', { stdin: true, tty: true, namespace: 'shop' }],
    ['-nshop', { namespace: 'shop' }],
    ['-n=shop', { namespace: 'shop' }],
    ['-n shop', { namespace: 'shop' }],
    ['--namespace shop', { namespace: 'shop' }],
    ['--namespace=shop', { namespace: 'shop' }],
    ['--namespace=a=b', { namespace: 'a=b' }],
    ['--namespace=', { namespace: '' }],
    ['-n=', { namespace: '=' }],
    ['-n a -n b', { namespace: 'b' }],
    ['-n -i', { namespace: '-i' }],
    ['-n --', { namespace: '--' }],
    ['--stdin=false', { stdin: false }],
    ['--stdin=T', { stdin: true }],
    ['-i=false', { stdin: false }],
    ['-i=0 -t=1', { stdin: false, tty: true }],
    ['--as-group a,b --as-group=c', { 'as-group': ['a,b', 'c'] }],
    ['-v=6', { verbosity: 6 }],
    ['-v 6', { verbosity: 6 }],
    ['-v6', { verbosity: 6 }],
    ['--verbosity=6', { verbosity: 6 }],
    ['--since=1m30s', { since: 90_000 }],
  ])('%s', (text, flags) => {
    expect(parseFlags(table, text.split(' '))).toEqual({ flags, operands: [], rest: null })
  })

  it('stand anywhere in front of --, and nothing behind it is one', () => {
    const command = ['', '-n', 'x y', '--help', '--', "'"]
    expect(parseFlags(table, ['a', '-i', 'b', '-', '--', ...command])).toEqual({
      flags: { stdin: true },
      operands: ['a', 'b', '-'],
      rest: command,
    })
  })

  it('-- with nothing behind it is not the same as no --', () => {
    expect(parseFlags(table, ['a', '--']).rest).toEqual([])
    expect(parseFlags(table, ['a']).rest).toBe(null)
  })
})

// Word for word what kubectl prints.
describe('what means nothing', () => {
  it.each<[string, string]>([
    ['-x', "unknown shorthand flag: 'x' in -x"],
    ['-ixt', "unknown shorthand flag: 'x' in -xt"],
    ['--names', 'unknown flag: --names'],
    ['--constructor', 'unknown flag: --constructor'],
    ['--=x', 'bad flag syntax: --=x'],
    ['---x', 'bad flag syntax: ---x'],
    ['-n', "flag needs an argument: 'n' in -n"],
    ['--namespace', 'flag needs an argument: --namespace'],
    [
      '--stdin=yes',
      'invalid argument "yes" for "-i, --stdin" flag: strconv.ParseBool: parsing "yes": invalid syntax',
    ],
    [
      '-v=x',
      'invalid argument "x" for "-v, --verbosity" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    ['--since=x', 'invalid argument "x" for "--since" flag: time: invalid duration "x"'],
  ])('%s', (text, message) => {
    expect(() => parseFlags(table, text.split(' '))).toThrow(new UsageError(message))
  })
})
