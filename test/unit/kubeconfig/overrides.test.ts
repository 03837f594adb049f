import { describe, expect, test } from 'vitest'
import type { KubeconfigError } from '../../../src/errors.ts'
import { loadFrom } from '../../../src/kubeconfig/load.ts'
import type { Overrides } from '../../../src/kubeconfig/load-options.ts'
import { rejection } from '../../support/rejection.ts'
import { folderWith, kubeconfig } from './folder.ts'
import { pem } from './pems.ts'

const POD = {
  'serviceaccount/token': 'SA',
  'serviceaccount/ca.crt': pem('ca.pem'),
  'ca.pem': pem('ca.pem'),
  'client.pem': pem('client.pem'),
  'client.key': pem('client.key'),
}
const ENV = { KUBERNETES_SERVICE_HOST: 'kubernetes', KUBERNETES_SERVICE_PORT: '443' }

async function load(overrides: Overrides, kc: string | undefined) {
  await using folder = await folderWith(kc === undefined ? POD : { ...POD, kc }, ENV)
  return await loadFrom(
    { overrides, ...(kc !== undefined && { kubeconfig: 'kc' }) },
    folder.surroundings,
  )
}

describe('of a kubeconfig', () => {
  const kc = kubeconfig({
    cluster: 'certificate-authority: ca.pem, tls-server-name: sn',
    user: 'username: b, password: p, as: bob, as-groups: [g]',
  })

  test('a server drops the name that belonged to the old one', async () => {
    const config = await load({ server: 'https://other' }, kc)
    expect(config).toMatchObject({ server: 'https://other', tls: { ca: pem('ca.pem') } })
    expect(config.tls).not.toHaveProperty('serverName')
  })

  test('a token replaces what else was sent', async () => {
    expect((await load({ token: 'T' }, kc)).auth).toEqual({ token: 'T' })
  })

  test.each<[string, Overrides]>([
    ['token', { token: 'a\nb' }],
    ['clientCertificate', { clientCertificate: 'nowhere.pem' }],
    ['clientCertificate', { clientCertificate: 'client.pem' }],
    ['clientKey', { clientCertificate: 'client.pem', clientKey: 'client.pem' }],
    ['certificateAuthority', { certificateAuthority: 'client.key' }],
    ['impersonate', { impersonate: { user: 'a\nb' } }],
  ])('what is wrong with %s is in no file: %j', async (option, overrides) => {
    const error = await rejection<KubeconfigError>(load(overrides, kc))
    expect(error).toMatchObject({ field: `overrides.${option}`, code: 'ERR_KUBECONFIG_INVALID' })
    expect(error.message).toMatch(new RegExp(`^overrides\\.${option} `))
    expect(error.file ?? error.line).toBeUndefined()
  })

  test('what is wrong beside an override is where it was', async () => {
    const wrong = kubeconfig({ cluster: 'certificate-authority: nowhere.pem', user: 'username: b' })
    const error = await rejection<KubeconfigError>(load({ token: 'T' }, wrong))
    expect(error).toMatchObject({ field: 'clusters[0].cluster.certificate-authority' })
    expect(error.line).toBeGreaterThan(0)
  })

  test('a token replaces a plugin', async () => {
    const exec = kubeconfig({ user: 'exec: {command: plug}' })
    expect((await load({ token: 'T' }, exec)).auth).toEqual({ token: 'T' })
  })

  test('no verification drops the authority', async () => {
    const { tls } = await load({ insecureSkipTlsVerify: true }, kc)
    expect(tls).toEqual({ serverName: 'sn', insecureSkipVerify: true })
  })

  test('an authority drops the old one, and that nothing was checked', async () => {
    const authority = { certificateAuthority: 'ca.pem' }
    const data = `certificate-authority-data: ${Buffer.from(pem('client.pem')).toString('base64')}`
    for (const cluster of [data, 'insecure-skip-tls-verify: true']) {
      const caFile = expect.stringMatching(/ca\.pem$/)
      const { tls } = await load(authority, kubeconfig({ cluster }))
      expect(tls).toEqual({ ca: pem('ca.pem'), caFile })
    }
  })

  test('an authority and no verification exclude each other', async () => {
    const both = { certificateAuthority: 'ca.pem', insecureSkipTlsVerify: true }
    await expect(load(both, kc)).rejects.toThrow('useless')
  })

  test('a certificate and its key, for a user with data and for none', async () => {
    const files = { clientCertificate: 'client.pem', clientKey: 'client.key' }
    const data = `client-certificate-data: ${Buffer.from('x').toString('base64')}`
    for (const user of [data, 'token: T']) {
      const { tls } = await load(files, kubeconfig({ user }))
      expect(tls).toMatchObject({ cert: pem('client.pem'), key: pem('client.key') })
    }
    const { tls, anonymous } = await load({ ...files, server: 'https://other' }, undefined)
    expect([tls?.cert, anonymous]).toEqual([pem('client.pem'), false])
  })

  test('a file that is not there is named', async () => {
    await expect(load({ certificateAuthority: 'none' }, kc)).rejects.toThrow(/none/)
  })

  test('whom to act as is replaced as a whole', async () => {
    const { impersonate } = await load({ impersonate: { user: 'eve' } }, kc)
    expect(impersonate).toEqual({ user: 'eve' })
  })

  test('a proxy and a server name', async () => {
    const config = await load({ proxyUrl: 'socks5://p', tlsServerName: 'other' }, kc)
    expect(config).toMatchObject({ proxyUrl: 'socks5://p', tls: { serverName: 'other' } })
  })
})

describe('of a pod', () => {
  test('a token, a name and somebody to act as', async () => {
    const config = await load(
      { token: 'T', tlsServerName: 'sn', impersonate: { user: 'eve' }, proxyUrl: 'http://p' },
      undefined,
    )
    expect(config).toMatchObject({
      source: 'in-cluster',
      auth: { token: 'T' },
      tls: { ca: pem('ca.pem'), serverName: 'sn' },
      impersonate: { user: 'eve' },
      proxyUrl: 'http://p',
    })
  })

  test('an authority, a certificate and its key', async () => {
    const files = { clientCertificate: 'client.pem', clientKey: 'client.key' }
    const { tls } = await load({ ...files, certificateAuthority: 'client.pem' }, undefined)
    expect(Buffer.from(tls?.ca ?? '').toString()).toBe(pem('client.pem'))
    expect(Buffer.from(tls?.cert ?? '').toString()).toBe(pem('client.pem'))
  })

  test('no verification drops the authority', async () => {
    const { tls } = await load({ insecureSkipTlsVerify: true }, undefined)
    expect(tls).toEqual({ insecureSkipVerify: true })
  })
})

test('a server alone is a cluster, to which no service account is sent', async () => {
  const config = await load({ server: 'https://other' }, undefined)
  expect(config).toMatchObject({ server: 'https://other', source: 'kubeconfig', anonymous: true })
})
