import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import { resolveAuth, resolveImpersonation } from '../../../src/kubeconfig/user-auth.ts'
import { folderWith, kubeconfig } from './folder.ts'

async function userWith(fields: string) {
  const user = (await loadKubeconfig(kubeconfig({ user: fields }))).users.get('u')
  return user ?? expect.unreachable()
}

const EXEC =
  'exec: {apiVersion: client.authentication.k8s.io/v1, command: plug, interactiveMode: Never}'

const PLUGIN = {
  apiVersion: 'client.authentication.k8s.io/v1',
  command: 'plug',
  args: [],
  env: {},
  interactiveMode: 'Never',
}
const OIDC = 'auth-provider: {name: oidc, config: {idp-issuer-url: "https://i", client-id: c}}'

describe('precedence', () => {
  test.each([
    ['nothing', '', undefined],
    ['a token', 'token: t', { token: 't' }],
    ['a user name alone', 'username: b', { username: 'b', password: '' }],
    ['a password alone sends nothing', 'password: p', undefined],
    ['a token keeps a plugin from running', `token: t, ${EXEC}`, { token: 't' }],
    ['a user name too', `username: b, ${EXEC}`, { username: 'b', password: '' }],
    ['a token keeps oidc from being needed', `token: t, ${OIDC}`, { token: 't' }],
    ['oidc', OIDC, { oidc: { issuerUrl: 'https://i', clientId: 'c' } }],
    ['a plugin', EXEC, { exec: PLUGIN }],
    ['a password alone keeps no plugin from running', `password: p, ${EXEC}`, { exec: PLUGIN }],
  ])('%s', async (_name, fields, auth) => {
    expect(await resolveAuth(await userWith(fields), false)).toEqual(auth)
  })

  test('a client certificate keeps a plugin from running', async () => {
    expect(await resolveAuth(await userWith(EXEC), true)).toBeUndefined()
    expect(await resolveAuth(await userWith(OIDC), true)).toHaveProperty('oidc')
  })

  test('a token file is handed on with the token to fall back to', async () => {
    await using folder = await folderWith({ tok: 'T' })
    const tokenFile = join(folder.path, 'tok')
    const user = { ...(await userWith('token: t')), tokenFile }
    expect(await resolveAuth(user, false)).toEqual({ tokenFile, token: 't' })
    const missing = { ...user, tokenFile: join(folder.path, 'no') }
    expect(await resolveAuth(missing, false)).toMatchObject({ token: 't' })
  })
})

describe('refused, and not shown', () => {
  test.each([
    ['a token and a user name', 'token: s3cret, username: b', 'token'],
    ['a token and a password', 'token: t, password: s3cret', 'token'],
    ['a token file and a user name', 'tokenFile: /t, username: s3cret', 'tokenFile'],
    ['a missing token file', 'tokenFile: /no/such/file', 'tokenFile'],
    ['a token with a line break', 'token: "s3cret\\n"', 'token'],
    ['a user name with a colon', 'username: "s3cret:x"', 'username'],
    ['an auth-provider and a plugin', `token: t, ${OIDC}, ${EXEC}`, 'exec'],
    ['a plugin that is wrong', `token: s3cret, exec: {command: p}`, 'exec.apiVersion'],
    ['an unknown provider', 'token: s3cret, auth-provider: {name: x}', 'auth-provider'],
  ])('%s', async (_name, fields, field) => {
    const failure = resolveAuth(await userWith(fields), false)
    await expect(failure).rejects.toMatchObject({
      code: 'ERR_KUBECONFIG_INVALID',
      field: `users[0].user.${field}`,
    })
    await expect(failure).rejects.not.toThrow(/s3cret/)
  })
})

describe('impersonation', () => {
  test.each([
    ['nobody', '', undefined],
    ['no extra keys', 'as-user-extra: {}', undefined],
    [
      'everything',
      'as: bob, as-uid: "7", as-groups: [g], as-user-extra: {k: [v], __proto__: [w]}',
      { user: 'bob', uid: '7', groups: ['g'], extra: JSON.parse('{"k":["v"],"__proto__":["w"]}') },
    ],
  ])('%s', async (_name, fields, impersonate) => {
    expect(resolveImpersonation(await userWith(fields))).toEqual(impersonate)
  })

  test.each(['as-uid: "7"', 'as-groups: [g]', 'as-user-extra: {k: [v]}', 'as: "a\\nb"'])(
    '%s is refused',
    async (fields) => {
      const user = await userWith(fields)
      expect(() => resolveImpersonation(user)).toThrow(
        /^the kubeconfig, line \d+, column \d+: users\[0\]\.user/,
      )
    },
  )
})
