import { expect, it } from 'vitest'
import { splitCommand } from '../../../src/cli/split-command.ts'

it.each<[string, string | null, string]>([
  ['exec web -- ls', 'exec', 'web -- ls'],
  ['-n shop exec web', 'exec', '-n shop web'],
  ['-nshop exec web', 'exec', '-nshop web'],
  ['--context=a exec web', 'exec', '--context=a web'],
  ['--context a exec web', 'exec', '--context a web'],
  ['--insecure-skip-tls-verify exec web', 'exec', '--insecure-skip-tls-verify web'],
  ['-v=6 get pods', 'get', '-v=6 pods'],
  ['--help', null, '--help'],
  ['-h exec', 'exec', '-h'],
  ['--version', null, '--version'],
  ['-- exec', null, '-- exec'],
])('%s', (line, name, rest) => {
  expect(splitCommand(line.split(' '))).toEqual({ name, rest: rest.split(' ') })
})

it('nothing', () => {
  expect(splitCommand([])).toEqual({ name: null, rest: [] })
})
