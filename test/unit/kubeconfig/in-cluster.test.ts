import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inClusterConfig, isInCluster, podNamespace } from '../../../src/kubeconfig/in-cluster.ts'
import { folderWith } from './folder.ts'
import { pem } from './pems.ts'

const ENV = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
const TOKEN = { 'serviceaccount/token': 'SATOKEN\n' }
const FILES = { ...TOKEN, 'serviceaccount/ca.crt': pem('ca.pem') }

describe('whether this is a pod', () => {
  test.each([
    ['host, port and token', ENV, TOKEN, true],
    ['no host', { ...ENV, KUBERNETES_SERVICE_HOST: '' }, TOKEN, false],
    ['no port', { KUBERNETES_SERVICE_HOST: 'h' }, TOKEN, false],
    [
      'the port for https alone',
      { KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT_HTTPS: '443' },
      TOKEN,
      false,
    ],
    ['no token', ENV, {}, false],
    ['a folder instead of the token', ENV, { 'serviceaccount/token/x': '' }, false],
  ])('%s', async (_name, env, files, expected) => {
    await using folder = await folderWith(files, env)
    expect(await isInCluster(folder.surroundings)).toBe(expected)
  })
})

// Recorded from client-go, but for the host that has its brackets already, which fails there later.
test.each([
  ['10.0.0.1', '443', 'https://10.0.0.1:443'],
  ['fd00::1', '443', 'https://[fd00::1]:443'],
  ['[fd00::1]', '443', 'https://[fd00::1]:443'],
  ['kubernetes.default.svc', '80', 'https://kubernetes.default.svc:80'],
])('the server of %s and %s', async (host, port, server) => {
  const env = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }
  await using folder = await folderWith(FILES, env)
  expect(await inClusterConfig(folder.surroundings)).toEqual({
    server,
    tls: { ca: pem('ca.pem'), caFile: join(folder.path, 'serviceaccount/ca.crt') },
    auth: { tokenFile: join(folder.path, 'serviceaccount/token') },
  })
})

describe('refused', () => {
  test.each([
    ['an empty token', ENV, { ...FILES, 'serviceaccount/token': '\n' }, /is empty/],
    ['no certificate authority', ENV, TOKEN, /ca\.crt does not exist/],
    ['a broken one', ENV, { ...TOKEN, 'serviceaccount/ca.crt': 'x' }, /ca\.crt is not PEM/],
    ['a port that is none', { ...ENV, KUBERNETES_SERVICE_PORT: 'tcp://x' }, FILES, /not a host/],
  ])('%s', async (_name, env, files, message) => {
    await using folder = await folderWith(files, env)
    const failure = inClusterConfig(folder.surroundings)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_KUBECONFIG_INVALID' })
    await expect(failure).rejects.toThrow(message)
  })
})

// Recorded from client-go.
test.each([
  ['the variable', { POD_NAMESPACE: 'podns' }, { 'serviceaccount/namespace': 'ns1' }, 'podns'],
  ['the file', {}, { 'serviceaccount/namespace': ' ns1\n' }, 'ns1'],
  ['a blank file', {}, { 'serviceaccount/namespace': ' \n' }, 'default'],
  ['neither', {}, {}, 'default'],
])('the namespace of %s', async (_name, env, files, expected) => {
  await using folder = await folderWith(files, env)
  expect(await podNamespace(folder.surroundings)).toBe(expected)
})
