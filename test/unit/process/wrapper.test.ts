import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { Wrapper } from '../../../src/process/wrapper.ts'
import type { Shell } from '../../support/shells.ts'
import { installedShells } from '../../support/shells.ts'

const streams = { stdin: false, stdout: true, stderr: true, tty: false }

interface Run {
  readonly options?: Partial<ConstructorParameters<typeof Wrapper>[1]>
  readonly stdinLength?: number | null
  readonly stdin?: string | 'open'
  readonly environment?: NodeJS.ProcessEnv
}

/** Runs a command in its wrapper, in a session of its own as in a container. */
async function run(shell: Shell, command: readonly string[], run: Run = {}) {
  const { options, stdinLength = null, stdin, environment } = run
  const wrapper = new Wrapper(command, { ...streams, ...options })
  const [, ...args] = wrapper.argv(stdinLength)
  const [file, ...own] = shell
  const child = spawn(file, [...own, ...args], {
    detached: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  child.stdin?.on('error', () => {})
  if (stdin !== 'open') child.stdin?.end(stdin)
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('no pipes')
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([
    buffer(stdout).then((bytes) => taken(bytes, wrapper)),
    buffer(stderr).then((bytes) => taken(bytes, wrapper)),
    exited,
  ])
  return { out, err, code }
}

/** The output, with the marker's line as its own element. */
function taken(output: Buffer, { marker }: Wrapper): (string | undefined)[] {
  const text = output.toString('latin1')
  const [before = '', behind] = text.split(marker.bytes.toString('latin1'))
  return behind === undefined ? [before] : [before, behind]
}

// By its path: busybox would take itself for `sh`.
const sh = (script: string) => ['/bin/sh', '-c', script]

describe.each(installedShells('the wrapper'))('in %s', (_name, shell) => {
  it.each<[string, readonly string[], string, string, number]>([
    ['success', ['true'], '', '', 0],
    ['an exit code', sh('exit 3'), '', '', 3],
    ['output', sh('echo out; echo err >&2'), 'out\n', 'err\n', 0],
    ['output without a line end', ['printf', 'out'], 'out', '', 0],
    ['backslashes', ['printf', '%s', '\\n\\c\\0101'], '\\n\\c\\0101', '', 0],
    [
      'spaces, quotes and line ends',
      ['printf', '%s|', 'a b', `'"`, '\n', ''],
      `a b|'"|\n||`,
      '',
      0,
    ],
    [
      'what a shell would expand',
      ['printf', '%s', '$HOME `id` $(id) * ~'],
      '$HOME `id` $(id) * ~',
      '',
      0,
    ],
    ['leading dashes', ['printf', '%s', '--', '-n'], '---n', '', 0],
    ['the arguments of the wrapper', sh('echo "$# $0 $*"'), '0 /bin/sh \n', '', 0],
    ['SIGKILL', sh('kill -KILL $$'), '', '', 137],
    ['SIGSEGV', sh('kill -SEGV $$'), '', '', 139],
    ['SIGINT to the group', sh('kill -INT 0; sleep 5'), '', '', 130],
    ['SIGQUIT to the group', sh('ulimit -c 0; kill -QUIT 0; sleep 5'), '', '', 131],
    ['SIGTERM to the group', sh('kill -TERM 0; sleep 5'), '', '', 143],
    ['closed output', sh('exec >&- 2>&-; exit 4'), '', '', 4],
    [
      'traps that are not the wrapper’s',
      sh('trap; trap "echo got" INT; kill -INT $$'),
      'got\n',
      '',
      0,
    ],
    ['no descriptor of the wrapper’s', sh('(: >&3) 2>/dev/null || echo none'), 'none\n', '', 0],
    ['no variable of the wrapper’s', sh('set | grep ^i= || echo none'), 'none\n', '', 0],
  ])('%s', async (_what, command, stdout, stderr, code) => {
    expect(await run(shell, command)).toEqual({
      out: [stdout, `:${code}:\n`],
      err: [stderr, `:${code}:\n`],
      code,
    })
  })

  it.each<[string, readonly string[], number]>([
    ['a command that there is not', ['no-such-command'], 127],
    ['a builtin', ['exit', '3'], 127],
    ['shell text', ['eval', 'echo ran'], 127],
    ['a reserved word', ['if', 'true'], 127],
    ['an assignment', ['A=b'], 127],
    ['a leading dash', ['-x'], 127],
    ['two dashes', ['--', 'true'], 127],
    ['a file that may not be run', ['/etc/passwd'], 126],
    ['a folder', ['/etc'], 126],
  ])('%s is not run', async (_what, command, code) => {
    const result = await run(shell, command)
    expect(result.out).toEqual(['', `:${code}:\n`])
    expect(result.err[0]).toMatch(/not found|[Pp]ermission denied|directory/)
    expect(result.err[1]).toBe(`:${code}:\n`)
    expect(result.code).toBe(code)
  })

  it('builtins are the programs of that name', async () => {
    expect((await run(shell, ['echo', '-n', 'a\\tb'])).out[0]).toMatch(/^a\\tb$/)
  })

  it('options that are taken over from the environment', async () => {
    const environment = { SHELLOPTS: 'errexit:nounset:noglob', PS4: 'trace ' }
    expect(await run(shell, sh('exit 5'), { environment })).toMatchObject({
      out: ['', ':5:\n'],
      err: ['', ':5:\n'],
      code: 5,
    })
  })

  it.each([
    [{ stderr: false }, ['x\n', ':0:\n'], ['y\n']],
    [{ stdout: false }, ['x\n'], ['y\n', ':0:\n']],
    [{ stderr: false, tty: true }, ['x\n', ':0:\n'], ['y\n']],
  ])('prints only where that was asked for: %j', async (options, out, err) => {
    const result = await run(shell, sh('echo x; echo y >&2'), { options })
    expect(result).toEqual({ out, err, code: 0 })
  })

  it('what is left of stdin is read', async () => {
    const stdin = 'x'.repeat(1024 * 1024)
    const result = await run(shell, sh('head -c 5; exit 3'), { options: { stdin: true }, stdin })
    expect(result.out).toEqual(['xxxxx', ':3:\n'])
    expect(result.code).toBe(3)
  })

  it.each([0, 1, 5, 100_000])('stdin ends after %i bytes, and stays open', async (stdinLength) => {
    const wrapper = new Wrapper(['cat'], { ...streams, stdin: true })
    const [, ...args] = wrapper.argv(stdinLength)
    const [file, ...own] = shell
    const child = spawn(file, [...own, ...args], { detached: true, stdio: 'pipe' })
    child.stdin.write('y'.repeat(stdinLength))
    const read: Buffer[] = []
    const end = `${wrapper.marker.bytes.toString()}:0:\n`
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        read.push(chunk)
        if (Buffer.concat(read).toString().endsWith(end)) resolve()
      })
    })
    expect(Buffer.concat(read).toString()).toBe('y'.repeat(stdinLength) + end)
    child.stdin.end()
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  })

  it('a counted stdin that the command does not read', async () => {
    const stdin = 'x'.repeat(1024 * 1024)
    const result = await run(shell, sh('head -c 5; exit 3'), {
      options: { stdin: true },
      stdin,
      stdinLength: stdin.length,
    })
    expect(result.out).toEqual(['xxxxx', ':3:\n'])
  })

  it.each(['/', '/usr/bin', '/tmp/'])('cwd %s', async (cwd) => {
    const result = await run(shell, ['pwd'], { options: { cwd } })
    expect(result.out[0]).toBe(`${cwd.replace(/(.)\/$/, '$1')}\n`)
  })

  it.each(['/no/such', '/etc/passwd', '-', '~', '$HOME', 'no such'])(
    'cwd %s is none',
    async (cwd) => {
      const result = await run(shell, ['echo', 'ran'], { options: { cwd } })
      expect(result.out).toEqual(['', ':cwd:\n'])
      expect(result.err).toEqual(['', ':cwd:\n'])
      expect(result.code).not.toBe(0)
    },
  )

  it('cwd is not searched for, and relative to where the command would run', async () => {
    const environment = { CDPATH: '/usr' }
    const searched = await run(shell, ['pwd'], { options: { cwd: 'bin' }, environment })
    expect(searched.out[1]).toBe(':cwd:\n')
    const relative = await run(shell, ['pwd'], { options: { cwd: 'src/../src' }, environment })
    expect(relative.out[0]).toMatch(/src\n$/)
  })

  it('env, of any number and with any value', async () => {
    const env = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`V${i}`, `${i} "'$\n\\`]))
    const command = sh('printf %s "$V0|$V9|$V10|$V29"')
    const result = await run(shell, command, { options: { env, cwd: '/' } })
    expect(result.out[0]).toBe(`0 "'$\n\\|9 "'$\n\\|10 "'$\n\\|29 "'$\n\\`)
  })

  it('env is the command’s alone', async () => {
    const env = { PATH: '/nowhere', IFS: 'x', PS4: 'y', LC_ALL: 'none' }
    const found = await run(shell, ['/bin/sh', '-c', 'echo "$PATH"'], { options: { env } })
    expect(found.out).toEqual(['/nowhere\n', ':0:\n'])
    expect((await run(shell, ['node'], { options: { env } })).code).toBe(127)
  })
})

describe('the marker', () => {
  it('is in no argument as a whole', () => {
    const wrapper = new Wrapper(['true'], streams)
    const whole = wrapper.marker.bytes.toString()
    expect(wrapper.argv(null).filter((argument) => argument.includes(whole))).toEqual([])
    expect(wrapper.argv(null).join(' ')).not.toContain(whole)
  })
})

describe('the script', () => {
  it('holds nothing of the caller’s', () => {
    const options = { ...streams, cwd: '/my-folder', env: { NAME: 'my-value' } }
    const [, , script] = new Wrapper(['my-command'], options).argv(5)
    expect(script).not.toMatch(/my-|NAME/)
  })
})

describe('a message of the server’s', () => {
  const wrapper = new Wrapper(['ls', 'a b'], { ...streams, env: { NAME: 'value' } })
  const argv = wrapper.argv(null)

  it.each([
    ['command terminated with exit code 3', 'command terminated with exit code 3'],
    [
      `error executing command [${argv.join(' ')}], exit code 3`,
      'error executing command [ls a b], exit code 3',
    ],
    [`error executing command ${JSON.stringify(argv)}`, undefined],
    [`cut off: [${argv.join(' ').slice(0, 100)}`, undefined],
  ])('is shown without the wrapper: %#', (message, shown) => {
    expect(wrapper.strip(message)).toBe(shown)
  })
})
