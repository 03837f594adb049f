import type { Arbitrary } from 'fast-check'
import fc from 'fast-check'
import { anyString } from './arbitrary.ts'
import { PEM_NAMES, PEMS } from './kubeconfig-pems.ts'
import { keyOf, oddYaml, usually } from './kubeconfig-scalars.ts'
import type { Yaml, YamlStyle } from './kubeconfig-yaml.ts'
import { BLOCK, list, mapping, scalar, yamlText } from './kubeconfig-yaml.ts'

const style: Arbitrary<YamlStyle> = fc.record({
  flow: fc.noBias(fc.nat(9)).map((n) => n === 0),
  indent: fc.constantFrom(2, 2, 2, 0, 4, 1, 3),
  properties: fc.oneof(
    { weight: 300, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('&m ', '&a ', '!!map ', '!!seq ', '!x ', '! ') },
  ),
  comment: fc.oneof(
    { weight: 200, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ' # a comment',
        '\n# at the margin',
        '\n\n',
        ' #',
        '\n     # far in',
      ),
    },
  ),
})

type Field = readonly [string, Arbitrary<Yaml>]

const ODD_FIELDS = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'unknown',
      'Token',
      'api-version',
      '"token"',
      '<<',
      'y',
      '1',
      '~',
      'extensions',
    ),
    oddYaml,
  ),
  fc.tuple(
    fc.constantFrom('<<'),
    fc
      .constantFrom(
        '*m',
        '*a',
        '[*m, *a]',
        '{token: merged}',
        '{server: "https://merged"}',
        '[{token: m1}, {token: m2}]',
      )
      .map(scalar),
  ),
)

/** The fields that are there, in any order, now and then with one that does not belong or is there twice. */
function fieldsOf(
  required: readonly Field[],
  optional: readonly Field[],
  odds: number,
): Arbitrary<Yaml> {
  return fc
    .tuple(
      fc.subarray([...required], { minLength: Math.max(0, required.length - 1) }),
      fc.noBias(fc.nat(40)),
      fc.subarray([...optional], { maxLength: Math.min(3, optional.length) }),
      fc.noBias(fc.nat(12 * odds)),
      style,
    )
    .chain(([some, all, more, chance, style]) => {
      const fields = [...(all === 0 ? some : required), ...(chance % 3 === 0 ? more : [])]
      const again = chance === 1 ? fields.slice(0, 1) : []
      const entries = [...fields, ...again].map(([key, value]) => fc.tuple(keyOf(key), value))
      if (chance === 2) entries.push(ODD_FIELDS)
      return fc
        .tuple(fc.tuple(...entries), fc.noBias(fc.nat(5)), fc.noBias(fc.nat(7)))
        .map(([pairs, rotation, order]) => {
          const turned = [...pairs.slice(rotation), ...pairs.slice(0, rotation)]
          return mapping(order === 0 ? turned : pairs, style)
        })
    })
}

function listOf(items: Arbitrary<Yaml>, sizes = { minLength: 0, maxLength: 3 }): Arbitrary<Yaml> {
  return fc.oneof(
    {
      weight: 200,
      arbitrary: fc.tuple(fc.array(items, sizes), style).map(([all, how]) => list(all, how)),
    },
    { weight: 1, arbitrary: oddYaml },
  )
}

const text = (...values: string[]) => usually(values)
const flag = usually(['true', 'false', 'yes', 'off', 'True', 'n'], 2).map(unquoted)

/** Booleans in quotes are strings: that is for the odd ones. */
function unquoted(yaml: Yaml): Yaml {
  return yaml.kind === 'scalar' ? scalar(yaml.text.replace(/^(["'])(\w+)\1$/, '$2')) : yaml
}

const pathTo = (...names: string[]) =>
  usually(
    names.flatMap((name) => [
      name,
      `./${name}`,
      `../${name}`,
      `@/${name}`,
      `../a/${name}`,
      `pki/../${name}`,
    ]),
  )

const pemPath = (...names: string[]) =>
  fc.oneof(
    { weight: 8, arbitrary: pathTo(...names.map((name) => `pki/${name}`)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...PEM_NAMES).map((name) => scalar(`'@/pki/${name}'`)),
    },
    { weight: 1, arbitrary: text('missing.pem', 'pki', '~/ca.pem', '', '@/pki/ca/x', '$HOME/x') },
  )

/** Base64 of a certificate or key, wrapped, cut and misspelt in the ways that are seen. */
const pemData = (...names: string[]): Arbitrary<Yaml> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom(...PEM_NAMES) },
      ),
      fc.noBias(fc.nat(160)),
    )
    .map(([name, how]) => {
      const base64 = Buffer.from(PEMS[name] ?? '').toString('base64')
      const wrapped = (base64.match(/.{1,64}/g) ?? ['']).join('¶')
      switch (how) {
        case 0:
          return { kind: 'lines', text: `|¶${wrapped}`, flow: base64 }
        case 1:
          return { kind: 'lines', text: `>-¶${wrapped}`, flow: base64 }
        case 2:
          return { kind: 'lines', text: `"${wrapped}"`, flow: `"${base64}"` }
        case 3:
          return scalar(base64.replace(/=+$/, ''))
        case 4:
          return scalar(`${base64.replaceAll('+', '-').replaceAll('/', '_')}`)
        case 5:
          return {
            kind: 'lines',
            text: `|¶${(PEMS[name] ?? '').trimEnd().replaceAll('\n', '¶')}`,
            flow: '""',
          }
        case 6:
          return list(
            [...Buffer.from(PEMS[name] ?? '').subarray(0, 20)].map((byte) => scalar(String(byte))),
          )
        case 7:
          return scalar(`'${base64}='`)
        case 8:
          return scalar(`${base64.replace(/.(=*)$/, 'B$1')}`)
        case 9:
          return scalar(`" ${base64}"`)
        case 10:
          return scalar(`"${base64.slice(0, 8)}\\r\\n${base64.slice(8)}"`)
        default:
          return scalar(base64 === '' ? '""' : base64)
      }
    })

const SERVERS = [
  ...Array(400).fill('https://h:6443'),
  ...[
    'https://h',
    'https://r/k8s/clusters/c-1',
    'https://h/p/',
    'https://h//p',
    'https://h/a/../b',
    'https://h/a%2Fb',
    'https://h/%zz',
  ],
  ...[
    'HTTPS://H',
    'https://[::1]:6443',
    'https://[fe80::1%25eth0]',
    'https://1.2.3.4',
    'https://127.1',
    'https://0x7f.1',
    'https://0',
  ],
  ...[
    'http://h:8080',
    'http://h',
    'h:6443',
    'h',
    '[::1]:6443',
    'h/path',
    'https://',
    'https:///p',
    'https://:6443',
    'https://h:',
    'https://h:0',
  ],
  ...[
    'https://h:99999',
    'https://h:abc',
    ' https://h',
    'https://h ',
    'https://h\t',
    'https://h?q=1',
    'https://h/p?q=1#f',
    'https://h#f',
  ],
  ...[
    'https://u:p@h',
    'https://u@h',
    'ftp://h',
    'wss://h',
    'https:h',
    'https:/h',
    '//h',
    '/p',
    'https://h\\p',
    'https://exa mple',
    'https://hé',
  ],
  ...[
    'https://a_b',
    'https://-a',
    'https://a-',
    'https://a..b',
    'https://a.',
    'https://.a',
    'https://*',
    'https://h/é',
    'https://h/ p',
    'unix:///s',
  ],
  ...[
    'https://h/p;x',
    "https://h/p'x",
    'https://h/p"x',
    'https://h/{p}',
    'https://h/.',
    'https://h/./p',
    'https://h/p/.',
    'https://h/%2e%2e/p',
    'https://h/p?',
  ],
]

const PROXIES = [
  ...[
    'http://p:3128',
    'https://p',
    'socks5://p:1080',
    'http://u:p%40w@p:1',
    'socks5h://p',
    'socks4://p',
    'p:3128',
    'p',
    'HTTP://P',
    'http://',
  ],
  ...[
    'http://p:abc',
    'http://[::1]:1',
    'http://p/x',
    'http://p?x',
    ' http://p',
    'http://p p',
    'http://u:p w@p',
    'http:p',
    'http:///x',
    '://p',
    'http://p:',
  ],
  ...[
    'http://p:99999',
    'http://p_q:1',
    'http://%zz',
    'http://p%41',
    'http://u@p',
    'socks5://u:p@p:1',
    'http://é',
    'http://1.2.3.4.5',
    'http://0x7f.1:1',
    'ftp://p',
  ],
]

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
