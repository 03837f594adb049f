import type { Arbitrary } from 'fast-check'
import fc from 'fast-check'
import { anyString } from './arbitrary.ts'
import type { Field } from './kubeconfig-fields.ts'
import {
  fieldsOf,
  flag,
  listOf,
  PROXIES,
  pathTo,
  pemData,
  pemPath,
  SERVERS,
  style,
  text,
} from './kubeconfig-fields.ts'
import { oddYaml, usually } from './kubeconfig-scalars.ts'
import type { Yaml } from './kubeconfig-yaml.ts'
import { BLOCK, list, mapping, scalar, yamlText } from './kubeconfig-yaml.ts'

const extension = fieldsOf(
  [
    ['name', text('client.authentication.k8s.io/exec', 'x', '')],
    ['extension', oddYaml],
  ],
  [],
  20,
)

const cluster = fieldsOf(
  [['server', usually(SERVERS)]],
  [
    ['certificate-authority', pemPath('ca', 'bundle', 'bad-block-first')],
    ['certificate-authority-data', pemData('ca', 'bundle', 'bad-block-first')],
    ['insecure-skip-tls-verify', flag],
    ['tls-server-name', text('sn.example', '1.2.3.4', '', 'h')],
    ['proxy-url', usually(PROXIES)],
    ['disable-compression', flag],
    ['extensions', listOf(extension, { minLength: 0, maxLength: 1 })],
  ],
  12,
)

const word = fc.oneof(
  { weight: 30, arbitrary: text('t', 'abc.def', 'a b', 'a:b', ' t ', 'é', '日本', '') },
  { weight: 1, arbitrary: anyString.map((value) => scalar(JSON.stringify(value))) },
)

const variable = fieldsOf(
  [
    ['name', text('A', 'PATH', '__proto__', '', 'A=B')],
    ['value', text('1', '$HOME', '')],
  ],
  [],
  20,
)

const plugin = fieldsOf(
  [
    [
      'apiVersion',
      text(
        ...Array(6).fill('client.authentication.k8s.io/v1'),
        ...Array(6).fill('client.authentication.k8s.io/v1beta1'),
        'client.authentication.k8s.io/v1alpha1',
        'v1',
        '',
      ),
    ],
    ['command', text('plug', './plug', '../plug', 'bin/plug', '/abs/plug', '..', 'p --x', '')],
    [
      'interactiveMode',
      text(...Array(8).fill('Never'), ...Array(8).fill('IfAvailable'), 'Always', 'never', ''),
    ],
  ],
  [
    ['args', listOf(text('a', '', '$X', '--token=x'))],
    ['env', listOf(variable)],
    ['provideClusterInfo', flag],
    ['installHint', text('install it', 'x\\u001b[1m', '')],
  ],
  12,
)

const provider = fieldsOf(
  [
    ['name', text(...Array(20).fill('oidc'), 'gcp', 'azure', 'x', '')],
    [
      'config',
      fieldsOf(
        [
          [
            'idp-issuer-url',
            text(...Array(20).fill('https://issuer.invalid'), 'http://issuer.invalid', 'x', ''),
          ],
          ['client-id', text(...Array(20).fill('@unique'), '')],
        ],
        [
          ['id-token', text('e30.eyJleHAiOjk5OTk5OTk5OTl9.c2ln', 'e30.e30.c2ln', 'x')],
          ['extra-scopes', text('a')],
          ['client-secret', text('s')],
        ],
        10,
      ),
    ],
  ],
  [],
  20,
)

const extra = fc
  .tuple(
    fc.array(
      fc.tuple(text('scopes', 'a/b', '__proto__', 'y', 'Upper', 'é', 'a b', ''), listOf(word)),
      { maxLength: 3 },
    ),
    style,
  )
  .map(([entries, how]) =>
    mapping(
      entries.map(([key, value]) => [keyText(key), value]),
      how,
    ),
  )

function keyText(yaml: Yaml): string {
  return yaml.kind === 'scalar' ? yaml.text : 'x'
}

const WAYS: readonly (readonly Field[])[] = [
  [],
  [['token', word]],
  [['tokenFile', pathTo('token', 'token', 'missing', 'blank')]],
  [
    ['username', word],
    ['password', word],
  ],
  [
    ['client-certificate', pemPath('cert', 'cert', 'leaf-first', 'leaf-last')],
    ['client-key', pemPath('key', 'key', 'key-with-params', 'other-key')],
  ],
  [
    ['client-certificate-data', pemData('cert', 'cert', 'leaf-first', 'crlf')],
    ['client-key-data', pemData('key', 'key', 'sec1-as-pkcs8', 'blob')],
  ],
  [['exec', plugin]],
  [['auth-provider', provider]],
]
const IMPERSONATION: readonly Field[] = [
  ['as', word],
  ['as-uid', text('id7', '"42"', '')],
  ['as-groups', listOf(word)],
  ['as-user-extra', extra],
]

const user = fc
  .tuple(
    fc.constantFrom(...WAYS),
    fc.constantFrom(...WAYS),
    fc.noBias(fc.nat(9)),
    fc.noBias(fc.nat(9)),
  )
  .chain(([way, other, conflict, as]) => {
    const fields = [...way, ...(conflict === 0 && other !== way ? other : [])]
    const impersonate = as === 0 ? IMPERSONATION : as === 1 ? IMPERSONATION.slice(0, 1) : []
    return fieldsOf([...fields, ...impersonate], conflict === 1 ? WAYS.flat() : [], 12)
  })

const CLUSTERS = [...Array(200).fill('k'), 'k2', '__proto__', 'constructor', '', 'e5']
const USERS = [...Array(200).fill('u'), 'u2', '__proto__', 'toString', '', 'ghost']
const CONTEXTS = [...Array(200).fill('c'), 'c2', '__proto__', '', '1:20']

const context = fieldsOf(
  [
    ['cluster', usually(CLUSTERS)],
    ['user', usually(USERS)],
  ],
  [
    ['namespace', text('shop', 'default', '', 'Bad_NS', 'é')],
    ['extensions', listOf(extension, { minLength: 0, maxLength: 1 })],
  ],
  12,
)

/** A list by name; most hold what the others name. */
function named(kind: string, names: readonly string[], value: Arbitrary<Yaml>): Arbitrary<Yaml> {
  const item = (names: readonly string[]) =>
    fc.oneof(
      {
        weight: 200,
        arbitrary: fc
          .tuple(usually(names), value, style, fc.noBias(fc.nat(9)))
          .map(([name, body, how, order]) =>
            mapping(
              order === 0
                ? [
                    [kind, body],
                    ['name', name],
                  ]
                : [
                    ['name', name],
                    [kind, body],
                  ],
              how,
            ),
          ),
      },
      { weight: 1, arbitrary: oddYaml },
    )
  const others = names.filter((name) => name !== names[0])
  return fc
    .tuple(
      item(names),
      fc.array(item([...Array(12).fill(others).flat(), ...names.slice(0, 1)]), { maxLength: 1 }),
      fc.noBias(fc.nat(300)),
      oddYaml,
      style,
    )
    .map(([first, more, chance, odd, how]) => (chance === 0 ? odd : list([first, ...more], how)))
}

const config: Arbitrary<Yaml> = fieldsOf(
  [
    ['current-context', usually(CONTEXTS)],
    ['clusters', named('cluster', CLUSTERS, cluster)],
    ['users', named('user', USERS, user)],
    ['contexts', named('context', CONTEXTS, context)],
  ],
  [
    ['apiVersion', text(...Array(20).fill('v1'), 'v2', '')],
    ['kind', text(...Array(20).fill('Config'), 'Pod', '')],
    [
      'preferences',
      fieldsOf(
        [['colors', flag]],
        [['extensions', listOf(extension, { minLength: 0, maxLength: 1 })]],
        10,
      ),
    ],
    ['extensions', listOf(extension, { minLength: 0, maxLength: 1 })],
  ],
  20,
).map((yaml) => (yaml.kind === 'mapping' && yaml.style.properties === '' ? yaml : topLevel(yaml)))

/** Nothing but a mapping is of much interest at the top. */
function topLevel(yaml: Yaml): Yaml {
  return yaml.kind === 'mapping' ? { ...yaml, style: { ...BLOCK, flow: yaml.style.flow } } : yaml
}

type Change = (text: string) => string

/** What happens to whole files. */
const CHANGES: readonly Change[] = [
  (text) => `---\n${text}`,
  (text) => `\ufeff${text}`,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => `${text}...\n`,
  (text) => `${text}---\nkind: Other\n`,
  (text) => `${text}---\n]\n`,
  (text) => `${text}--- x\n`,
  (text) => `# comment\n\n${text}`,
  (text) => `%YAML 1.1\n---\n${text}`,
  (text) => `%YAML 1.2\n---\n${text}`,
  (text) => `%TAG !e! tag:example\n---\n${text}`,
  (text) => `--- # comment\n${text}`,
  (text) => `---\n---\n${text}`,
  (text) => text.replace(/^ {2}/m, '\t'),
  (text) => text.replaceAll(': ', ':\t'),
  (text) => text.replaceAll(/$/gm, ' '),
  (text) => text.replaceAll(/$/gm, '\t'),
  (text) => text.trimEnd(),
  (text) => text.replaceAll(/^/gm, '  '),
  (text) => text.replaceAll('\n', '\r'),
  (text) => `${text}\u0000`,
  (text) => `${text}x`,
  (text) => `${text}x: 1\n`,
  (text) => text.slice(0, Math.floor(text.length * 0.9)),
  () => '',
  () => ' \n',
  () => '# only a comment\n',
  () => 'null\n',
  () => '{}\n',
  () => '[]\n',
  () => '---\n',
  () => '...\n',
]

/** The text of one file. */
export const kubeconfigText: Arbitrary<string> = fc
  .tuple(config, fc.noBias(fc.nat(6 * CHANGES.length)))
  .map(([yaml, change]) => (CHANGES[change] ?? ((text: string) => text))(yamlText(yaml)))
