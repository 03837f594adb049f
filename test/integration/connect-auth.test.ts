import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Auth, ClientOptions, ClusterConfig, Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const token = 'hunter2-token'
const password = 'hunter2-password'
const users = [
  { name: 'nobody', token: 'hunter2-nobody', rules: [] },
  { name: 'alice', password },
]

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await createTestServer({ users, token })
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const literal = (config: Partial<ClusterConfig> & ClientOptions = {}) =>
  connect({ server: server.url, tls: { ca: server.ca }, auth: { token }, ...config })

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

it('an authority in a file is followed when the file changes', async () => {
  const other = await createTestServer()
  const caFile = await file('ca', other.ca)
  await other.close()
  const cluster = await literal({ tls: { caFile } })
  const exec = () => cluster.pod('web-0').exec(['true'])
  await expect(exec()).rejects.toMatchObject({ code: 'ERR_TLS_UNTRUSTED' })
  await file('ca', server.ca)
  expect(await exec()).toMatchObject({ exitCode: 0 })
  await rm(caFile)
  const message = expect.stringContaining(`${caFile} does not exist`)
  await expect(exec()).rejects.toMatchObject({ name: 'ConnectionError', code: 'ERR_TLS', message })
})

describe('authentication that works', () => {
  /** The kubeconfig of the server with another user. */
  const kubeconfig = (user: string) =>
    server.kubeconfig.replace(/ {4}token: .*\n/, user.replace(/^/gm, '    ').concat('\n'))
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const who = async (pod: Pod) => {
    expect((await pod.exec(['true'])).exitCode).toBe(0)
    return server.requests.at(-1)?.user
  }

  it.each<[string, () => Promise<Auth>, () => Promise<string>, string]>([
    ['token', async () => ({ token }), async () => `token: ${token}`, 'kubernetes-admin'],
    [
      'tokenFile',
      async () => ({ tokenFile: await file('token', `${token}\n`) }),
      async () => `tokenFile: ${await file('token', `${token}\n`)}`,
      'kubernetes-admin',
    ],
    [
      'basic',
      async () => ({ username: 'alice', password }),
      async () => `username: alice\npassword: ${password}`,
      'alice',
    ],
    [
      'client certificate',
      async () => async () => server.clientCertificate('jane'),
      async () => {
        const { cert, key } = server.clientCertificate('jane')
        return `client-certificate-data: ${base64(cert)}\nclient-key-data: ${base64(key)}`
      },
      'jane',
    ],
  ])('%s, literal and from a kubeconfig', async (name, auth, user, expected) => {
    expect(await who((await literal({ auth: await auth() })).pod('web-0'))).toBe(expected)
    const path = await file(name.replace(' ', '-'), kubeconfig(await user()))
    expect(await who((await connect({ kubeconfig: path })).pod('web-0'))).toBe(expected)
  })

  it('a client certificate of the configuration', async () => {
    const tls = { ca: server.ca, ...server.clientCertificate('jane') }
    const cluster = await connect({ server: server.url, tls })
    expect(await who(cluster.pod('web-0'))).toBe('jane')
  })

  it('a function, asked once more after a 401', async () => {
    const answers = ['hunter2-old', token]
    let asked = 0
    const auth = async () => ({
      headers: { Authorization: `Bearer ${answers[asked++] ?? token}` },
    })
    expect(await who((await literal({ auth })).pod('web-0'))).toBe('kubernetes-admin')
    expect(asked).toBe(2)
  })

  it('a token file that was rotated between two calls', async () => {
    const tokenFile = await file('rotated', token)
    const pod = (await literal({ auth: { tokenFile } })).pod('web-0')
    await who(pod)
    await file('rotated', 'hunter2-nobody')
    await expect(pod.exec(['true'])).rejects.toMatchObject({ httpStatus: 403 })
    await file('rotated', token)
    expect(await who(pod)).toBe('kubernetes-admin')
  })

  it('below a path prefix', async () => {
    await using other = await createTestServer({ pathPrefix: '/k8s/clusters/c-1', token })
    const cluster = await literal({ server: `${other.url}/`, tls: { ca: other.ca } })
    expect((await cluster.pod('web-0').exec(['true'])).exitCode).toBe(0)
    expect(other.requests.at(-1)?.path).toMatch(
      /^\/k8s\/clusters\/c-1\/api\/v1\/namespaces\/default\/pods\/web-0\/exec\?/,
    )
  })
})
