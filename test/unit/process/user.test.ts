import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { validUser } from '../../../src/process/user.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import type { Shell } from '../../support/shells.ts'
import { installedShells, programPath } from '../../support/shells.ts'

describe('a user', () => {
  it.each(['root', '0', '1000', '4294967294', 'www-data', '_apt', 'a.b', 'machine$'])(
    '%j',
    (user) => {
      expect(validUser(user)).toBe(user)
    },
  )

  it.each([
    ['', RangeError],
    ['-u', RangeError],
    ['a b', RangeError],
    ['a:b', RangeError],
    ['a;id', RangeError],
    ['$(id)', RangeError],
    ['a\n', RangeError],
    ['*', RangeError],
    ['010', RangeError],
    ['-1', RangeError],
    ['0x10', RangeError],
    // To the kernel this is "no change", which would be root.
    ['4294967295', RangeError],
    ['99999999999', RangeError],
    [1000, TypeError],
    [null, TypeError],
  ])('is not %j', (user, error) => {
    expect(() => validUser(user)).toThrow(error)
  })
})

interface Surroundings {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly path?: string
  /** Whose the container is. */
  readonly uid?: number
}

/** Runs a command as a user: what it wrote, what the wrapper reported, what was left of stderr. */
async function run(shell: Shell, user: string, command: string[], at: Surroundings) {
  const { env, cwd, path = '/usr/sbin:/usr/bin:/sbin:/bin', uid } = at
  const streams = { stdin: false, stdout: true, stderr: true, tty: false }
  const wrapper = new Wrapper(command, { ...streams, user, env, cwd })
  const [, ...args] = wrapper.argv(null)
  const [file, ...own] = shell
  const child = spawn(file, [...own, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path },
    ...(uid !== undefined && { uid, gid: uid }),
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr)])
  const [stdout, report] = out.toString().split(wrapper.marker.bytes.toString())
  const [stderr] = err.toString().split(wrapper.marker.bytes.toString())
  return { stdout, report: report?.slice(1, -2), stderr, exitCode: await exited }
}

const isRoot = process.getuid?.() === 0
// Nobody else may become another user.
if (!isRoot) it.skip('as another user (skipped: needs root)', () => {})
const tried = isRoot ? installedShells('as another user,') : []

const tools = ['setpriv', 'chroot', 'busybox', 'su', 'runuser'] as const
const others = ['sh', 'id', 'grep', 'pwd', 'printenv', 'cat', 'sleep', 'echo']
let folder = ''
/** A PATH with what these commands need, and of the tools those only. */
function only(...names: (typeof tools)[number][]): string {
  return join(folder, names.join('+') || 'none')
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podwire-user-'))
  chmodSync(folder, 0o755)
  const sets = [[], ...tools.map((tool) => [tool]), ['su', 'runuser']] as (typeof tools)[number][][]
  for (const names of sets) {
    const path = only(...names)
    mkdirSync(path)
    for (const name of [...names, ...others]) {
      const file = programPath(name)
      if (file !== null) symlinkSync(file, join(path, name))
    }
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const passwd = (name: string) =>
  readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((entry) => entry[0] === name)

const ids = ['sh', '-c', 'id -u; id -g; id -G']

describe.each(tried)('as another user, in %s', (name, shell) => {
  it.each(['daemon', '1'])('by name and by number: %s', async (user) => {
    const [, , uid, gid] = passwd('daemon') ?? []
    expect(await run(shell, user, ids, {})).toEqual({
      ...{ stdout: `${uid}\n${gid}\n${gid}\n`, report: '0', stderr: '', exitCode: 0 },
    })
  })

  it('root has the groups of root', async () => {
    expect((await run(shell, 'root', ids, {})).stdout).toBe('0\n0\n0\n')
  })

  it.for(['setpriv', 'chroot', 'busybox'] as const)('by %s alone', async (tool, context) => {
    context.skip(programPath(tool) === null, `no ${tool} in PATH`)
    // BusyBox runs its own commands first, and its `setpriv` and `chroot` cannot do it.
    const path = only(name === 'busybox' ? 'busybox' : tool)
    const script = 'id -u; id -g; id -G; echo "$PPID"; printf "%s|" "$@"; exit 7'
    const args = ['-l', '-c', '--', 'a b', '$(id)', '']
    const { stdout, report } = await run(shell, 'daemon', ['sh', '-c', script, 'x', ...args], {
      path,
    })
    expect(stdout).toMatch(/^1\n1\n1\n\d+\n-l\|-c\|--\|a b\|\$\(id\)\|\|$/)
    expect(report).toBe('7')
  })

  it('a number without an entry is its own group, and has no other', async () => {
    const result = await run(shell, '54321', ids, {})
    // Its `su` knows names only.
    if (name === 'busybox') expect(result).toMatchObject({ stdout: '', report: 'notool' })
    else expect(result.stdout).toBe('54321\n54321\n54321\n')
  })

  it('env, cwd and a PATH that has no tool', async () => {
    const env = { PATH: '/nowhere', IFS: 'x', VALUE: `a 'b' "c"\n$d` }
    const script = 'pwd; printf "%s" "$PATH|$VALUE"'
    const result = await run(shell, 'daemon', ['/bin/sh', '-c', script], { env, cwd: '/usr' })
    expect(result).toMatchObject({ stdout: `/usr\n/nowhere|${env.VALUE}`, report: '0' })
  })

  it.each([
    [['no-such-command'], '127', /not found/],
    [['/etc/passwd'], '126', /[Pp]ermission denied/],
    [['exit', '3'], '127', /not found/],
    [['-x'], '127', /not found/],
    [['sh', '-c', 'kill -KILL $$'], '137', /^$/],
    [['sh', '-c', 'kill -TERM 0; sleep 5'], '143', /^$/],
    [['cat', '/etc/shadow'], '1', /denied/],
  ])('%j', async (command, report, stderr) => {
    const result = await run(shell, 'daemon', command, {})
    expect(result.report).toBe(report)
    expect(result.stderr).toMatch(stderr)
  })

  it('an unknown user runs nothing', async () => {
    const result = await run(shell, 'no-such-user', ['echo', 'ran'], {})
    expect(result).toMatchObject({ stdout: '', report: 'nouser' })
  })

  it('without a tool nothing runs', async () => {
    if (name === 'busybox') return // which always has its own `su`
    const result = await run(shell, 'daemon', ['echo', 'ran'], { path: only() })
    expect(result).toMatchObject({ stdout: '', report: 'notool' })
    const held = await run(shell, 'daemon', ['echo', 'ran'], { path: only('su', 'runuser') })
    expect(held).toMatchObject({ stdout: '', report: 'notool' })
  })

  it('who is not root may not, but stays who they are', async () => {
    const result = await run(shell, 'daemon', ['echo', 'ran'], { uid: 2 })
    expect(result).toMatchObject({ stdout: '', report: 'noswitch' })
    const same = await run(shell, 'bin', ['id', '-u'], { uid: 2 })
    expect(same).toMatchObject({ stdout: '2\n', report: '0' })
  })
})
