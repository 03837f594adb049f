import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { OidcProvider } from '../../../src/auth/oidc-provider.ts'
import { resolveAuthProvider } from '../../../src/kubeconfig/auth-provider.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import { folderWith, kubeconfig } from './folder.ts'
import { pem } from './pems.ts'

async function resolved(name: string, config: string, path?: string): Promise<OidcProvider> {
  const user = `auth-provider: {name: "${name}", config: {${config}}}`
  const document = await loadKubeconfig(kubeconfig({ user }), path === undefined ? {} : { path })
  const entry = document.users.get('u') ?? expect.unreachable()
  return resolveAuthProvider(entry, entry.authProvider ?? expect.unreachable())
}

const ISSUER = 'idp-issuer-url: "https://idp/realm", client-id: c'
const CA = Buffer.from(pem('ca.pem')).toString('base64')

describe('an oidc login', () => {
  test('with everything', async () => {
    const config = `${ISSUER}, client-secret: s, id-token: i, refresh-token: r, idp-certificate-authority-data: ${CA}, extra-scopes: x`
    expect(await resolved('oidc', config, '/folder/kc')).toEqual({
      issuerUrl: 'https://idp/realm',
      clientId: 'c',
      clientSecret: 's',
      idToken: 'i',
      refreshToken: 'r',
      ca: pem('ca.pem'),
      origin: { file: '/folder/kc', field: 'users[0].user' },
    })
  })

  test('with nothing but what it needs', async () => {
    expect(await resolved('oidc', `${ISSUER}, id-token: "", client-secret: ""`)).toEqual({
      issuerUrl: 'https://idp/realm',
      clientId: 'c',
    })
  })

  test('with an authority in a file, which data wins over', async () => {
    await using folder = await folderWith({ ca: pem('ca.pem') })
    const file = `idp-certificate-authority: "${join(folder.path, 'ca')}"`
    expect(await resolved('oidc', `${ISSUER}, ${file}`)).toMatchObject({ ca: pem('ca.pem') })
    const both = `idp-certificate-authority: /no/such, idp-certificate-authority-data: ${CA}`
    expect(await resolved('oidc', `${ISSUER}, ${both}`)).toMatchObject({ ca: pem('ca.pem') })
  })

  test('is not printed', async () => {
    const config = `${ISSUER}, client-secret: s3cret, id-token: s3cret, refresh-token: s3cret`
    const deep = { a: { auth: { oidc: await resolved('oidc', config) } } }
    expect(inspect(deep, { depth: 20 }) + JSON.stringify(deep)).not.toContain('s3cret')
  })
})

describe('refused, and not shown', () => {
  test.each([
    ['gcp', 'id-token: s3cret', '', 'gke-gcloud-auth-plugin'],
    ['azure', 'id-token: s3cret', '', 'kubelogin'],
    ['s3cret', '', '', 'a name that is not known'],
    ['oidc', 'client-id: c', '.config.idp-issuer-url', 'is missing'],
    ['oidc', 'idp-issuer-url: "https://i"', '.config.client-id', 'is missing'],
    ['oidc', 'idp-issuer-url: "http://i", client-id: c', '.config.idp-issuer-url', 'https://'],
    [
      'oidc',
      'idp-issuer-url: "https://u:s3cret@i", client-id: c',
      '.config.idp-issuer-url',
      'https://',
    ],
    ['oidc', `${ISSUER}, id-token: "s3cret\\n"`, '.config.id-token', 'no header'],
    [
      'oidc',
      `${ISSUER}, idp-certificate-authority-data: "s3cret!"`,
      '.config.idp-certificate-authority-data',
      'base64',
    ],
    [
      'oidc',
      `${ISSUER}, idp-certificate-authority-data: c2VjcmV0`,
      '.config.idp-certificate-authority-data',
      'not PEM',
    ],
    [
      'oidc',
      `${ISSUER}, idp-certificate-authority: /no/such`,
      '.config.idp-certificate-authority',
      'does not exist',
    ],
  ])('%s with %s', async (name, config, field, message) => {
    const failure = resolved(name, config)
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toMatchObject({ field: `users[0].user.auth-provider${field}` })
    await expect(failure).rejects.not.toThrow(/s3cret/)
  })
})
