import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ExecPlugin } from '../../../src/auth/exec-plugin.ts'
import type { KubeconfigCluster } from '../../../src/kubeconfig/document.ts'
import { resolveExec, withCluster } from '../../../src/kubeconfig/exec.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import { kubeconfig } from './folder.ts'

async function resolved(fields: string): Promise<ExecPlugin> {
  const document = await loadKubeconfig(kubeconfig({ user: `exec: {${fields}}` }))
  const user = document.users.get('u') ?? expect.unreachable()
  return resolveExec(user, user.exec ?? expect.unreachable())
}

const V1 = 'apiVersion: client.authentication.k8s.io/v1'
const V1BETA1 = 'apiVersion: client.authentication.k8s.io/v1beta1'

describe('a plugin', () => {
  test('with everything', async () => {
    const fields =
      'command: p, interactiveMode: Always, args: [a, $HOME], installHint: get it, ' +
      'env: [{name: A, value: x}, {name: A, value: z}, {name: B, value: null}, {name: __proto__, value: z}]'
    expect(await resolved(`${V1}, ${fields}`)).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'p',
      args: ['a', '$HOME'],
      env: JSON.parse('{"A":"z","B":"","__proto__":"z"}'),
      interactiveMode: 'Always',
      installHint: 'get it',
    })
  })

  test.each([
    [`${V1}, command: p, interactiveMode: Never, args: null, env: null`, 'Never'],
    [`${V1BETA1}, command: p`, 'IfAvailable'],
  ])('%s is %s', async (fields, interactiveMode) => {
    expect(await resolved(fields)).toMatchObject({ interactiveMode, args: [], env: {} })
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
  ])('%s is refused', async (fields, field) => {
    const failure = resolved(fields)
    await expect(failure).rejects.toMatchObject({ field: `users[0].user.${field}` })
    await expect(failure).rejects.not.toThrow(/s3cret/)
  })
})

async function cluster(fields: string, server = 'https://h'): Promise<KubeconfigCluster> {
  const text = kubeconfig({ cluster: fields }).replace('https://h:6443', server)
  return (await loadKubeconfig(text)).clusters.get('k') ?? expect.unreachable()
}

describe('what a plugin is told about its cluster', () => {
  test('everything', async () => {
    const fields =
      'tls-server-name: sn, insecure-skip-tls-verify: true, proxy-url: "socks5://u:pw@p:1", disable-compression: true, ' +
      'extensions: [{name: client.authentication.k8s.io/exec, extension: {a: [1, x]}}, {name: other, extension: 1}]'
    const { cluster: told } = withCluster(
      await resolved(`${V1BETA1}, command: p`),
      await cluster(fields),
      Buffer.from('CAFILE'),
    )
    expect(told).toEqual({
      server: 'https://h',
      tlsServerName: 'sn',
      insecureSkipTlsVerify: true,
      certificateAuthorityData: 'Q0FGSUxF',
      proxyUrl: 'socks5://u:pw@p:1',
      disableCompression: true,
      config: { a: [1, 'x'] },
    })
  })

  // As client-go cleans it.
  test.each([
    ['https://h', 'https://h'],
    ['https://h/', 'https://h/'],
    ['https://h?q=1', 'https://h?q=1'],
    ['https://h/p/', 'https://h/p/'],
    ['https://h/p?q=1#f', 'https://h/p'],
  ])('the server %s', async (server, told) => {
    const plugin = await resolved(`${V1BETA1}, command: p`)
    expect(withCluster(plugin, await cluster('', server), undefined).cluster).toEqual({
      server: told,
      insecureSkipTlsVerify: false,
      disableCompression: false,
      config: null,
    })
  })
})

test('arguments, variables and the cluster are not printed', async () => {
  const plugin = await resolved(
    `${V1BETA1}, command: plug, args: [s3cret], env: [{name: A, value: s3cret}]`,
  )
  const told = withCluster(plugin, await cluster('proxy-url: "http://u:s3cret@p"'), undefined)
  for (const value of [plugin, told, { deep: { auth: { exec: told } } }]) {
    expect(inspect(value, { depth: 20 }) + JSON.stringify(value)).not.toContain('s3cret')
  }
  expect(inspect(told)).toContain("command: 'plug'")
})
