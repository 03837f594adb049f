import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

/** A proxy as distributions have it, started with a configuration of its own. */
interface Kind {
  readonly program: string
  readonly scheme: string
  readonly user: { readonly name: string; readonly password: string } | null
  readonly start: (port: number, folder: string) => readonly string[]
  /** What it says when nothing listens at the target. */
  readonly unreachable: RegExp
}

function configured(folder: string, lines: readonly string[]): string {
  const file = join(folder, 'proxy.conf')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const user = { name: 'me', password: 's3cretpassword' }
const tinyproxy = (lines: readonly string[]) => (port: number, folder: string) => {
  const basics = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 60',
    'MaxClients 20',
    'LogLevel Error',
  ]
  return ['-d', '-c', configured(folder, [...basics, `LogFile "${join(folder, 'log')}"`, ...lines])]
}
const dante = (port: number, folder: string) => {
  const rules = [
    'client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }',
    'socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }',
  ]
  const lines = [
    `logoutput: ${join(folder, 'log')}`,
    `internal: 127.0.0.1 port = ${port}`,
    'external: lo',
    'clientmethod: none',
    'socksmethod: none',
    ...rules,
  ]
  return ['-f', configured(folder, lines), '-p', join(folder, 'pid')]
}

const kinds: readonly (readonly [string, Kind])[] = [
  [
    'tinyproxy',
    {
      program: 'tinyproxy',
      scheme: 'http',
      user: null,
      start: tinyproxy([]),
      unreachable: /50[0-9]/,
    },
  ],
  [
    'tinyproxy with a password',
    {
      program: 'tinyproxy',
      scheme: 'http',
      user,
      start: tinyproxy([`BasicAuth ${user.name} ${user.password}`]),
      unreachable: /50[0-9]/,
    },
  ],
  [
    'microsocks',
    {
      program: 'microsocks',
      scheme: 'socks5',
      user: null,
      start: (port) => ['-i', '127.0.0.1', '-p', `${port}`],
      unreachable: /\(5\)/,
    },
  ],
  [
    'microsocks with a password',
    {
      program: 'microsocks',
      scheme: 'socks5',
      user,
      start: (port) => ['-i', '127.0.0.1', '-p', `${port}`, '-u', user.name, '-P', user.password],
      unreachable: /\(5\)/,
    },
  ],
  [
    'dante',
    { program: 'danted', scheme: 'socks5', user: null, start: dante, unreachable: /\([15]\)/ },
  ],
]

/** Daemons are in sbin, which is in the PATH of root only. */
const path = `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], {
      env: { PATH: path },
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1')
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

describe.each(kinds)('%s', (_name, { program, scheme, user, start, unreachable }) => {
  const absent = !isInstalled(program)
  const because = absent ? ` (skipped: ${program} is not installed)` : ''
  let child: ChildProcess
  let folder: string
  let address: string

  beforeAll(async () => {
    if (absent) return
    folder = mkdtempSync(join(tmpdir(), 'podwire-proxy-'))
    const port = await freePort()
    address = `127.0.0.1:${port}`
    child = spawn(program, start(port, folder), {
      env: { ...process.env, PATH: path },
      stdio: 'ignore',
    })
    await vi.waitFor(async () => expect(await accepts(port)).toBe(true), 10_000)
  })
  afterAll(async () => {
    if (absent) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
    rmSync(folder, { recursive: true })
  })

  const podThrough = async (proxyUrl: string, config: { server?: string } = {}) => {
    const { url, ca, token } = server
    const auth = { token }
    const tls = { ca, serverName: '127.0.0.1' }
    const cluster = await connect({ server: url, tls, auth, proxyUrl, ...config })
    return cluster.pod('web-0', { container: 'app' })
  }
  const userinfo = user === null ? '' : `${user.name}:${user.password}@`
  const proxyUrl = () => `${scheme}://${userinfo}${address}`

  it.skipIf(absent)(`carries stdin, output and the exit code${because}`, async () => {
    const stdin = Buffer.alloc(8 * 1024 * 1024, 'podwire ')
    const pod = await podThrough(proxyUrl())
    const { stdout, exitCode } = await pod.exec(['sh', '-c', 'cat; exit 3'], {
      stdin,
      encoding: 'buffer',
    })
    expect([stdin.equals(stdout), exitCode]).toEqual([true, 3])
    await expect.poll(() => server.connections).toBe(0)
  })

  it.skipIf(absent)(`resolves names${because}`, async () => {
    const pod = await podThrough(proxyUrl(), {
      server: server.url.replace('127.0.0.1', 'localhost'),
    })
    expect((await pod.exec(['echo', 'hi'])).stdout).toBe('hi\n')
  })

  it.skipIf(absent)(`says that nothing listens at the target${because}`, async () => {
    const pod = await podThrough(proxyUrl(), { server: `https://127.0.0.1:${await freePort()}` })
    const error = await pod.exec(['true']).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_PROXY' })
    expect(error.message).toMatch(unreachable)
  })

  if (user === null) return
  it.skipIf(absent)(`wants its password${because}`, async () => {
    for (const wrong of ['', 'me:wrong@']) {
      const pod = await podThrough(`${scheme}://${wrong}${address}`)
      const error = await pod.exec(['true']).catch((reason) => reason)
      expect(error).toMatchObject({ code: 'ERR_PROXY' })
      expect(error.message).toContain('proxy-url')
    }
  })
})
