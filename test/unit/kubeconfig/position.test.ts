import { describe, expect, test } from 'vitest'
import { loadFrom } from '../../../src/kubeconfig/load.ts'
import type { LoadOptions } from '../../../src/kubeconfig/load-options.ts'
import { folderWith } from './folder.ts'
import { pem } from './pems.ts'

const CERT = Buffer.from(pem('client.pem')).toString('base64')
const OTHER_KEY = Buffer.from(pem('other.key')).toString('base64')

/** The contexts and the cluster in one file, the user in another. */
async function load(cluster: string, user: string, options: LoadOptions = {}) {
  const one = `current-context: c
contexts:
- name: c
  context: {cluster: k, user: u}
clusters:
- name: k
  cluster:
    ${cluster}
`
  const two = `users:
- name: u
  user:
    ${user}
`
  await using folder = await folderWith({ one, two })
  const { env } = folder.surroundings
  return await loadFrom(options, { ...folder.surroundings, env: { ...env, KUBECONFIG: 'one:two' } })
}

const GOOD = 'server: https://h'
const at = (file: string, line: number, column: number, field: string) => ({
  file,
  line,
  column,
  field,
  message: expect.stringMatching(`^${file}, line ${line}, column ${column}: `),
})

describe('what is found wrong when it is used is told by its place', () => {
  test.each([
    ['a server', 'server: h', '{}', at('one', 8, 13, 'clusters[0].cluster.server')],
    ['no server', 'tls-server-name: sn', '{}', at('one', 8, 5, 'clusters[0].cluster.server')],
    [
      'a CA',
      `${GOOD}\n    certificate-authority-data: eA==`,
      '{}',
      at('one', 9, 33, 'clusters[0].cluster.certificate-authority-data'),
    ],
    [
      'a file',
      `${GOOD}\n    certificate-authority: no`,
      '{}',
      at('one', 9, 28, 'clusters[0].cluster.certificate-authority'),
    ],
    [
      'a proxy',
      `${GOOD}\n    proxy-url: ftp://h`,
      '{}',
      at('one', 9, 16, 'clusters[0].cluster.proxy-url'),
    ],
    [
      'a variable of a plugin',
      GOOD,
      'exec:\n      command: c\n      apiVersion: client.authentication.k8s.io/v1\n      env:\n      - name: A\n      - value: b',
      at('two', 9, 9, 'users[0].user.exec.env[1].name'),
    ],
    [
      'a provider',
      GOOD,
      'auth-provider:\n      name: oidc\n      config: {idp-issuer-url: "http://i", client-id: c}',
      at('two', 6, 32, 'users[0].user.auth-provider.config.idp-issuer-url'),
    ],
    [
      'a key of another certificate, whatever the server',
      GOOD,
      `client-certificate-data: ${CERT}\n    client-key-data: ${OTHER_KEY}`,
      at('two', 5, 22, 'users[0].user.client-key-data'),
    ],
  ])('%s', async (_name, cluster, user, expected) => {
    await expect(load(cluster, user)).rejects.toMatchObject(expected)
  })

  test('the user of a cluster that is only an override', async () => {
    const user = `client-certificate-data: ${CERT}\n    client-key-data: ${OTHER_KEY}`
    const options = { overrides: { server: 'https://other' } }
    const failure = load('{}', user, options)
    await expect(failure).rejects.toMatchObject(at('two', 5, 22, 'users[0].user.client-key-data'))
  })
})
