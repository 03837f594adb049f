import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadFrom } from '../../../src/kubeconfig/load.ts'
import type { KubeconfigParts } from './folder.ts'
import { folderWith, kubeconfig } from './folder.ts'
import { pem } from './pems.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const CA = `certificate-authority-data: ${base64(pem('ca.pem'))}`
const CERT = `client-certificate-data: ${base64(pem('client.pem'))}`
const KEY = `client-key-data: ${base64(pem('client.key'))}`
const FILES = {
  'ca.pem': pem('ca.pem'),
  'client.pem': pem('client.pem'),
  'client.key': pem('client.key'),
  empty: '',
}

async function load(parts: KubeconfigParts, server = 'https://h:6443') {
  const text = kubeconfig(parts).replace('https://h:6443', server)
  await using folder = await folderWith({ ...FILES, kc: text })
  return await loadFrom({ kubeconfig: 'kc' }, folder.surroundings)
}

describe('TLS', () => {
  test.each([
    ['data', CA, `${CERT}, ${KEY}`],
    [
      'files',
      'certificate-authority: ca.pem',
      'client-certificate: client.pem, client-key: client.key',
    ],
    ['a file and data', CA, `client-certificate: client.pem, ${KEY}`],
    ['data and a file', CA, `${CERT}, client-key: client.key`],
  ])('from %s', async (_name, cluster, user) => {
    const { tls, anonymous } = await load({ cluster, user })
    const { caFile, ...pems } = tls ?? {}
    expect(pems).toEqual({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') })
    expect(caFile).toEqual(cluster === CA ? undefined : expect.stringMatching(/\/ca\.pem$/))
    expect(anonymous).toBe(false)
  })

  test('a server name and no verification', async () => {
    const { tls } = await load({ cluster: 'tls-server-name: sn, insecure-skip-tls-verify: true' })
    expect(tls).toEqual({ serverName: 'sn', insecureSkipVerify: true })
  })

  test('a client certificate is kept without TLS, for the dialer to refuse', async () => {
    const config = await load({ user: `${CERT}, ${KEY}` }, 'http://h')
    expect(config).toMatchObject({ anonymous: false, tls: { key: Buffer.from(pem('client.key')) } })
    expect(JSON.stringify(config)).not.toContain(
      JSON.stringify([...Buffer.from('PRIVATE')]).slice(1, -1),
    )
  })

  test('nothing without TLS, though the files must be there', async () => {
    const cluster = 'certificate-authority: ca.pem, tls-server-name: sn'
    expect(await load({ cluster }, 'http://h')).not.toHaveProperty('tls')
    const missing = load({ cluster: 'certificate-authority: no.pem' }, 'http://h')
    await expect(missing).rejects.toThrow(/which does not exist/)
  })

  test.each([
    [
      'a CA that would be ignored',
      { cluster: `${CA}, insecure-skip-tls-verify: true` },
      'clusters[0].cluster.insecure-skip-tls-verify',
    ],
    [
      'an empty CA file',
      { cluster: 'certificate-authority: empty' },
      'clusters[0].cluster.certificate-authority',
    ],
    [
      'a CA twice',
      { cluster: `${CA}, certificate-authority: ca.pem` },
      'clusters[0].cluster.certificate-authority',
    ],
    [
      'a certificate twice',
      { user: `${CERT}, ${KEY}, client-certificate: client.pem` },
      'users[0].user.client-certificate',
    ],
    [
      'a key twice',
      { user: `${CERT}, ${KEY}, client-key: client.key` },
      'users[0].user.client-key',
    ],
    ['a certificate without key', { user: CERT }, 'users[0].user.client-certificate'],
    [
      'the key of another',
      { user: `${CERT}, client-key-data: ${base64(pem('other.key'))}` },
      'users[0].user.client-key-data',
    ],
  ])('%s is refused', async (_name, parts, field) => {
    await expect(load(parts)).rejects.toMatchObject({ code: 'ERR_KUBECONFIG_INVALID', field })
  })

  test('a key without certificate is not looked at', async () => {
    expect(await load({ user: 'client-key: no/such/file' })).toMatchObject({ anonymous: true })
  })
})

test('a proxy', async () => {
  const { proxyUrl } = await load({ cluster: 'proxy-url: "HTTP://u:s3cret@p:1"' })
  expect(proxyUrl).toBe('http://u:s3cret@p:1')
  const failure = load({ cluster: 'proxy-url: "ftp://u:s3cret@p:1"' })
  await expect(failure).rejects.toMatchObject({ field: 'clusters[0].cluster.proxy-url' })
  await expect(failure).rejects.not.toThrow(/s3cret/)
})

test('a server with a password', async () => {
  const failure = load({}, 'https://u:s3cret@h')
  await expect(failure).rejects.toMatchObject({ field: 'clusters[0].cluster.server' })
  await expect(failure).rejects.not.toThrow(/s3cret/)
})

describe('a client certificate', () => {
  const files = 'client-certificate: client.pem, client-key: client.key'
  const names = {
    certFile: expect.stringMatching(/^\/.*\/client\.pem$/),
    keyFile: expect.stringMatching(/^\/.*\/client\.key$/),
  }

  test.each([
    ['alone', files, names],
    ['with a token', `${files}, token: t`, { ...names, token: 't' }],
    ['with a password', `${files}, username: b`, { ...names, username: 'b', password: '' }],
    [
      'with an oidc login',
      `${files}, auth-provider: {name: oidc, config: {idp-issuer-url: "https://i", client-id: c}}`,
      { ...names, oidc: expect.objectContaining({ issuerUrl: 'https://i', clientId: 'c' }) },
    ],
    [
      'with a plugin, which is not run',
      `${files}, exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p}`,
      names,
    ],
  ])('in files is read again for each connection, %s', async (_name, user, auth) => {
    expect((await load({ user })).auth).toEqual(auth)
  })

  test.each([
    ['data', `${CERT}, ${KEY}`],
    ['a file and data', `client-certificate: client.pem, ${KEY}`],
    ['data and a file', `${CERT}, client-key: client.key`],
  ])('in %s is not', async (_name, user) => {
    expect(await load({ user })).not.toHaveProperty('auth')
  })

  test('beside a token keeps that from being printed', async () => {
    const config = await load({ user: `${files}, token: s3cret` })
    expect(inspect({ config }, { depth: 20 }) + JSON.stringify(config)).not.toContain('s3cret')
  })
})

test('a plugin is told about its cluster when it asks for that', async () => {
  const exec = 'apiVersion: client.authentication.k8s.io/v1beta1, command: p'
  const cluster = `certificate-authority: ca.pem, proxy-url: "http://u:s3cret@p"`
  const user = (asks: boolean) => `exec: {${exec}, provideClusterInfo: ${asks}}`
  const told = {
    server: 'https://h:6443',
    certificateAuthorityData: base64(pem('ca.pem')),
    proxyUrl: 'http://u:s3cret@p',
  }
  const config = await load({ cluster, user: user(true) })
  expect(config.auth).toMatchObject({ exec: { command: 'p', cluster: told } })
  expect(inspect(config, { depth: 20 }) + JSON.stringify(config)).not.toContain('s3cret')
  const { auth } = await load({ cluster, user: user(false) })
  expect(auth).not.toHaveProperty('exec.cluster')
})
