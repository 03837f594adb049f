import { expect, it } from 'vitest'
import { clusterFlags } from '../../../src/cli/cluster-flags.ts'
import type { Names } from '../../../src/cli/completion.ts'
import { completeCommand } from '../../../src/cli/completion.ts'

const exec = {
  flags: {
    container: { type: 'string', short: 'c', help: 'which' },
    stdin: { type: 'boolean', short: 'i', help: 'in' },
    tty: { type: 'boolean', short: 't', help: 'on' },
    hidden: { type: 'boolean' },
  },
  operands: ['pod', ['one', { value: 'two', about: 'the other' }]],
} as const

/** Names that tell what they were asked with. */
const names: Names = async (kind, { flags, pod }) => {
  const namespace = flags['namespace'] ?? 'default'
  return [
    `${kind}-1`,
    `${kind}-2`,
    ...(pod === undefined ? [] : [`${kind}-of-${pod}`]),
    `${namespace}`,
  ]
}

async function complete(line: string): Promise<readonly string[] | 'file'> {
  const completion = await completeCommand(exec, clusterFlags, line.split(' '), names)
  return completion === 'file' ? 'file' : completion.map(({ value }) => value)
}

it.each<[string, readonly string[] | 'file']>([
  ['', ['pod-1', 'pod-2', 'default']],
  ['pod-2', ['pod-2']],
  ['-n shop ', ['pod-1', 'pod-2', 'shop']],
  ['-nshop ', ['pod-1', 'pod-2', 'shop']],
  ['pod/p', ['pod/pod-1', 'pod/pod-2']],
  ['po/pod-1', ['po/pod-1']],
  ['deploy/', []],
  ['web o', ['one']],
  ['web ', ['one', 'two']],
  ['web one ', []],
  ['web -c ', ['container-1', 'container-2', 'container-of-web', 'default']],
  ['web -itc container-o', ['container-of-web']],
  ['web --container=container-o', ['--container=container-of-web']],
  ['--kubeconfig ', 'file'],
  ['--kubeconfig=./', 'file'],
  ['--context ', ['context-1', 'context-2', 'default']],
  ['--token ', []],
  ['-i p', ['pod-1', 'pod-2']],
  ['--no-such-flag p', ['pod-1', 'pod-2']],
  ['--con', ['--container', '--context']],
  ['--hid', []],
  ['web -- ', []],
  ['web -- ls -', []],
])('%j', async (line, expected) => {
  expect(await complete(line)).toEqual(expected)
})

it('says what a flag and a word mean', async () => {
  const flags = await completeCommand(exec, clusterFlags, ['--std'], names)
  expect(flags).toEqual([{ value: '--stdin', about: 'in' }])
  const words = await completeCommand(exec, clusterFlags, ['web', 't'], names)
  expect(words).toEqual([{ value: 'two', about: 'the other' }])
})
