import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { printableHint } from '../../../src/auth/install-hint.ts'
import { AuthError, KubeconfigError } from '../../../src/errors.ts'
import type { LoadedClusterConfig } from '../../../src/kubeconfig/cluster-config.ts'
import { loadFrom, resolveKubeconfig } from '../../../src/kubeconfig/load.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import type { Case, Observed } from './cases.ts'
import { loadCase, observe, readCases } from './cases.ts'
import { folderWith, kubeconfig } from './folder.ts'
import { pem } from './pems.ts'

const cases = await readCases()

/** Where podwire is not client-go on purpose: why, and what it does instead. */
const DEVIATIONS: Readonly<Record<string, readonly [why: string, instead: Observed | RegExp]>> = {
  A16: ['no file is ever copied into place', /there is no kubeconfig/],
  D31: ['<< behind the key that it overrides is ambiguous', /<< behind a key/],
  F03b: ['no scheme would mean http without credentials', /must start with https:\/\//],
  F03c: ['no scheme would mean http without credentials', /must start with https:\/\//],
  F05: [
    'whether a token may travel over http is for the dialer to say, not dropped in silence',
    { url: 'http://h', namespace: 'default', headers: ['Authorization: Bearer t'] },
  ],
  F06: [
    'whether a token may travel over http is for the dialer to say, not dropped in silence',
    {
      url: 'http://h',
      namespace: 'default',
      headers: ['Authorization: Bearer t', 'Impersonate-User: bob'],
    },
  ],
  F08: [
    'the slash behind the prefix is dropped; requests are the same',
    {
      url: 'https://r/k8s/clusters/c-1',
      namespace: 'default',
      headers: ['Authorization: Bearer t'],
    },
  ],
  F09: [
    'the query is dropped at once; requests are the same',
    { url: 'https://h', namespace: 'default', headers: ['Authorization: Bearer t'] },
  ],
  G05: ['refused when loaded instead of when sent', /users\[0\]\.user\.token holds a line break/],
  H10: [
    'whether a plugin is run for an http server is for the dialer to say, not dropped in silence',
    /credential plugin plug /,
  ],
}

/** client-go finds no such plugin when it is to be run. */
const PLUGINS: ReadonlySet<string> = new Set(['C05', 'C07', 'H02', 'H11', 'H12'])

describe('recorded from client-go', () => {
  test.each(cases)('$id $title', async (recorded) => {
    const [, instead = recorded.observed] = DEVIATIONS[recorded.id] ?? []
    if (instead instanceof RegExp) {
      await expect(loadCase(recorded, observe)).rejects.toThrow(instead)
    } else if (PLUGINS.has(recorded.id)) {
      const config = await loadCase(recorded, (loaded) => loaded)
      expect(pluginOf(config)).toEqual(recorded.observed.exec)
      const failure = loadCase(recorded, observe)
      await expect(failure).rejects.toBeInstanceOf(AuthError)
      await expect(failure).rejects.toMatchObject({ code: 'ERR_PLUGIN_NOT_FOUND' })
      await expect(failure).rejects.toThrow(recorded.observed.exec?.hint || 'install it')
    } else if (instead.stage !== undefined) {
      const error = await failureOf(recorded)
      expect(error).toBeInstanceOf(KubeconfigError)
      if (instead.emptyConfig === true) expect(error.code).toBe('ERR_KUBECONFIG_NOT_FOUND')
    } else {
      expect(await loadCase(recorded, observe)).toEqual(comparable(instead))
    }
  })

  test('every deviation is a case', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...Object.keys(DEVIATIONS), ...PLUGINS].filter((id) => !ids.has(id))).toEqual([])
  })

  test('every plugin case fails in client-go when the plugin is run', () => {
    const stages = cases.filter(({ id }) => PLUGINS.has(id)).map(({ observed }) => observed.stage)
    expect(new Set(stages)).toEqual(new Set(['request']))
  })
})

const POD = { KUBERNETES_SERVICE_HOST: 'kubernetes', KUBERNETES_SERVICE_PORT: '443' }
const SERVICE_ACCOUNT = {
  'serviceaccount/token': 'SA',
  'serviceaccount/ca.crt': pem('ca.pem'),
  'serviceaccount/namespace': 'ns1',
}

// Recorded from client-go.
describe('in a pod', () => {
  test.each([
    ['no kubeconfig', undefined, 'in-cluster', 'ns1'],
    ['an empty one', '', 'in-cluster', 'ns1'],
    [
      'one without current-context',
      kubeconfig().replace('current-context: c', ''),
      'in-cluster',
      'ns1',
    ],
    [
      'a cluster that is not there',
      kubeconfig().replace('cluster: k,', 'cluster: ghost,'),
      'in-cluster',
      'ns1',
    ],
    ['a good one without namespace', kubeconfig(), 'kubeconfig', 'ns1'],
    [
      'a good one with the namespace default',
      kubeconfig({ context: 'namespace: default' }),
      'kubeconfig',
      'default',
    ],
  ])('%s', async (_name, kc, source, namespace) => {
    await using folder = await folderWith(
      { ...SERVICE_ACCOUNT, ...(kc !== undefined && { kc }) },
      POD,
    )
    const options = kc === undefined ? {} : { kubeconfig: 'kc' }
    expect(await loadFrom(options, folder.surroundings)).toMatchObject({ source, namespace })
  })

  test.each([
    [
      'a context that is not there',
      kubeconfig().replace('current-context: c', 'current-context: zzz'),
    ],
    ['a cluster without server', kubeconfig().replace('server: "https://h:6443", ', '')],
    ['a broken file', 'x'],
  ])('the pod does not stand in for %s', async (_name, kc) => {
    await using folder = await folderWith({ ...SERVICE_ACCOUNT, kc }, POD)
    const failure = loadFrom({ kubeconfig: 'kc' }, folder.surroundings)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_KUBECONFIG_INVALID' })
  })

  test('the pod does not stand in for a file or a context that was asked for', async () => {
    await using folder = await folderWith(SERVICE_ACCOUNT, POD)
    await expect(loadFrom({ kubeconfig: 'no' }, folder.surroundings)).rejects.toThrow(/not exist/)
    await expect(loadFrom({ context: 'zzz' }, folder.surroundings)).rejects.toThrow(/not in/)
  })
})

describe('what is told beside the configuration', () => {
  test('context, files and source', async () => {
    await using folder = await folderWith(
      { kc: kubeconfig(), more: '' },
      { KUBECONFIG: 'no:kc:more' },
    )
    expect(await loadFrom({ namespace: 'shop' }, folder.surroundings)).toEqual({
      server: 'https://h:6443',
      auth: { token: 't' },
      namespace: 'shop',
      source: 'kubeconfig',
      context: 'c',
      files: ['kc', 'more'],
      anonymous: false,
    })
  })

  test('that nobody is logged in', async () => {
    await using folder = await folderWith({ kc: kubeconfig().replace('user: u', 'user: ghost') })
    const config = await loadFrom({ kubeconfig: 'kc' }, folder.surroundings)
    expect(config).toMatchObject({ anonymous: true })
    expect(config).not.toHaveProperty('auth')
  })
})

describe('a document that the caller picked', () => {
  test('is resolved as a file would be', async () => {
    const document = await loadKubeconfig(kubeconfig())
    expect(await resolveKubeconfig(document, { namespace: 'shop' })).toMatchObject({
      auth: { token: 't' },
      namespace: 'shop',
      files: [],
    })
  })

  test('selects no cluster', async () => {
    const failure = resolveKubeconfig(await loadKubeconfig('', { path: '/kc' }))
    await expect(failure).rejects.toMatchObject({ code: 'ERR_KUBECONFIG_NOT_FOUND' })
  })
})

test('a configuration shows no secret, at whatever depth', async () => {
  const text = kubeconfig({
    cluster: 'proxy-url: "http://u:s3cret@p"',
    user:
      `token: s3cret, client-certificate-data: ${Buffer.from(pem('client.pem')).toString('base64')}, ` +
      `client-key-data: ${Buffer.from(pem('client.key')).toString('base64')}`,
  })
  const config = await resolveKubeconfig(await loadKubeconfig(text))
  const deep = { a: [{ b: config }] }
  const shown = inspect(deep, { depth: 20 }) + JSON.stringify(deep)
  expect(shown).not.toContain('s3cret')
  expect(shown).not.toContain('PRIVATE KEY')
  const { proxyUrl: _, ...spread } = config
  expect(inspect(spread, { depth: 20 })).not.toMatch(/s3cret|PRIVATE KEY/)
  expect({ ...config }).toMatchObject({ auth: { token: 's3cret' } })
})

describe('no error shows a secret of', () => {
  test.each(cases.filter((c) => secretsOf(c).length > 0))('$id $title', async (recorded) => {
    const shown = await loadCase(recorded, (config) => [
      inspect(config, { depth: 20 }),
      JSON.stringify(config),
    ]).catch((e: Error) => [
      inspect(e, { depth: 20 }),
      String(e),
      JSON.stringify(e),
      String(e.stack),
    ])
    for (const secret of secretsOf(recorded)) {
      expect(shown.filter((text) => text.includes(secret))).toEqual([])
    }
  })
})

/** The plugin in the words of the recording. */
function pluginOf({ auth }: LoadedClusterConfig): Observed['exec'] {
  if (typeof auth !== 'object' || !('exec' in auth)) return expect.unreachable()
  const { apiVersion, command, args = [], env = {}, installHint = '', cluster } = auth.exec
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }))
  return {
    apiVersion,
    command,
    args: args.length === 0 ? null : args,
    env: variables.length === 0 ? null : variables,
    hint: printableHint(installHint),
    interactive: auth.exec.interactiveMode ?? '',
    pci: cluster !== undefined,
  }
}

async function failureOf(recorded: Case): Promise<KubeconfigError> {
  return loadCase(recorded, observe).then(
    () => expect.unreachable('it loaded'),
    (error: KubeconfigError) => error,
  )
}

function comparable(observed: Observed): Observed {
  const { url, namespace, headers, serverName, insecure, proxy } = observed
  const known = { url, namespace, headers, serverName, insecure, proxy }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

/** Values long enough not to be found by chance. */
function secretsOf({ files }: Case): readonly string[] {
  const texts = Object.values(files).filter((file) => typeof file === 'string')
  const values = texts.flatMap((text) =>
    Array.from(text.matchAll(/(?:token|password|client-key-data): *"?([^\s",}]+)/g), (m) => m[1]),
  )
  return values.filter((value) => value !== undefined && /^[^~*&]{4,}$/.test(value)) as string[]
}
