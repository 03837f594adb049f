import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../src/cli/command-line.ts'
import { UsageError } from '../../../src/cli/usage.ts'

describe('exec', () => {
  it('takes its options in any order, long and short', () => {
    const expected = {
      action: 'exec',
      pod: 'web-0',
      command: ['ls', '-la', '--', '-i'],
      stdin: true,
      container: 'app',
      load: { namespace: 'shop', context: 'c' },
    }
    const command = ['--', 'ls', '-la', '--', '-i']
    for (const args of [
      ['exec', '-i', '-n', 'shop', '-c', 'app', '--context', 'c', 'web-0'],
      ['exec', 'web-0', '--stdin', '--namespace=shop', '--container=app', '--context=c'],
      ['-nshop', '-capp', '--context', 'c', 'exec', 'web-0', '-i'],
    ]) {
      expect(parseCommandLine([...args, ...command])).toMatchObject(expected)
    }
  })

  it.each([
    ['pod/web-0', 'web-0'],
    ['pods/web-0', 'web-0'],
    ['web-0', 'web-0'],
    ['deploy/web', 'deploy/web'],
  ])('%s', (target, pod) => {
    expect(parseCommandLine(['exec', target, '--', 'x'])).toMatchObject({ pod })
  })

  it.each(['view', 'contexts'])('config %s', (verb) => {
    expect(parseCommandLine(['config', verb, '--kubeconfig', 'f'])).toEqual({
      action: 'config',
      verb,
      load: { kubeconfig: 'f' },
    })
  })

  it.each([['config'], ['config', 'edit'], ['config', 'view', 'x']])(
    '%s %s %s is refused',
    (...args) => {
      expect(() => parseCommandLine(args)).toThrow('podwire config takes view or contexts')
    },
  )

  it('leaves everything behind -- alone', () => {
    const command = ['', '--help', '-n', 'x y', "'", '--version', '$HOME']
    expect(parseCommandLine(['exec', 'web-0', '--', ...command])).toMatchObject({ command })
  })

  it('without an option has none', () => {
    const { stdin, verify, namespace, container, kubeconfig, context, cluster, user } =
      parseCommandLine(['exec', 'p', '--', 'x']) as Record<string, unknown>
    expect([stdin, verify, namespace, container, kubeconfig, context, cluster, user]).toEqual([
      false,
      false,
      ...Array(6).fill(undefined),
    ])
  })

  it('--verify', () => {
    expect(parseCommandLine(['exec', '--verify', 'p', '--', 'x'])).toMatchObject({ verify: true })
  })
})

describe('help and version', () => {
  it.each([
    [[], 'help'],
    [['-h'], 'help'],
    [['exec', '--help'], 'help'],
    [['--version'], 'version'],
    [['--version', '--help'], 'help'],
  ])('%j', (args, action) => {
    expect(parseCommandLine(args)).toEqual({ action })
  })
})

describe('what means nothing', () => {
  it.each([
    [['run'], "no command 'run'"],
    [['--'], "no command ''"],
    [['exec'], 'name a pod'],
    [['exec', '--', 'ls'], 'name a pod'],
    [['exec', 'web-0'], 'behind --'],
    [['exec', 'web-0', 'ls'], 'behind --'],
    [['exec', 'web-0', '--'], 'name a command'],
    [['exec', '-x', 'web-0', '--', 'ls'], '-x'],
    [['exec', '-n', '--', 'ls'], '-n'],
    [['exec', '--stdin=yes', 'web-0', '--', 'ls'], '--stdin'],
    [['exec', '-t', 'web-0', '--', 'ls'], 'not supported yet'],
  ])('%j', (args, words) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError)
    expect(() => parseCommandLine(args)).toThrow(words)
  })
})
