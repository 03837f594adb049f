import { execFileSync } from 'node:child_process'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CliEnvironment, cliMain } from '../support/cli-process.ts'

let cli: CliEnvironment
beforeAll(async () => {
  cli = await CliEnvironment.create({
    token: 'hunter2',
    pods: [
      { name: 'web-0', containers: [{ name: 'app' }, { name: 'sidecar' }] },
      { name: 'web-1', containers: [{ name: 'app' }] },
      { name: 'db-0', namespace: 'shop', containers: [{ name: 'sql' }] },
    ],
  })
  // What the scripts call.
  await symlink(cliMain, join(cli.folder, 'podwire'))
})
afterAll(() => cli.close())

function reasonFor(shell: string): string {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' })
    return ''
  } catch {
    return ` (skipped: there is no ${shell})`
  }
}

const lines: readonly (readonly [string, string])[] = [
  ['podwire ge', 'get'],
  ['podwire exec ', 'web-0 web-1'],
  ['podwire exec web-1', 'web-1'],
  ['podwire exec -n sh', 'shop'],
  ['podwire exec -n shop ', 'db-0'],
  ['podwire exec --namespace=sh', '--namespace=shop'],
  ['podwire exec web-0 -c ', 'app sidecar'],
  ['podwire logs pod/web-0 -c si', 'sidecar'],
  ['podwire --context ', 'test'],
  ['podwire completion z', 'zsh'],
  ['podwire exec zzz -c ', ''],
  ['podwire exec -n none ', ''],
  ['podwire exec --as-group=g ', ''],
  ['podwire exec web-0 -- ', ''],
  ['podwire no-such-command ', ''],
]

describe(`bash${reasonFor('bash')}`, () => {
  const complete = async (line: string) => {
    const script = `
      source <(podwire completion bash)
      COMP_LINE=$1 COMP_POINT=\${#1}
      _podwire
      echo "\${COMPREPLY[*]}"
    `
    const { stdout, stderr } = await cli.run('bash', '-c', script, 'bash', line)
    expect(stderr).toBe('')
    return stdout.trim()
  }

  // The reason is in the name of the suite.
  it.skipIf(reasonFor('bash') !== '').each(lines)('%j', async (line, expected) => {
    // bash itself splits the word at the equals sign.
    expect(await complete(line)).toBe(expected.replace('--namespace=', ''))
  })
})

describe(`zsh${reasonFor('zsh')}`, () => {
  // What zsh's own functions would be given, without a terminal to show it at.
  const complete = async (line: string) => {
    const script = `
      _describe() { print -r -- "\${found[@]%%:*}" }
      _files() { print -r -- :file }
      compdef() { : }
      source <(podwire completion zsh)
      words=("\${(@s: :)1}"); CURRENT=$#words
      _podwire
    `
    const { stdout, stderr } = await cli.run('zsh', '-f', '-c', script, 'zsh', line)
    expect(stderr).toBe('')
    return stdout.trim()
  }

  // The reason is in the name of the suite.
  it.skipIf(reasonFor('zsh') !== '').each(lines.slice(0, 10))('%j', async (line, expected) => {
    expect(await complete(line)).toBe(expected)
  })
})

describe(`fish${reasonFor('fish')}`, () => {
  const complete = async (line: string) => {
    const script = `podwire completion fish | source; complete -C "$argv[1]"`
    const { stdout, stderr } = await cli.run('fish', '--no-config', '-c', script, line)
    expect(stderr).toBe('')
    return stdout
      .split('\n')
      .map((found) => found.split('\t')[0])
      .join(' ')
      .trim()
  }

  // The reason is in the name of the suite.
  it.skipIf(reasonFor('fish') !== '').each(lines.slice(0, 10))('%j', async (line, expected) => {
    expect(await complete(line)).toBe(expected)
  })
})

describe('whatever is wrong, nothing is said', () => {
  it.each([
    ['no kubeconfig', '/nonexistent'],
    ['a server that is gone', 'gone'],
    ['wrong credentials', 'wrong'],
  ])('%s', async (_name, path) => {
    const { kubeconfig } = cli.server
    const gone = kubeconfig.replace(/server: .*/, 'server: https://127.0.0.1:9')
    await writeFile(join(cli.folder, 'gone'), gone)
    await writeFile(join(cli.folder, 'wrong'), kubeconfig.replace('hunter2', 'hunter3'))
    const line = `podwire exec --kubeconfig ${path} `
    expect(await cli.podwire('__complete', 'bash', line)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('a server that does not answer is not waited for', async () => {
    cli.server.setFault({ kind: 'no-answer' })
    const started = performance.now()
    const { code, stdout, stderr } = await cli.podwire('__complete', 'bash', 'podwire exec ')
    cli.server.setFault(null)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

it('files are left to the shell', async () => {
  const { stdout } = await cli.podwire('__complete', 'fish', 'exec', '--kubeconfig', '')
  expect(stdout).toBe(':file\n')
})
