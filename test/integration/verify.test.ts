import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Subprotocol } from '../../src/index.ts'
import { ConnectionLostError, ExitError, StatusError } from '../../src/index.ts'
import { subprotocols } from '../../src/protocol/index.ts'
import type { ProcessHandler } from '../../src/testing/index.ts'
import { rejection } from '../support/rejection.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

let t: TestCluster
beforeAll(async () => {
  t = await testCluster()
})
afterAll(() => t.server.close())

const sh = (script: string) => ['sh', '-c', script]
const verify = true
const v4 = 'v4.channel.k8s.io'
const mebibyte = 1024 * 1024

describe.each(subprotocols)('over %s', (subprotocol: Subprotocol) => {
  it('gives output and exit code, and nothing of the marker', async () => {
    const command = sh('echo out; echo err >&2; exit 7')
    const result = await t.pod.exec(command, { subprotocol, verify })
    expect(result).toMatchObject({
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
      verified: true,
      error: null,
      protocol: subprotocol,
    })
    expect(JSON.stringify(result)).not.toMatch(/\\u001e|trap/)
    expect(result.status).toMatchObject({ reason: 'NonZeroExitCode' })
  })

  it('knows success', async () => {
    const result = await t.pod.exec(['true'], { subprotocol, verify })
    expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '', verified: true })
  })

  it('is safe for every byte', async () => {
    const script = 'process.stdout.write(Buffer.from([...Array(256).keys()]))'
    const { stdout } = await t.pod.exec(['node', '-e', script], {
      subprotocol,
      verify,
      encoding: 'buffer',
    })
    expect([...stdout]).toEqual([...Array(256).keys()])
  })

  it('gives the command stdin to its end, which is counted where it cannot be told', async () => {
    const stdin = Buffer.alloc(3 * mebibyte, 'x')
    const result = await t.pod.exec(['wc', '-c'], { subprotocol, verify, stdin })
    expect(result).toMatchObject({ exitCode: 0, verified: true })
    expect(result.stdout.trim()).toBe(String(stdin.length))
    const empty = await t.pod.exec(['wc', '-c'], { subprotocol, verify, stdin: '' })
    expect(empty.stdout.trim()).toBe('0')
    expect((await t.pod.exec(['cat'], { subprotocol, verify, stdin: 'ü' })).stdout).toBe('ü')
  })

  it('a command that leaves stdin unread', async () => {
    const stdin = Buffer.alloc(16 * mebibyte, 'x')
    const command = sh('head -c 5; exit 3')
    const result = await t.pod.exec(command, { subprotocol, verify, stdin })
    expect(result).toMatchObject({ exitCode: 3, stdout: 'xxxxx', verified: true })
  })
})

describe('a command', () => {
  it('that there is not is 127, and one that may not be run 126', async () => {
    const missing = await t.pod.exec(['no-such-command'], { verify })
    expect(missing).toMatchObject({ exitCode: 127, verified: true })
    expect(missing.stderr).toContain('not found')
    expect(await t.pod.exec(['/etc/passwd'], { verify })).toMatchObject({ exitCode: 126 })
  })

  it('that fails is an ExitError with check', async () => {
    const error = await rejection(t.pod.exec(sh('exit 3'), { verify, check: true }))
    expect(error).toBeInstanceOf(ExitError)
    expect(error).toMatchObject({ exitCode: 3, verified: true })
  })

  it('that is killed by a signal is 128 and its number, without a word of the shell', async () => {
    const result = await t.pod.exec(sh('kill -KILL $$'), { verify })
    expect(result).toMatchObject({ exitCode: 137, stderr: '', verified: true })
  })

  it('whose wrapper is killed with it has the exit code of the status, which is not verified', async () => {
    const result = await t.pod.exec(sh('echo begun; kill -KILL 0'), { verify })
    expect(result).toMatchObject({ exitCode: 137, stdout: 'begun\n', verified: false })
    expect(JSON.stringify(result.status)).not.toContain('trap')
  })

  it('writes 64 MiB', async () => {
    const remote = await t.pod.spawn(sh(`head -c ${64 * mebibyte} /dev/zero; exit 4`), { verify })
    let length = 0
    for await (const chunk of remote.stdout as Readable) length += chunk.length
    expect(length).toBe(64 * mebibyte)
    expect(await remote.exit).toMatchObject({ exitCode: 4, verified: true })
  })
})

describe('stdin', () => {
  it.each([undefined, v4] as const)('that never ends, unread (%s)', async (subprotocol) => {
    const remote = await t.pod.spawn(sh('head -c 5; exit 3'), { verify, stdin: true, subprotocol })
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536, 'x'))
      },
    })
    endless.on('error', () => {})
    if (remote.stdin) endless.pipe(remote.stdin)
    expect(await text(remote.stdout as Readable)).toBe('xxxxx')
    const exit = await remote.exit
    expect(exit).toMatchObject({ exitCode: 3, verified: true })
    if (subprotocol === v4) expect(exit.status).toBeNull()
    else expect(exit.status).toMatchObject({ reason: 'NonZeroExitCode' })
    endless.destroy()
  })

  it('of exec is counted where there is no v5', async () => {
    await using old = await testCluster({ generation: 'runtime' })
    const result = await old.pod.exec(['cat'], { verify, stdin: 'some words' })
    expect(result).toMatchObject({
      exitCode: 0,
      stdout: 'some words',
      verified: true,
      protocol: v4,
    })
    const error = await rejection(
      old.pod.exec(['cat'], { verify, stdin: Readable.from(['x']) }) as Promise<never>,
    )
    expect(error).toMatchObject({ code: 'ERR_SUBPROTOCOL' })
  })

  it('that cannot be counted, because there is no head, is an error before the command runs', async () => {
    await using bin = await folderWithShell()
    await using old = await testCluster({
      generation: 'runtime',
      pods: [{ name: 'web-0', containers: [{ name: 'app', env: { PATH: bin.path } }] }],
    })
    const error = await rejection(old.pod.exec(['/bin/echo', 'ran'], { verify, stdin: 'x' }))
    expect(error).toMatchObject({ code: 'ERR_STDIN_CANNOT_END', exitCode: null, stdout: '' })
    expect(error.message).toContain('head -c')
    const result = await old.pod.exec(['/bin/echo', 'ran'], { verify, stdin: '' })
    expect(result).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
  })
})

/** A folder for PATH that holds a shell and nothing else. */
async function folderWithShell() {
  const path = await mkdtemp(join(tmpdir(), 'podwire-'))
  await symlink('/bin/sh', join(path, 'sh'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

describe('background children', () => {
  it('may write behind the end of the command while they are not silent for long', async () => {
    const result = await t.pod.exec(sh('(sleep 0.5; echo late) & echo early; exit 2'), { verify })
    expect(result).toMatchObject({ exitCode: 2, stdout: 'early\nlate\n', verified: true })
  })

  it('that are silent do not hold back the end', async () => {
    const started = performance.now()
    const result = await t.pod.exec(sh('sleep 20 & echo early; exit 2'), { verify })
    expect(result).toMatchObject({ exitCode: 2, stdout: 'early\n', verified: true, status: null })
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('a terminal', () => {
  it.each([v4, 'v5.channel.k8s.io'] as const)('over %s', async (subprotocol) => {
    const command = sh('stty -echo; read line; echo "got $line"; exit 9')
    const remote = await t.pod.spawn(command, { verify, tty: true, stdin: true, subprotocol })
    remote.stdin?.write('word\r')
    // It may have been typed before the echo was turned off.
    expect(await text(remote.stdout as Readable)).toMatch(/^(word\r\n)?got word\r\n$/)
    expect(await remote.exit).toMatchObject({ exitCode: 9, verified: true })
  })

  it('interrupts the command and not the wrapper', async () => {
    const remote = await t.pod.spawn(sh('echo ready; exec sleep 60'), {
      verify,
      tty: true,
      stdin: true,
    })
    const { stdout } = remote
    await new Promise((resolve) => stdout?.once('data', resolve))
    remote.stdin?.write('\x03')
    expect(await remote.exit).toMatchObject({ exitCode: 130, verified: true })
  })
})

describe('cwd and env', () => {
  it('are what they are, whatever they hold', async () => {
    const value = `a 'b' "c" $d \`e\`\n\\n;`
    const { stdout } = await t.pod.exec(['sh', '-c', 'printf %s "$VALUE"; pwd'], {
      env: { VALUE: value },
      cwd: '/usr',
    })
    expect(stdout).toBe(`${value}/usr\n`)
  })

  it('a folder that there is not is an error, and the command is not run', async () => {
    const error = await rejection(t.pod.exec(['echo', 'ran'], { cwd: '/no/such/folder' }))
    // There is no exit code that could be vouched for.
    expect(error).toMatchObject({ code: 'ERR_CWD', exitCode: null, verified: false, stdout: '' })
    expect(error.message).not.toContain('/no/such')
  })
})

describe('a container without a shell', () => {
  const words = 'exec: "sh": executable file not found in $PATH'
  const handlers: Record<string, ProcessHandler> = {
    containerd: async () => {
      throw new Error(`OCI runtime exec failed: ${words}: unknown`)
    },
    'containerd, a path': async () => {
      throw new Error('exec: "/bin/sh": stat /bin/sh: no such file or directory')
    },
    'CRI-O with runc': async ({ stderr }) => {
      stderr.write(`exec failed: unable to start container process: ${words}\n`)
      return 255
    },
    'CRI-O with crun': async ({ stderr }) => {
      stderr.write('executable file `sh` not found in $PATH: No such file or directory\n')
      return 127
    },
    Docker: async ({ stdout }) => {
      stdout.write(`OCI runtime exec failed: ${words}: unknown\r\n`)
      return 126
    },
  }

  it.each(Object.entries(handlers))('says so: %s', async (_name, exec) => {
    const pods = [{ name: 'web-0', containers: [{ name: 'app', exec }] }]
    await using own = await testCluster({ pods })
    const error = await rejection(own.pod.exec(['ls', 'secret'], { verify }))
    expect(error).toBeInstanceOf(StatusError)
    expect(error).toMatchObject({ code: 'ERR_SHELL_NOT_FOUND', exitCode: null, verified: false })
    expect(error.status).not.toBeNull()
    expect(error.message).toContain("no 'sh'")
    expect(error.message).not.toContain('secret')
    const remote = await own.pod.spawn(['ls'], { verify })
    expect(await rejection(remote.exit)).toMatchObject({ code: 'ERR_SHELL_NOT_FOUND' })
  })
})

describe('what a server does', () => {
  const endless = sh('echo out; exec sleep 60')

  it('a lost hop is no Success any more', async () => {
    await using own = await testCluster({ fault: { kind: 'lost-hop', afterBytes: 4 } })
    for (const options of [{ stdin: '' }, { subprotocol: v4 } as const]) {
      const error = await rejection(own.pod.exec(endless, { ...options, verify }))
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error).toMatchObject({
        code: 'ERR_UNVERIFIED',
        exitCode: null,
        verified: false,
        stdout: 'out\n',
        status: { status: 'Success' },
      })
    }
  })

  it('unread stdin holds nothing back', async () => {
    await using own = await testCluster({ fault: { kind: 'unread-stdin' } })
    const result = await own.pod.exec(sh('head -c 5; exit 3'), {
      verify,
      stdin: Buffer.alloc(mebibyte, 'x'),
    })
    expect(result).toMatchObject({ exitCode: 3, stdout: 'xxxxx', verified: true })
    expect(result.status).toMatchObject({ reason: 'NonZeroExitCode' })
  })

  it.each(['no-status', 'abnormal-close', 'malformed-status', 'empty-status', 'no-close'] as const)(
    '%s changes nothing',
    async (kind) => {
      for (const options of [{ stdin: '' }, { subprotocol: v4 } as const]) {
        await using own = await testCluster({ fault: { kind } })
        const result = await own.pod.exec(sh('echo out; exit 3'), { ...options, verify })
        expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', verified: true, error: null })
      }
    },
  )

  it.each(['byte-by-byte', 'noise'] as const)('%s changes nothing', async (kind) => {
    await using own = await testCluster({ fault: { kind } })
    const result = await own.pod.exec(sh('echo out; echo err >&2; exit 3'), { verify })
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', verified: true })
  })

  it('a cut is an unknown outcome, wherever in the marker it strikes', async () => {
    for (let afterBytes = 4; afterBytes < 50; afterBytes += 3) {
      await using own = await testCluster({ fault: { kind: 'cut', afterBytes } })
      const error = await rejection(own.pod.exec(sh('echo out; exit 3'), { verify }))
      expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST', exitCode: null })
      expect(error.stdout.slice(0, 4)).toBe('out\n')
      expect(error.stdout.length + error.stderr.length).toBeLessThan(4 + 2 * 4)
    }
  })
})
