import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClientOptions, Cluster } from '../../src/index.ts'
import { AuthError, connect, loadClusterConfig, UpgradeError } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { findKubectl } from '../support/kubectl.ts'

const plugins = fileURLToPath(new URL('../../fixtures/plugins/', import.meta.url))

let server: TestServer
let folder: string

beforeAll(async () => {
  server = await createTestServer({
    users: [
      { name: 'first', token: 'good-1' },
      { name: 'second', token: 'good-2' },
      { name: 'late', token: 's3cret-2' },
      { name: 'reported', token: 'reported' },
    ],
  })
})

afterAll(() => server.close())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  return () => rm(folder, { recursive: true })
})

interface Plugin {
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly provideClusterInfo?: boolean
}

/** A kubeconfig, which JSON is as well, for the test server with a plugin for its user. */
async function kubeconfig({ env = {}, ...plugin }: Plugin, user: object = {}): Promise<string> {
  const { url, ca } = server
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    env: Object.entries({ RUNS: join(folder, 'runs'), ...env }).map(([name, value]) => ({
      name,
      value,
    })),
    ...plugin,
  }
  const authority = Buffer.from(ca).toString('base64')
  const extension = { b: ['<&>\u2028', 1.5, null, true], a: { z: 1e21, y: 'ü' } }
  const cluster = {
    server: url,
    'certificate-authority-data': authority,
    extensions: [{ name: 'client.authentication.k8s.io/exec', extension }],
  }
  const text = JSON.stringify({
    'current-context': 'c',
    clusters: [{ name: 'k', cluster }],
    users: [{ name: 'u', user: { ...user, exec } }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  })
  const path = join(folder, 'config')
  await writeFile(path, text)
  return path
}

async function clusterWith(plugin: Plugin, options: ClientOptions = {}): Promise<Cluster> {
  return connect({ kubeconfig: await kubeconfig(plugin), ...options })
}

async function echo(cluster: Cluster): Promise<string> {
  return (await cluster.pod('web-0').exec(['echo', 'hello'])).stdout.toString()
}

async function runs(): Promise<number> {
  const text = await readFile(join(folder, 'runs'), 'utf8').catch(() => '')
  return text.split('\n').length - 1
}

const token = join(plugins, 'token.sh')

describe('a plugin', () => {
  it('gives the token of every connection, and is run once', async () => {
    const cluster = await clusterWith({ command: token, env: { TOKEN: 'good', DELAY: '0.2' } })
    expect(await runs()).toBe(0)
    expect(await Promise.all([echo(cluster), echo(cluster)])).toEqual(['hello\n', 'hello\n'])
    expect(await echo(cluster)).toBe('hello\n')
    expect(await runs()).toBe(1)
  })

  it('is run again for a new token after a 401, and the command runs once', async () => {
    const cluster = await clusterWith({ command: token, env: { TOKEN: 's3cret' } })
    const before = server.requests.length
    expect(await echo(cluster)).toBe('hello\n')
    expect(await runs()).toBe(2)
    expect(server.requests.length - before).toBe(2)
  })

  it('is not asked a third time', async () => {
    const cluster = await clusterWith({ command: token, env: { TOKEN: 's3cret-bad' } })
    const error = await echo(cluster).catch((e: UpgradeError) => e)
    expect(error).toBeInstanceOf(UpgradeError)
    expect(error).toMatchObject({ httpStatus: 401 })
    expect(await runs()).toBe(2)
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('s3cret')
  })

  it('may give a client certificate, and is told about the cluster', async () => {
    const { cert, key } = server.clientCertificate('plugin')
    await writeFile(join(folder, 'cert'), cert)
    await writeFile(join(folder, 'key'), key)
    const env = { REPORT: join(folder, 'r'), CERT: join(folder, 'cert'), KEY: join(folder, 'key') }
    const command = join(plugins, 'report.mjs')
    const cluster = await clusterWith({ command, env, provideClusterInfo: true })
    expect(await cluster.credentials()).toMatchObject({ cert, key })
    expect(await echo(cluster)).toBe('hello\n')
    const { info } = JSON.parse(await readFile(join(folder, 'r'), 'utf8'))
    expect(JSON.parse(info).spec.cluster).toEqual({
      server: server.url,
      'certificate-authority-data': Buffer.from(server.ca).toString('base64'),
      config: { b: ['<&>\u2028', 1.5, null, true], a: { z: 1e21, y: 'ü' } },
    })
  })

  it('is found from the folder of the kubeconfig', async () => {
    const command = relative(folder, token)
    expect(await echo(await clusterWith({ command, env: { TOKEN: 'good' } }))).toBe('hello\n')
  })

  it('is not run beside a token', async () => {
    const path = await kubeconfig({ command: token }, { token: server.token })
    expect(await echo(await connect({ kubeconfig: path }))).toBe('hello\n')
    expect(await runs()).toBe(0)
  })

  it('of a configuration that was loaded before is run too', async () => {
    const config = await loadClusterConfig({
      kubeconfig: await kubeconfig({ command: token, env: { TOKEN: 'good' } }),
    })
    expect(await echo(await connect(config))).toBe('hello\n')
    const denied = echo(await connect({ ...config, execPlugins: 'deny' }))
    await expect(denied).rejects.toMatchObject({ code: 'ERR_PLUGIN_DENIED' })
  })
})

describe('a policy', () => {
  it.each([
    ['deny', false],
    [['other'], false],
    [[token], true],
  ] as const)('%j', async (execPlugins, allowed) => {
    const plugin = { command: token, env: { TOKEN: 'good', POLICY: String(execPlugins) } }
    const answer = echo(await clusterWith(plugin, { execPlugins }))
    if (allowed) expect(await answer).toBe('hello\n')
    else await expect(answer).rejects.toMatchObject({ code: 'ERR_PLUGIN_DENIED' })
    expect(await runs()).toBe(allowed ? 1 : 0)
  })

  it.each([[[]], ['always'], [['./x']]])('%j is refused at once', async (execPlugins) => {
    const failure = connect({ server: 'https://h', execPlugins: execPlugins as 'allow' })
    await expect(failure).rejects.toThrow(/^execPlugins/)
  })
})

describe('a failure', () => {
  it('is an AuthError with stderr in a field, and shows no secret', async () => {
    const chunks: Uint8Array[] = []
    const args = ['s3cret-stdout', 'why: s3cret-stderr', '7']
    const cluster = await clusterWith(
      { command: join(plugins, 'print.sh'), args, env: { A: 's3cret-env' } },
      { onPluginStderr: (chunk) => chunks.push(chunk) },
    )
    const error = await echo(cluster).catch((e: AuthError) => e)
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({
      code: 'ERR_PLUGIN_FAILED',
      command: join(plugins, 'print.sh'),
      exitCode: 7,
      stderr: 'why: s3cret-stderr',
    })
    expect(Buffer.concat(chunks).toString()).toBe('why: s3cret-stderr')
    for (const value of [error, cluster, { deep: [{ error }] }]) {
      expect(inspect(value, { depth: 20 }) + JSON.stringify(value)).not.toContain('s3cret')
    }
    expect(String((error as AuthError).stack)).not.toContain('s3cret')
  })

  it('comes before anything is sent', async () => {
    const before = server.requests.length
    const failure = echo(await clusterWith({ command: 'podwire-no-such-plugin' }))
    await expect(failure).rejects.toMatchObject({ code: 'ERR_PLUGIN_NOT_FOUND' })
    expect(server.requests.length).toBe(before)
  })
})

it('the next connection can be asked for, and is not printed', async () => {
  const { cert, key } = server.clientCertificate('files')
  await writeFile(join(folder, 'cert'), cert)
  await writeFile(join(folder, 'key'), key)
  const user = { token: 's3cret', 'client-certificate': 'cert', 'client-key': 'key', as: 'bob' }
  const path = await kubeconfig({ command: token }, user)
  const cluster = await connect({ kubeconfig: path, overrides: { tlsServerName: 'localhost' } })
  const credentials = await cluster.credentials()
  expect(credentials).toEqual({
    headers: {
      Authorization: 'Bearer s3cret',
      'Impersonate-User': 'bob',
      'User-Agent': expect.stringMatching(/^podwire\//),
    },
    cert,
    key,
    ca: server.ca,
    serverName: 'localhost',
  })
  expect(inspect(credentials) + JSON.stringify({ credentials })).not.toMatch(/s3cret|PRIVATE KEY/)
})

it('a client certificate that is replaced in its files is used by the next connection', async () => {
  const write = async (pair: { readonly cert: string; readonly key: string }) => {
    await writeFile(join(folder, 'cert'), pair.cert)
    await writeFile(join(folder, 'key'), pair.key)
  }
  await write(server.clientCertificate('before'))
  const user = { 'client-certificate': 'cert', 'client-key': 'key' }
  const cluster = await connect({ kubeconfig: await kubeconfig({ command: token }, user) })
  expect(await echo(cluster)).toBe('hello\n')
  expect(server.requests.at(-1)?.user).toBe('before')
  const after = server.clientCertificate('after')
  await write(after)
  expect(await cluster.credentials()).toMatchObject(after)
  expect(await echo(cluster)).toBe('hello\n')
  expect(server.requests.at(-1)?.user).toBe('after')
  expect(await runs()).toBe(0)
})

it('without TLS no plugin is run', async () => {
  const path = await kubeconfig({ command: token })
  const source = { kubeconfig: path, overrides: { server: 'http://127.0.0.1:1' } }
  await expect(connect(source)).rejects.toMatchObject({ code: 'ERR_CREDENTIALS_INSECURE' })
  const cluster = await connect({ ...source, allowInsecureHttp: true })
  expect(Object.keys((await cluster.credentials()).headers)).toEqual(['User-Agent'])
  expect(await runs()).toBe(0)
})

const kubectl = findKubectl()

describe(`as kubectl ${kubectl.version ?? `(skipped: ${kubectl.reason})`} has it`, () => {
  const report = async (): Promise<{ readonly info: string; readonly args: string[] }> =>
    JSON.parse(await readFile(join(folder, 'report'), 'utf8'))

  it.skipIf(kubectl.path === null).each([false, true])(
    'what a plugin is told, provideClusterInfo %s',
    async (provideClusterInfo) => {
      const plugin = {
        command: relative(folder, join(plugins, 'report.mjs')),
        args: ['$HOME', 'a b', './c'],
        env: { REPORT: join(folder, 'report'), A: '$B' },
        provideClusterInfo,
      }
      const path = await kubeconfig(plugin)
      const args = ['--kubeconfig', path, 'exec', 'web-0', '--', 'echo', 'hello']
      const { stdout } = await promisify(execFile)(kubectl.path ?? '', args, { cwd: tmpdir() })
      expect(stdout).toBe('hello\n')
      const told = await report()
      await rm(join(folder, 'report'))
      expect(await echo(await connect({ kubeconfig: path }))).toBe('hello\n')
      expect(await report()).toMatchObject({ info: told.info, args: told.args })
    },
  )
})
