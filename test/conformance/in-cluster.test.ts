import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadFrom } from '../../src/kubeconfig/load.ts'
import { PEMS } from '../support/kubeconfig-pems.ts'
import { shownVerdict, verdictFrom, verdictOf } from '../support/kubeconfig-verdict.ts'
import type { Clientcmd } from './clientcmd.ts'
import { startClientcmd } from './clientcmd.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

/** client-go knows no other. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The first folder on the way to it that is not there: it goes when the test is done. */
function firstMissing(): string | null {
  let missing: string | null = null
  for (let path = serviceAccount; !existsSync(path); path = dirname(path)) missing = path
  return missing
}

function whyNot(): string | null {
  const noGo = missingGo()
  if (noGo !== null) return noGo
  if (process.getuid?.() !== 0) return `only root may make ${serviceAccount}`
  return existsSync(serviceAccount) ? `${serviceAccount} is somebody's` : null
}

const why = whyNot()
const because = why === null ? 'real client-go' : `skipped: ${why}`
const made = why === null ? firstMissing() : null

let clientGo: Clientcmd
beforeAll(async () => {
  if (why === null) clientGo = await startClientcmd()
}, buildTimeout)
afterEach(async () => {
  if (made !== null) await rm(serviceAccount, { recursive: true, force: true })
})
afterAll(async () => {
  if (made !== null) await rm(made, { recursive: true, force: true })
  await clientGo?.[Symbol.asyncDispose]()
})

const ca = PEMS['ca'] ?? ''
const env = {
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  HOME: '/nowhere',
}
const files = { token: 'from-the-pod\n', 'ca.crt': ca, namespace: ' shop\n' }
const kubeconfig = (text: string) => ({ ...files, config: `current-context: c\n${text}` })

/** In the files' folder, `config` being the kubeconfig if it is there. */
async function compare(
  contents: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
) {
  await mkdir(serviceAccount, { recursive: true })
  for (const [name, text] of Object.entries(contents)) {
    await writeFile(join(serviceAccount, name), text)
  }
  const all = { ...variables, ...('config' in contents && { KUBECONFIG: 'config' }) }
  const answer = await clientGo.ask({ cwd: serviceAccount, env: all, args: ['-request'] })
  const surroundings = { env: all, cwd: serviceAccount, platform: 'linux', serviceAccount } as const
  const ours = await verdictFrom(() => loadFrom({}, surroundings))
  return { ours: shownVerdict(ours), theirs: shownVerdict(verdictOf(answer)) }
}

describe.skipIf(why !== null)(`in a pod (${because})`, () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['its service account', files, env],
    ['IPv6', files, { ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' }],
    ['another port', files, { ...env, KUBERNETES_SERVICE_PORT: '80' }],
    ['no port', files, { ...env, KUBERNETES_SERVICE_PORT: '' }],
    [
      'a port for TLS alone',
      files,
      { ...env, KUBERNETES_SERVICE_PORT: '', KUBERNETES_SERVICE_PORT_HTTPS: '1' },
    ],
    ['no token', { 'ca.crt': ca }, env],
    ['a namespace of the environment', files, { ...env, POD_NAMESPACE: 'mine' }],
    ['no namespace', { token: 't', 'ca.crt': ca }, env],
    ['a blank namespace', { ...files, namespace: ' \n' }, env],
    ['a kubeconfig without anything', { ...files, config: '' }, env],
    ['a context that is not there', kubeconfig('kind: Config\n'), env],
    [
      'a cluster that is not there',
      kubeconfig('contexts: [{name: c, context: {cluster: k, namespace: n}}]\n'),
      env,
    ],
    [
      'a cluster without server',
      kubeconfig(
        'contexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {tls-server-name: s}}]\n',
      ),
      env,
    ],
    [
      'a cluster of the kubeconfig, and the namespace of the pod',
      kubeconfig(
        'contexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: "https://h"}}]\n',
      ),
      env,
    ],
    [
      'a namespace of the kubeconfig',
      kubeconfig(
        'contexts: [{name: c, context: {cluster: k, namespace: default}}]\nclusters: [{name: k, cluster: {server: "https://h"}}]\n',
      ),
      env,
    ],
  ])('%s', async (_name, contents, variables) => {
    const { ours, theirs } = await compare(contents, variables)
    expect(ours).toEqual(theirs)
  })

  // A deviation on purpose: client-go goes on with the authorities of the system.
  it('an authority that cannot be read is refused', async () => {
    const { ours, theirs } = await compare({ ...files, 'ca.crt': 'x' }, env)
    expect(theirs).toMatchObject({ verdict: 'accepted' })
    expect(ours).toMatchObject({ verdict: 'refused' })
  })
})
