import { describe, expect, test } from 'vitest'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import { checkPlugins } from '../../../src/kubeconfig/plugin.ts'
import { kubeconfig } from './folder.ts'

async function check(fields: string, byHeader = false): Promise<void> {
  const user = (await loadKubeconfig(kubeconfig({ user: fields }))).users.get('u')
  checkPlugins(user ?? expect.unreachable(), byHeader, false)
}

const V1 = 'apiVersion: client.authentication.k8s.io/v1'
const V1BETA1 = 'apiVersion: client.authentication.k8s.io/v1beta1'

describe('a plugin that is not needed must still be right', () => {
  test.each([
    `${V1}, command: p, interactiveMode: Never`,
    `${V1}, command: p, interactiveMode: Always, env: [{name: A}], args: null`,
    `${V1BETA1}, command: p`,
  ])('%s', async (exec) => {
    await expect(check(`exec: {${exec}}`, true)).resolves.toBeUndefined()
  })

  test.each([
    [V1, 'exec.command'],
    ['command: p', 'exec.apiVersion'],
    ['apiVersion: v1, command: p', 'exec.apiVersion'],
    ['apiVersion: client.authentication.k8s.io/v1alpha1, command: p', 'exec.apiVersion'],
    [`${V1}, command: p`, 'exec.interactiveMode'],
    [`${V1}, command: p, interactiveMode: never`, 'exec.interactiveMode'],
    [`${V1BETA1}, command: p, interactiveMode: no-such`, 'exec.interactiveMode'],
    [`${V1BETA1}, command: p, env: [{name: A}, {value: s3cret}]`, 'exec.env[1].name'],
  ])('%s', async (exec, field) => {
    const failure = check(`exec: {${exec}}`, true)
    await expect(failure).rejects.toMatchObject({ field: `users[0].user.${field}` })
    await expect(failure).rejects.not.toThrow(/s3cret/)
  })
})

test('a plugin that is needed is named by its command alone', async () => {
  const failure = check(
    `exec: {${V1BETA1}, command: plug, args: [s3cret], env: [{name: A, value: s3cret}]}`,
  )
  await expect(failure).rejects.toThrow(/credential plugin plug, .* not supported yet/)
  await expect(failure).rejects.not.toThrow(/s3cret/)
})

test.each([
  ['gcp', true, 'gke-gcloud-auth-plugin'],
  ['azure', true, 'kubelogin'],
  ['oidc', false, 'not supported yet'],
  ['s3cret', true, 'a name that is not known'],
])('the auth-provider %s', async (name, byHeader, message) => {
  const failure = check(`auth-provider: {name: ${name}, config: {id-token: s3cret}}`, byHeader)
  await expect(failure).rejects.toThrow(message)
  await expect(failure).rejects.not.toThrow(/s3cret/)
})
