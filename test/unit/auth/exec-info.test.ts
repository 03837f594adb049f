import { expect, test } from 'vitest'
import { execInfo } from '../../../src/auth/exec-info.ts'
import type { ExecCluster } from '../../../src/auth/exec-plugin.ts'

// Recorded from client-go.
const GOLDEN: readonly (readonly [ExecCluster | undefined, string])[] = [
  [undefined, ''],
  [{ server: 'https://h/p/' }, '"cluster":{"server":"https://h/p/","config":null},'],
  [
    {
      server: 'https://h',
      tlsServerName: 'sn',
      certificateAuthorityData: 'Q0FGSUxF',
      proxyUrl: 'socks5://u:pw@p:1',
      disableCompression: true,
    },
    '"cluster":{"server":"https://h","tls-server-name":"sn","certificate-authority-data":"Q0FGSUxF","proxy-url":"socks5://u:pw@p:1","disable-compression":true,"config":null},',
  ],
  [
    { server: 'https://h', config: { b: ['<&>\u2028', 1.5, null], a: { z: 1e21, y: 'ü' } } },
    '"cluster":{"server":"https://h","config":{"a":{"y":"ü","z":1e+21},"b":["\\u003c\\u0026\\u003e\\u2028",1.5,null]}},',
  ],
  [{ server: 'https://h', config: 'hello' }, '"cluster":{"server":"https://h","config":"hello"},'],
]

test.each(
  GOLDEN.flatMap(([cluster, words]) =>
    (['v1', 'v1beta1'] as const).map((version) => [version, words, cluster] as const),
  ),
)('%s %s', (version, words, cluster) => {
  const apiVersion = `client.authentication.k8s.io/${version}` as const
  const plugin = { apiVersion, command: 'p', ...(cluster && { cluster }) }
  expect(execInfo(plugin, false)).toBe(
    `{"kind":"ExecCredential","apiVersion":"${apiVersion}","spec":{${words}"interactive":false}}\n`,
  )
})

test('what is false or empty is left out, and whether it is interactive is not', () => {
  const apiVersion = 'client.authentication.k8s.io/v1'
  const cluster = {
    server: '',
    tlsServerName: '',
    insecureSkipTlsVerify: true,
    proxyUrl: '',
    disableCompression: false,
    config: { a: [1] },
  }
  expect(JSON.parse(execInfo({ apiVersion, command: 'p', cluster }, true))).toEqual({
    kind: 'ExecCredential',
    apiVersion,
    spec: {
      cluster: { server: '', 'insecure-skip-tls-verify': true, config: { a: [1] } },
      interactive: true,
    },
  })
})
